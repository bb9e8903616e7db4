#include "core/http/field_syntax.hpp"

#include "core/base/text.hpp"

namespace armgate::http {
namespace {

bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

Error field_error(const char* what) {
    return {Errc::bad_field, std::string("a header field ") + what + " (RFC 9112 section 5)"};
}

}  // namespace

Result<void> check_field_line(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') {
        return field_error("is folded over two lines");
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return field_error("has no colon");
    if (!base::is_token(line.substr(0, colon))) {
        return field_error("has a name that is empty or not a token");
    }
    for (const char c : line.substr(colon + 1)) {
        if (is_control(c) && c != '\t') return field_error("has a control byte in its value");
    }
    return {};
}

Result<void> check_head_so_far(std::string_view begin, std::size_t from) {
    for (std::size_t i = from; i < begin.size(); ++i) {
        const char c = begin[i];
        const bool bare_lf = c == '\n' && (i == 0 || begin[i - 1] != '\r');
        const bool bare_cr = i > 0 && begin[i - 1] == '\r' && c != '\n';
        if (bare_lf || bare_cr || c == '\0') {
            return Error{Errc::bad_field, "a bare CR, LF or NUL stands in the head"};
        }
    }
    return {};
}

Result<void> check_head_bytes(std::string_view head) {
    if (const auto so_far = check_head_so_far(head, 0); !so_far) return so_far.error();
    std::size_t fields = 0;
    for (bool first = true;; first = false) {
        const std::size_t end = head.find("\r\n");
        if (end == std::string_view::npos) return field_error("is cut");
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + 2);
        if (first) {
            if (line.empty()) return Error{Errc::bad_request_line, "the first line is empty"};
            for (const char c : line) {
                if (is_control(c)) {
                    return Error{Errc::bad_request_line, "the first line holds a control byte"};
                }
            }
            continue;
        }
        if (line.empty()) return {};
        if (++fields > kMaxFields) {
            return Error{Errc::head_too_large,
                         "the head has more than " + std::to_string(kMaxFields) + " fields"};
        }
        if (const auto checked = check_field_line(line); !checked) return checked.error();
    }
}

}  // namespace armgate::http
