// The bytes of a head, checked line by line before any parser reads them: refuse, never repair.
// Beast 1.81 unfolds obs-fold and would accept what this refuses.
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <string_view>

namespace armgate::http {

/// A head with more fields is refused: real clients send some 25.
inline constexpr std::size_t kMaxFields = 256;

/// `head` is a whole head with its empty line. Errors: `bad_request_line` where the first line is
/// empty or holds a control byte; `bad_field` for bare CR, LF or NUL, obs-fold, a line without
/// colon, an empty or non-token name, space before the colon, a control byte in a value;
/// `head_too_large` over kMaxFields. Source: RFC 9112 sections 2.2, 5.1, 5.2; RFC 9110 section 5.5.
[[nodiscard]] Result<void> check_head_bytes(std::string_view head);

/// One field line, not empty, without its CRLF. Error: `bad_field`, for what is said of fields
/// above.
[[nodiscard]] Result<void> check_field_line(std::string_view line);

/// `begin` is what has come of a head so far: refuses as soon as it cannot become one (bare LF, CR
/// without LF, NUL), so that garbage is answered at once and not by a time limit. Looks at bytes
/// from `from` on only.
[[nodiscard]] Result<void> check_head_so_far(std::string_view begin, std::size_t from);

}  // namespace armgate::http
