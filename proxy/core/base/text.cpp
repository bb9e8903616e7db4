#include "core/base/text.hpp"

#include "core/base/byte_block.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace armgate::base {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> decode_table(char c62, char c63) {
    std::array<std::int8_t, 256> table{};
    for (auto& entry : table) entry = -1;
    for (std::size_t i = 0; i < 62; ++i) {
        table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    }
    table[static_cast<unsigned char>(c62)] = 62;
    table[static_cast<unsigned char>(c63)] = 63;
    return table;
}

constexpr auto kStandard = decode_table('+', '/');
constexpr auto kUrlSafe = decode_table('-', '_');

/// Decodes unpadded base64 whose length is not 1 modulo 4 and whose spare bits are zero.
std::optional<std::string> decode_unpadded(std::string_view text,
                                           const std::array<std::int8_t, 256>& table) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out(text.size() * 3 / 4, '\0');
    std::size_t at = 0;
    std::uint32_t bits = 0;
    unsigned count = 0;
    int faults = 0;  // negative once any character was none of the alphabet; asked once, at the end
    for (const char c : text) {
        const int value = table[static_cast<unsigned char>(c)];
        faults |= value;
        bits = (bits << 6U) | (static_cast<std::uint32_t>(value) & 0x3FU);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[at++] = static_cast<char>((bits >> count) & 0xFFU);
        }
    }
    if (faults < 0 || (bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

void append_unicode_escape(std::string& out, unsigned unit) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += "\\u";
    for (unsigned shift = 16; shift > 0;) {
        shift -= 4;
        out.push_back(kHex[(unit >> shift) & 0xFU]);
    }
}

/// Where from `i` on the first byte stands that is no printable ASCII, or that a JSON string does
/// not hold as it is.
std::size_t end_of_plain(std::string_view text, std::size_t i) noexcept {
    return find_marked(text, i, [](auto bytes) {
        return bytes.control_or_beyond_ascii() | bytes.equal('\x7F') | bytes.equal('"') |
               bytes.equal('\\');
    });
}

struct CodePoint {
    std::uint32_t value;
    std::size_t length;
};

/// One UTF-8 sequence at the start of `text`; U+FFFD of length 1 where it is not well-formed
/// (overlong forms, surrogates and values over U+10FFFF are not).
CodePoint decode_utf8(std::string_view text) noexcept {
    constexpr CodePoint kBad{0xFFFD, 1};
    const auto lead = static_cast<unsigned char>(text[0]);
    std::size_t length = 0;
    std::uint32_t value = 0;
    std::uint32_t least = 0;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2, value = lead & 0x1FU, least = 0x80;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3, value = lead & 0x0FU, least = 0x800;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4, value = lead & 0x07U, least = 0x10000;
    } else {
        return kBad;
    }
    if (text.size() < length) return kBad;
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0U) != 0x80U) return kBad;
        value = (value << 6U) | (next & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least || value > 0x10FFFF || surrogate) return kBad;
    return {value, length};
}

}  // namespace

bool is_token(std::string_view text) noexcept {
    for (const char c : text) {
        if (!is_token_char(c)) return false;
    }
    return !text.empty();
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = ascii_lower(c);
    return out;
}

std::string to_upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

bool ascii_istarts_with(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && ascii_iequals(text.substr(0, prefix.size()), prefix);
}

bool ascii_iends_with(std::string_view text, std::string_view suffix) noexcept {
    return text.size() >= suffix.size() &&
           ascii_iequals(text.substr(text.size() - suffix.size()), suffix);
}

std::size_t ascii_ifind(std::string_view text, std::string_view needle, std::size_t from) noexcept {
    if (needle.size() > text.size()) return std::string_view::npos;
    for (std::size_t i = from; i + needle.size() <= text.size(); ++i) {
        if (ascii_iequals(text.substr(i, needle.size()), needle)) return i;
    }
    return std::string_view::npos;
}

std::string_view trim(std::string_view text) noexcept {
    const auto is_ows = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::vector<std::string_view> split_list(std::string_view value) {
    std::vector<std::string_view> elements;
    for (const std::string_view part : split(value, ',')) {
        const std::string_view element = trim(part);
        if (!element.empty()) elements.push_back(element);
    }
    return elements;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

std::optional<unsigned long long> parse_decimal(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    unsigned long long value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        const auto digit = static_cast<unsigned long long>(c - '0');
        constexpr auto kMax = std::numeric_limits<unsigned long long>::max();
        if (value > (kMax - digit) / 10) return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    const char* const end = text.data() + text.size();
    std::int64_t value = 0;
    const auto [next, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || next != end) return std::nullopt;
    return value;
}

std::string base64_encode(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        count += 8;
        while (count >= 6) {
            count -= 6;
            out.push_back(kAlphabet[(bits >> count) & 0x3FU]);
        }
    }
    if (count > 0) out.push_back(kAlphabet[(bits << (6U - count)) & 0x3FU]);
    while (out.size() % 4 != 0) out.push_back('=');
    return out;
}

std::string base64url_encode(std::string_view bytes) {
    std::string out = base64_encode(bytes);
    while (!out.empty() && out.back() == '=') out.pop_back();
    for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    return decode_unpadded(text.substr(0, text.size() - padding), kStandard);
}

std::optional<std::string> base64url_decode(std::string_view text) {
    return decode_unpadded(text, kUrlSafe);
}

void append_json_string(std::string& out, std::string_view text) {
    out.push_back('"');
    std::size_t plain = 0;  // start of a run that needs no escape: appended in one piece
    std::size_t i = 0;
    const auto flush = [&] { out.append(text.data() + plain, i - plain); };
    for (;;) {
        i = end_of_plain(text, i);
        if (i == text.size()) break;
        const auto c = static_cast<unsigned char>(text[i]);
        flush();
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(text[i]);
            ++i;
        } else if (c < 0x80) {
            append_unicode_escape(out, c);
            ++i;
        } else {
            const CodePoint point = decode_utf8(text.substr(i));
            if (point.value >= 0x10000) {
                const std::uint32_t rest = point.value - 0x10000;
                append_unicode_escape(out, 0xD800U + (rest >> 10U));
                append_unicode_escape(out, 0xDC00U + (rest & 0x3FFU));
            } else {
                append_unicode_escape(out, point.value);
            }
            i += point.length;
        }
        plain = i;
    }
    flush();
    out.push_back('"');
}

}  // namespace armgate::base
