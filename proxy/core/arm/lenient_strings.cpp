#include "core/arm/lenient_strings.hpp"

#include "core/base/eight_bytes.hpp"
#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

#include <algorithm>

namespace armgate::arm {
namespace {

/// Marks what ends or interrupts a string: its quote, a backslash, a control byte.
std::uint64_t mark_special(std::uint64_t word, char quote) noexcept {
    return base::mark_byte(word, quote) | base::mark_byte(word, '\\') | base::mark_below(word, ' ');
}

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

bool LenientStrings::read(const char*& at, const char* end, std::string_view& out) {
    const char quote = *at++;
    const char* const from = at;
    while (static_cast<std::size_t>(end - at) >= base::kEightBytes) {
        const auto marks = mark_special(base::load_eight(at), quote);
        at += marks == 0 ? base::kEightBytes : base::first_marked(marks);
        if (marks != 0) break;
    }
    for (; at != end; ++at) {
        const char c = *at;
        if (c == quote) {
            out = {from, static_cast<std::size_t>(at - from)};
            ++at;
            return true;
        }
        if (c == '\\') return read_escaped(quote, from, at, end, out);
        if (!may_stand(c)) break;
    }
    return false;
}

/// The rest of a string from its first escape on.
bool LenientStrings::read_escaped(
    char quote, const char* from, const char*& at, const char* end, std::string_view& out) {
    if (free_ == nullptr) {
        unescaped_ = std::make_unique<char[]>(bytes_);
        free_ = unescaped_.get();
    }
    char* const first = free_;
    char* to = std::copy(from, at, first);
    while (at != end) {
        const char c = *at++;
        if (c == quote) {
            out = {first, static_cast<std::size_t>(to - first)};
            free_ = to;
            return true;
        }
        if (c == '\\') {
            to = read_escape(at, end, to);
            if (to == nullptr) return false;
            continue;
        }
        if (!may_stand(c)) break;
        *to++ = c;
    }
    return false;
}

}  // namespace armgate::arm
