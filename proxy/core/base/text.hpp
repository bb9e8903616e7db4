// Text helpers without locale, for protocol bytes. ASCII only: RFC 9110 names and tokens, host
// names and ARM ids compare without regard to ASCII case.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::base {

[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// The value of a hexadecimal digit in either case; -1 for any other byte.
[[nodiscard]] constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

inline constexpr std::array<bool, 256> kTokenChars = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}();

/// `tchar` of RFC 9110 section 5.6.2.
[[nodiscard]] constexpr bool is_token_char(char c) noexcept {
    return kTokenChars[static_cast<unsigned char>(c)];
}

/// True for a non-empty string of `tchar`.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

/// Equality without ASCII case. Beast 1.81's `iequals` reads a byte past its input; this does not.
/// Inline, because a head's fields are looked for by name and nearly all differ in length or in
/// their first letter.
[[nodiscard]] constexpr bool ascii_iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    }
    return true;
}

[[nodiscard]] bool ascii_istarts_with(std::string_view text, std::string_view prefix) noexcept;
[[nodiscard]] bool ascii_iends_with(std::string_view text, std::string_view suffix) noexcept;

/// Position of `needle` in `text` without ASCII case, from `from` on; npos where absent.
[[nodiscard]] std::size_t ascii_ifind(std::string_view text,
                                      std::string_view needle,
                                      std::size_t from = 0) noexcept;

/// Without leading and trailing spaces and tabs (OWS of RFC 9110 section 5.6.3).
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// The parts between `separator`, empty ones included; views into `text`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// The elements of a comma-separated field value, trimmed, empty ones left out (RFC 9110 5.6.1).
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view value);

/// `%XX` replaced by its byte; nothing where an escape is cut or not hexadecimal.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Digits only, no sign, no overflow; nothing otherwise.
[[nodiscard]] std::optional<unsigned long long> parse_decimal(std::string_view text) noexcept;

/// Digits, a minus before them or none, no overflow; nothing otherwise.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

/// Base64 with the standard alphabet and padding (RFC 4648 section 4).
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// Base64url without padding (RFC 7515 section 2).
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// Strict inverse of `base64_encode`: canonical, padded; nothing otherwise.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

/// Strict base64url without padding (RFC 7515 section 2): canonical form only, so that two
/// spellings never mean the same bytes; nothing otherwise.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// Appends `text` as a JSON string with quotes; everything outside printable ASCII becomes \uXXXX,
/// and bytes that are not UTF-8 become \ufffd (contract section 6).
void append_json_string(std::string& out, std::string_view text);

}  // namespace armgate::base
