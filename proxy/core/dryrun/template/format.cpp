#include "core/dryrun/template/format.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace armgate::dryrun::language {
namespace {

constexpr std::size_t kMaxWidth = 1000;

std::string digits_of(std::uint64_t number, int base) {
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, base).ptr;
    return {buffer, end};
}

std::string padded(std::string digits, std::size_t width) {
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return digits;
}

std::string grouped(std::string digits) {
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::optional<std::string> formed_number(std::int64_t number, std::string_view form) {
    const std::uint64_t size =
        number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    const std::string sign = number < 0 ? "-" : "";
    if (std::all_of(form.begin(), form.end(), [](char c) { return c == '0'; })) {
        return sign + padded(digits_of(size, 10), form.size());
    }
    const auto precision = base::parse_decimal(form.substr(1));
    if (form.size() > 1 && (!precision || *precision > kMaxWidth)) return std::nullopt;
    const std::size_t places = precision ? static_cast<std::size_t>(*precision) : 2;
    const std::string fraction = places == 0 ? "" : "." + std::string(places, '0');
    switch (base::ascii_lower(form[0])) {
        case 'd':
            return sign + padded(digits_of(size, 10), precision ? places : 0);
        case 'n':
            return sign + grouped(digits_of(size, 10)) + fraction;
        case 'f':
            return sign + digits_of(size, 10) + fraction;
        case 'x':
            break;
        default:
            return std::nullopt;
    }
    const std::string hex =
        padded(digits_of(static_cast<std::uint64_t>(number), 16), precision ? places : 0);
    return form[0] == 'X' ? base::to_upper(hex) : hex;
}

std::optional<std::string> formed(const Json& value, std::string_view form) {
    if (form.empty()) return to_text(value);
    if (value.is_string()) return to_text(value);  // .NET ignores the form of a text
    const auto number = integer(value);
    if (!number) return std::nullopt;
    return formed_number(*number, form);
}

/// What stands between two braces.
std::optional<std::string> item(std::string_view inside, std::span<const Json> arguments) {
    const std::size_t colon = std::min(inside.find(':'), inside.size());
    const std::string_view form = inside.substr(std::min(colon + 1, inside.size()));
    const std::string_view head = inside.substr(0, colon);
    const std::size_t comma = std::min(head.find(','), head.size());
    const auto index = base::parse_decimal(base::trim(head.substr(0, comma)));
    if (!index || *index >= arguments.size()) return std::nullopt;
    auto out = formed(arguments[static_cast<std::size_t>(*index)], form);
    if (!out || comma == head.size()) return out;
    std::string_view width = base::trim(head.substr(comma + 1));
    const bool left = width.starts_with('-');
    if (left) width.remove_prefix(1);
    const auto wanted = base::parse_decimal(width);
    if (!wanted || *wanted > kMaxWidth) return std::nullopt;
    const std::size_t size = to_utf16(*out).size();
    const std::size_t missing = *wanted > size ? static_cast<std::size_t>(*wanted) - size : 0;
    return left ? *out + std::string(missing, ' ') : std::string(missing, ' ') + *out;
}

}  // namespace

std::optional<std::string> composite_format(std::string_view pattern,
                                            std::span<const Json> arguments) {
    std::string out;
    while (!pattern.empty()) {
        const std::size_t brace = std::min(pattern.find_first_of("{}"), pattern.size());
        out += pattern.substr(0, brace);
        pattern.remove_prefix(brace);
        if (pattern.empty()) break;
        if (pattern.size() > 1 && pattern[1] == pattern[0]) {
            out += pattern[0];
            pattern.remove_prefix(2);
            continue;
        }
        const std::size_t close = pattern.find('}');
        if (pattern[0] != '{' || close == std::string_view::npos) return std::nullopt;
        const auto text = item(pattern.substr(1, close - 1), arguments);
        if (!text || out.size() + text->size() > (std::size_t{16} << 20U)) return std::nullopt;
        out += *text;
        pattern.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace armgate::dryrun::language
