#include "core/arm/lenient_strings.hpp"

#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

#include <array>
#include <cstdint>

namespace armgate::arm {
namespace {

/// Line breaks and tabs may stand in a string of ARM's, other control bytes may not.
bool may_stand(char c) noexcept {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
}

bool read_unicode(const char*& at, const char* end, std::uint32_t& unit) {
    if (end - at < 4) return false;
    unit = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = base::hex_value(*at++);
        if (digit < 0) return false;
        unit = unit * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
}

/// What follows a backslash; the new end of `out`, or null.
char* read_escape(const char*& at, const char* end, char* out) {
    if (at == end) return nullptr;
    const char c = *at++;
    constexpr std::string_view kFrom = "bfnrt\"'\\/";
    constexpr std::string_view kTo = "\b\f\n\r\t\"'\\/";
    if (const std::size_t simple = kFrom.find(c); simple != std::string_view::npos) {
        *out++ = kTo[simple];
        return out;
    }
    std::uint32_t point = 0;
    if (c != 'u' || !read_unicode(at, end, point) || point == 0) return nullptr;
    if (point >= 0xDC00 && point <= 0xDFFF) return nullptr;
    if (point >= 0xD800 && point <= 0xDBFF) {
        std::uint32_t low = 0;
        if (end - at < 2 || at[0] != '\\' || at[1] != 'u') return nullptr;
        at += 2;
        if (!read_unicode(at, end, low) || low < 0xDC00 || low > 0xDFFF) return nullptr;
        point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
    }
    return base::append_utf8(out, point);
}

}  // namespace

const char* LenientStrings::read(const char* at, const char* end) {
    const char quote = *at;
    const char* const from = at + 1;
    was_escaped_ = false;
    for (at = from; at != end; ++at) {
        if (*at == quote) return at;
        if (*at == '\\') return read_escaped(quote, from, at, end);
        if (!may_stand(*at)) return nullptr;
        beyond_ascii_ = beyond_ascii_ || static_cast<unsigned char>(*at) >= 0x80;
    }
    return nullptr;
}

/// The rest of a string from its first escape on.
const char* LenientStrings::read_escaped(char quote,
                                         const char* from,
                                         const char* at,
                                         const char* end) {
    was_escaped_ = true;
    beyond_ascii_ = true;  // not looked at
    unescaped_.append(from, at);
    while (at != end) {
        const char c = *at++;
        if (c == quote) return at - 1;
        if (c == '\\') {
            std::array<char, 4> out{};
            char* const to = read_escape(at, end, out.data());
            if (to == nullptr) return nullptr;
            unescaped_.append(out.data(), to);
            continue;
        }
        if (!may_stand(c)) break;
        unescaped_.push_back(c);
    }
    return nullptr;
}

}  // namespace armgate::arm
