#include "core/wiring/java_options.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::wiring {
namespace {

bool is_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_quote(char c) noexcept {
    return c == '"' || c == '\'';
}

void add_pattern(std::vector<std::string>& patterns, std::string pattern) {
    const bool known = std::find(patterns.begin(), patterns.end(), pattern) != patterns.end();
    if (!known) patterns.push_back(std::move(pattern));
}

/// A DNS name or an IPv4 address, as far as its bytes go. Anything else may mean more to Java than
/// it does in NO_PROXY: `*` at the end, or `|`, which starts another entry.
bool is_host_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        const char lower = base::ascii_lower(c);
        return base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '.' || c == '-' ||
               c == '_';
    });
}

bool is_ipv6(std::string_view name) noexcept {
    return name.find(':') != std::string_view::npos &&
           name.find_first_not_of("0123456789abcdefABCDEF:.[]") == std::string_view::npos;
}

/// Host without port; a name of two colons and more is an IPv6 address.
std::string_view without_port(std::string_view entry) {
    const std::size_t colon = entry.rfind(':');
    return colon != std::string_view::npos && entry.find(':') == colon ? entry.substr(0, colon)
                                                                       : entry;
}

}  // namespace

std::vector<std::string> split_java_options(std::string_view value) {
    std::vector<std::string> options;
    std::string option;
    bool begun = false;
    char quote = 0;
    for (const char c : value) {
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && is_quote(c)) {
            quote = c;
            begun = true;
        } else if (quote == 0 && is_space(c)) {
            if (begun) options.push_back(std::move(option));
            option.clear();
            begun = false;
        } else {
            option += c;
            begun = true;
        }
    }
    if (begun) options.push_back(std::move(option));
    return options;
}

std::string quote_java_option(std::string_view option) {
    std::string out;
    char quote = 0;
    const auto change = [&](char to) {
        if (quote == to) return;
        if (quote != 0) out += quote;
        if (to != 0) out += to;
        quote = to;
    };
    const bool is_plain = std::none_of(option.begin(), option.end(),
                                       [](char c) { return is_space(c) || is_quote(c); });
    if (!is_plain) change('"');
    for (const char c : option) {
        // Each kind of quote stands inside the other.
        if (c == '"') change('\'');
        if (c == '\'') change('"');
        out += c;
    }
    change(0);
    return out;
}

std::optional<std::string> java_property(const std::vector<std::string>& options,
                                         std::string_view name) {
    const std::string start = "-D" + std::string(name) + "=";
    const auto found = std::find_if(options.rbegin(), options.rend(),
                                    [&](const auto& option) { return option.starts_with(start); });
    if (found == options.rend()) return std::nullopt;
    return found->substr(start.size());
}

bool java_pattern_covers(std::string_view pattern, std::string_view host) {
    if (pattern.starts_with('*')) return base::ascii_iends_with(host, pattern.substr(1));
    if (!pattern.ends_with('*')) return base::ascii_iequals(pattern, host);
    pattern.remove_suffix(1);
    return base::ascii_istarts_with(host, pattern);
}

std::vector<std::string> java_patterns(const std::vector<std::string>& no_proxy) {
    std::vector<std::string> patterns;
    for (const std::string& entry : no_proxy) {
        std::string_view name = without_port(entry);
        if (is_ipv6(name)) {
            const bool bracketed = name.front() == '[';
            add_pattern(patterns, bracketed ? std::string(name) : "[" + std::string(name) + "]");
            continue;
        }
        if (name == "127.0.0.1") {
            add_pattern(patterns, "127.*");  // as the JDK's own default has it
            continue;
        }
        const bool suffix_alone = name.starts_with('*') || name.starts_with('.');
        while (name.starts_with('*') || name.starts_with('.')) name.remove_prefix(1);
        while (name.ends_with('.')) name.remove_suffix(1);
        if (!is_host_name(name)) continue;
        if (!suffix_alone) add_pattern(patterns, std::string(name));
        // To curl and Go a plain name stands for what is below it, too.
        const bool has_below =
            name.find('.') != std::string_view::npos && !base::is_digit(name.back());
        if (suffix_alone || has_below) add_pattern(patterns, "*." + std::string(name));
    }
    return patterns;
}

}  // namespace armgate::wiring
