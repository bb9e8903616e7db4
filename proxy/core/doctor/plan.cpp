#include "core/doctor/plan.hpp"

#include "core/base/redact.hpp"
#include "core/base/text.hpp"
#include "core/doctor/rules.hpp"

#include <algorithm>

namespace armgate::doctor {
namespace {

constexpr std::size_t kShownLineBytes = 160;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

/// The numbers of `22.21.0`; ends at what is no number.
std::vector<unsigned long long> numbers_of(std::string_view version) {
    std::vector<unsigned long long> out;
    for (const std::string_view part : base::split(version, '.')) {
        const auto number = base::parse_decimal(part);
        if (!number) break;
        out.push_back(*number);
    }
    return out;
}

/// Length of `1.2.3` at the start of `text`; 0 where there is no number, or only one.
std::size_t version_length(std::string_view text) {
    std::size_t length = 0;
    std::size_t dots = 0;
    while (length < text.size() && base::is_digit(text[length])) {
        while (length < text.size() && base::is_digit(text[length])) ++length;
        const bool more =
            length + 1 < text.size() && text[length] == '.' && base::is_digit(text[length + 1]);
        if (!more) break;
        ++length;
        ++dots;
    }
    return dots > 0 ? length : 0;
}

std::string_view port_of(std::string_view address) {
    return address.substr(std::min(address.rfind(':') + 1, address.size()));
}

/// `localhost:PORT` of `127.0.0.1:PORT`: clients take either.
std::string by_name(std::string_view address) {
    return "localhost:" + std::string(port_of(address));
}

/// Where `address` stands in `value` with no further digit behind it; npos where it does not.
std::size_t find_address(std::string_view value, std::string_view address) {
    for (std::size_t at = value.find(address); at != std::string_view::npos;
         at = value.find(address, at + 1)) {
        const std::size_t end = at + address.size();
        if (end == value.size() || !base::is_digit(value[end])) return at;
    }
    return std::string_view::npos;
}

void replace_address(std::string& value, std::string_view from, std::string_view to) {
    const std::size_t at = find_address(value, from);
    if (at != std::string::npos) value.replace(at, from.size(), to);
}

}  // namespace

std::string expand(std::string text, std::string_view url, std::string_view work) {
    replace_all(text, kUrl, url);
    replace_all(text, kWork, work);
    return text;
}

std::string first_version(std::string_view output) {
    for (const std::string_view line : base::split(output, '\n')) {
        if (line.starts_with("Picked up ")) continue;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const bool inside = i > 0 && (base::is_digit(line[i - 1]) || line[i - 1] == '.');
            const std::size_t length = inside ? 0 : version_length(line.substr(i));
            if (length > 0) return std::string(line.substr(i, length));
        }
    }
    return {};
}

bool is_new_enough(std::string_view version, const std::vector<std::string>& since) {
    if (since.empty()) return true;
    const auto have = numbers_of(version);
    if (have.empty()) return false;
    bool later = true;
    for (const std::string& text : since) {
        const auto first = numbers_of(text);
        if (first.empty()) continue;
        if (have.front() == first.front() && have >= first) return true;
        later = later && have.front() > first.front();
    }
    return later;
}

bool names_proxy(std::string_view value, std::string_view address) {
    return find_address(value, address) != std::string_view::npos ||
           find_address(value, by_name(address)) != std::string_view::npos;
}

wiring::Environment redirected(wiring::Environment environment,
                               std::string_view from,
                               std::string_view to) {
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}) {
        const auto found = environment.find(name);
        if (found == environment.end()) continue;
        replace_address(found->second, from, to);
        replace_address(found->second, by_name(from), to);
    }
    const auto java = environment.find("JAVA_TOOL_OPTIONS");
    if (java != environment.end()) {
        const std::string option = "https.proxyPort=";
        replace_address(java->second, option + std::string(port_of(from)),
                        option + std::string(port_of(to)));
    }
    return environment;
}

std::string without_credentials(std::string_view url) {
    const std::size_t slashes = url.find("//");
    if (slashes == std::string_view::npos) return std::string(url);
    const std::size_t end = std::min(url.find('/', slashes + 2), url.size());
    const std::string_view authority = url.substr(slashes + 2, end - slashes - 2);
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return std::string(url);
    return std::string(url.substr(0, slashes + 2)) + "USER:PASS" +
           std::string(url.substr(slashes + 2 + at));
}

std::string last_line(std::string_view output) {
    std::string_view last;
    for (const std::string_view line : base::split(output, '\n')) {
        // A client's decoration (terraform's frames) and a JVM's greeting say nothing.
        const bool tells = std::any_of(line.begin(), line.end(), [](char c) {
            return base::is_digit(c) ||
                   (base::ascii_lower(c) >= 'a' && base::ascii_lower(c) <= 'z');
        });
        if (tells && !line.starts_with("Picked up ")) last = line;
    }
    const std::string shown = base::printable(last);  // the words are views into it
    std::string text;
    for (const std::string_view word : base::split(shown, ' ')) {
        text += (text.empty() ? "" : " ") + without_credentials(word);
    }
    if (text.size() > kShownLineBytes) text = text.substr(0, kShownLineBytes) + "...";
    return text;
}

}  // namespace armgate::doctor
