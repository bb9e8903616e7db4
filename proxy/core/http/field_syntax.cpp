#include "core/http/field_syntax.hpp"

#include "core/base/byte_block.hpp"
#include "core/base/text.hpp"

namespace armgate::http {
namespace {

/// Position of the first control byte from `from` on; the size where there is none. A token makes a
/// head long, and every byte of it is looked at.
std::size_t find_control(std::string_view text, std::size_t from) noexcept {
    return base::find_marked(text, from,
                             [](auto bytes) { return bytes.below(' ') | bytes.equal('\x7F'); });
}

Error field_error(const char* what) {
    return {Errc::bad_field, std::string("a header field ") + what + " (RFC 9112 section 5)"};
}

Error bare_error() {
    return {Errc::bad_field, "a bare CR, LF or NUL stands in the head"};
}

/// Everything of a field line but its value.
Result<void> check_name(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') {
        return field_error("is folded over two lines");
    }
    std::size_t colon = 0;
    while (colon < line.size() && base::is_token_char(line[colon])) ++colon;
    if (colon > 0 && colon < line.size() && line[colon] == ':') return {};
    if (line.find(':') == std::string_view::npos) return field_error("has no colon");
    return field_error("has a name that is empty or not a token");
}

/// Why a line that goes on with `rest` is not one: `rest` starts with a control byte or is empty.
Error line_error(std::string_view rest, bool first) {
    if (rest.empty() || rest == "\r") return field_error("is cut");
    if (rest.front() == '\r' || rest.front() == '\n' || rest.front() == '\0') return bare_error();
    if (first) return {Errc::bad_request_line, "the first line holds a control byte"};
    return field_error("has a control byte in its value");
}

}  // namespace

Result<void> check_field_line(std::string_view line) {
    if (const auto checked = check_name(line); !checked) return checked.error();
    for (std::size_t at = line.find(':'); (at = find_control(line, at + 1)) < line.size();) {
        if (line[at] != '\t') return field_error("has a control byte in its value");
    }
    return {};
}

Result<void> check_head_so_far(std::string_view begin, std::size_t from) {
    // A CR that came last stands before the bytes to look at.
    if (from > 0 && begin[from - 1] == '\r') --from;
    for (std::size_t at = find_control(begin, from); at < begin.size();
         at = find_control(begin, at + 1)) {
        const char c = begin[at];
        const bool bare_lf = c == '\n' && (at == 0 || begin[at - 1] != '\r');
        const bool bare_cr = c == '\r' && at + 1 < begin.size() && begin[at + 1] != '\n';
        if (bare_lf || bare_cr || c == '\0') {
            return bare_error();
        }
    }
    return {};
}

Result<void> check_head_bytes(std::string_view head) {
    std::size_t fields = 0;
    for (bool first = true;; first = false) {
        // One look at each byte: a line goes up to the first control byte that is no tab in it.
        std::size_t end = find_control(head, 0);
        while (!first && end < head.size() && head[end] == '\t') end = find_control(head, end + 1);
        if (!head.substr(end).starts_with("\r\n")) return line_error(head.substr(end), first);
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + 2);
        if (first) {
            if (line.empty()) return Error{Errc::bad_request_line, "the first line is empty"};
            continue;
        }
        if (line.empty() && !head.empty()) return field_error("follows the end of the head");
        if (line.empty()) return {};
        if (++fields > kMaxFields) {
            return Error{
                Errc::head_too_large,
                "the head has more than " + std::to_string(kMaxFields) + " fields (limit fields)"};
        }
        if (const auto checked = check_name(line); !checked) return checked.error();
    }
}

}  // namespace armgate::http
