// UTF-8 (RFC 3629), strictly: no overlong forms, no surrogates. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace armgate::base {

/// True where all of `text` is well-formed.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Writes one code point, no surrogate, at `out`, which has room for four bytes; gives its end.
[[nodiscard]] char* append_utf8(char* out, std::uint32_t point) noexcept;

}  // namespace armgate::base
