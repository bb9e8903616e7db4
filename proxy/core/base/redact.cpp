#include "core/base/redact.hpp"

#include "core/base/byte_block.hpp"
#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace armgate::base {
namespace {

constexpr std::string_view kHiddenValue = "REDACTED";
constexpr std::string_view kHiddenText = "[redacted]";
constexpr std::size_t kMaxNameBytes = 40;  // longer than any query option of ARM or OData
/// The header `{"alg":"none"}` has 19 in base64url; shorter text (a resource `keyJson`) is none.
constexpr std::size_t kMinJwtBytes = 16;

/// The bytes of base64url and the dots between the parts of a JWT (RFC 7515 section 2), with the
/// other alphabet and padding for those who write it so.
bool is_secret_char(char c) noexcept {
    const char lower = ascii_lower(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') ||
           std::string_view("-_.~+/=").find(c) != std::string_view::npos;
}

std::size_t secret_end(std::string_view text, std::size_t from) noexcept {
    while (from < text.size() && is_secret_char(text[from])) ++from;
    return from;
}

/// Bytes of base64url and dots at the start of `text`.
std::size_t jwt_length(std::string_view text) noexcept {
    std::size_t length = 0;
    while (length < text.size() && is_secret_char(text[length]) &&
           std::string_view("~+/=").find(text[length]) == std::string_view::npos) {
        ++length;
    }
    return length;
}

bool is_common_name(std::string_view name) noexcept {
    const auto common = [](char c) {
        const char lower = ascii_lower(c);
        return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_' || c == '.' ||
               c == '$';
    };
    return !name.empty() && name.size() <= kMaxNameBytes &&
           std::all_of(name.begin(), name.end(), common) &&
           name.find("eyJ") == std::string_view::npos;
}

bool is_shown(std::string_view name, std::string_view value, const RedactionRules& rules) {
    const bool listed =
        std::any_of(rules.shown_query_values.begin(), rules.shown_query_values.end(),
                    [name](const std::string& shown) { return ascii_iequals(shown, name); });
    if (!listed) return false;
    if (value.find_first_of("&;#%") == std::string_view::npos) return true;
    const auto decoded = percent_decode(value);
    // Some servers split at `;` or decode before they split: then a secret could follow.
    return decoded && decoded->find_first_of("&;#") == std::string::npos;
}

void append_parameter(std::string& out, std::string_view part, const RedactionRules& rules) {
    const std::size_t equals = part.find('=');
    const std::string_view raw_name = part.substr(0, equals);
    const auto name = percent_decode(raw_name);
    if (!name || !is_common_name(*name) || equals == std::string_view::npos) {
        out += kHiddenValue;
        return;
    }
    out += raw_name;
    out.push_back('=');
    const std::string_view value = part.substr(equals + 1);
    out += is_shown(*name, value, rules) ? redact_text(value) : std::string(kHiddenValue);
}

/// Length of what separates `Bearer` from its credential at the start of `text`; 0 for anything
/// else.
std::size_t separator_length(std::string_view text) noexcept {
    std::size_t length = 0;
    while (length < text.size()) {
        if (text[length] == ' ' || text[length] == '\t' || text[length] == '+') {
            ++length;
        } else if (text.substr(length, 3) == "%20") {
            length += 3;
        } else {
            break;
        }
    }
    return length;
}

/// End of the secret that starts at `at`; `at` itself where none does.
std::size_t secret_at(std::string_view text, std::size_t at) noexcept {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("eyJ")) {
        return jwt_length(rest) >= kMinJwtBytes ? secret_end(text, at) : at;
    }
    constexpr std::string_view kBearer = "bearer";
    if (!ascii_istarts_with(rest, kBearer)) return at;
    const std::size_t separator = separator_length(rest.substr(kBearer.size()));
    if (separator == 0) return at;
    const std::size_t start = at + kBearer.size() + separator;
    std::size_t end = secret_end(text, start);
    // Where the run takes in the next `Bearer`, that one's credential follows: leave it to be
    // found.
    const std::string_view run = text.substr(start, end - start);
    if (ascii_iends_with(run, kBearer) && separator_length(text.substr(end)) > 0) {
        end -= kBearer.size();
    }
    return end > start ? end : at;
}

struct Span {
    std::size_t begin;
    std::size_t end;
};

/// From `at` on the first of the rarest letters of what starts a secret: `J` of `eyJ`, `b` and `B`
/// of `Bearer`. Each byte of a record comes by here.
std::size_t find_telltale(std::string_view text, std::size_t at) noexcept {
    return find_marked(
        text, at, [](auto bytes) { return bytes.equal('J') | bytes.with_bits(' ').equal('b'); });
}

/// The first secret from `from` on; both ends at the size where there is none.
Span find_secret(std::string_view text, std::size_t from) noexcept {
    constexpr std::size_t kBeforeJ = 2;
    for (std::size_t at = find_telltale(text, from); at < text.size();
         at = find_telltale(text, at + 1)) {
        const std::size_t back = text[at] == 'J' ? kBeforeJ : 0;
        if (at - from < back) continue;
        const std::size_t begin = at - back;
        const std::size_t end = secret_at(text, begin);
        if (end > begin) return {begin, end};
    }
    return {text.size(), text.size()};
}

}  // namespace

Result<RedactionRules> parse_redaction_rules(std::string_view text) {
    RuleFile file("redaction.json");
    const nlohmann::json root = file.parse(text);
    file.expect_keys(root, "redaction.json", {"source", "shown_query_values", "bodies"});
    RedactionRules rules{file.texts(root, "shown_query_values")};
    if (file.error()) return *file.error();
    return rules;
}

Result<RedactionRules> load_redaction_rules() {
    return parse_redaction_rules(embedded_rules("redaction"));
}

std::string redact_query(std::string_view query, const RedactionRules& rules) {
    std::string out;
    out.reserve(query.size());
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        if (end > 0) append_parameter(out, query.substr(0, end), rules);
        if (end == query.size()) break;
        out.push_back('&');
        query.remove_prefix(end + 1);
    }
    return out;
}

bool holds_secret(std::string_view text) noexcept {
    return find_secret(text, 0).begin < text.size();
}

std::string redact_text(std::string_view text) {
    std::string out;
    std::size_t plain = 0;
    for (;;) {
        const Span secret = find_secret(text, plain);
        out += text.substr(plain, secret.begin - plain);
        if (secret.begin == text.size()) return out;
        out += kHiddenText;
        plain = secret.end;
    }
}

std::string printable(std::string_view text) {
    std::string out = redact_text(text);
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7F) c = '?';
    }
    return out;
}

void append_redacted_json(std::string& out, std::string_view text) {
    if (holds_secret(text)) {
        append_json_string(out, redact_text(text));
    } else {
        append_json_string(out, text);
    }
}

void append_redacted_json(std::string& out, const std::optional<std::string>& text) {
    if (text) {
        append_redacted_json(out, std::string_view(*text));
    } else {
        out += "null";
    }
}

}  // namespace armgate::base
