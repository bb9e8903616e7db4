#include "core/base/utf8.hpp"

#include "core/base/byte_block.hpp"

#include <cstddef>

namespace armgate::base {
namespace {

/// Length of the well-formed UTF-8 sequence at `at` (RFC 3629 section 4); 0 where there is none.
std::size_t sequence_length(const unsigned char* at, const unsigned char* end) noexcept {
    const unsigned char lead = *at;
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || static_cast<std::size_t>(end - at) < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((at[i] & 0xC0U) != 0x80U) return 0;
    }
    if (lead == 0xE0 && at[1] < 0xA0) return 0;  // overlong
    if (lead == 0xED && at[1] > 0x9F) return 0;  // surrogates
    if (lead == 0xF0 && at[1] < 0x90) return 0;
    if (lead == 0xF4 && at[1] > 0x8F) return 0;
    return length;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
    const auto find = [text](std::size_t from) {
        return find_marked(text, from, [](auto bytes) { return bytes.beyond_ascii(); });
    };
    for (std::size_t i = find(0); i < text.size(); i = find(i)) {
        // Most words of such a script have more of its letters.
        while (i < text.size() && begin[i] >= 0x80) {
            const std::size_t length = sequence_length(begin + i, begin + text.size());
            if (length == 0) return false;
            i += length;
        }
    }
    return true;
}

char* append_utf8(char* out, std::uint32_t point) noexcept {
    const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0U | (point >> 6U));
        put(0x80U | (point & 0x3FU));
    } else if (point < 0x10000) {
        put(0xE0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    } else {
        put(0xF0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3FU));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    }
    return out;
}

}  // namespace armgate::base
