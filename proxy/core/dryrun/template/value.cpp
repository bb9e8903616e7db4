#include "core/dryrun/template/value.hpp"

#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

#include <algorithm>
#include <limits>

namespace armgate::dryrun::language {
namespace {

constexpr char16_t kReplacement = 0xFFFD;

/// Reads one code point; U+FFFD for what is none, one byte at a time.
std::uint32_t next_point(std::string_view text, std::size_t& at) {
    for (std::size_t length = 1; length <= 4 && at + length <= text.size(); ++length) {
        const std::string_view piece = text.substr(at, length);
        if (!base::is_utf8(piece)) continue;
        const auto byte = [&piece](std::size_t i) {
            return static_cast<std::uint32_t>(static_cast<unsigned char>(piece[i]));
        };
        at += length;
        if (length == 1) return byte(0);
        std::uint32_t point = byte(0) & (0x7FU >> length);
        for (std::size_t i = 1; i < length; ++i) point = (point << 6U) | (byte(i) & 0x3FU);
        return point;
    }
    ++at;
    return kReplacement;
}

void append_point(std::string& out, std::uint32_t point) {
    char buffer[4];
    out.append(buffer, base::append_utf8(buffer, point));
}

}  // namespace

Json unknown(std::string_view text) {
    return Json::binary(std::vector<std::uint8_t>(text.begin(), text.end()));
}

bool is_unknown(const Json& value) noexcept {
    return value.is_binary();
}

std::string unknown_text(const Json& value) {
    const auto& bytes = value.get_binary();
    return {bytes.begin(), bytes.end()};
}

bool holds_unknown(const Json& value) {
    if (!value.is_structured()) return is_unknown(value);
    return std::any_of(value.begin(), value.end(), holds_unknown);
}

void settle(Json& value, const std::string& path, std::vector<Unsettled>& found) {
    if (is_unknown(value)) {
        found.push_back({path, unknown_text(value)});
        value = found.back().expression;
    } else if (value.is_object()) {
        for (auto& [key, inner] : value.get_ref<Json::object_t&>()) {
            settle(inner, path.empty() ? key : path + "." + key, found);
        }
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            settle(value[i], path + "[" + std::to_string(i) + "]", found);
        }
    }
}

const Json* member(const Json& object, std::string_view name) noexcept {
    if (!object.is_object()) return nullptr;
    for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) {
        if (base::ascii_iequals(key, name)) return &value;
    }
    return nullptr;
}

const Json* present(const Json& object, std::string_view name) noexcept {
    const Json* const value = member(object, name);
    return value != nullptr && value->is_null() ? nullptr : value;
}

std::string_view text_of(const Json& object, std::string_view name) noexcept {
    const Json* const value = member(object, name);
    return value == nullptr ? std::string_view() : text(*value);
}

void set_member(Json& object, const std::string& name, Json value) {
    for (auto& [key, old] : object.get_ref<Json::object_t&>()) {
        if (!base::ascii_iequals(key, name)) continue;
        old = std::move(value);
        return;
    }
    add_member(object, name, std::move(value));
}

std::string_view text(const Json& value) noexcept {
    const auto* const out = value.get_ptr<const Json::string_t*>();
    return out == nullptr ? std::string_view() : std::string_view(*out);
}

std::string to_text(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
    if (value.is_null()) return {};
    return dryrun::to_text(value);
}

std::optional<std::int64_t> integer(const Json& value) noexcept {
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        if (number > kMost) return std::nullopt;
        return static_cast<std::int64_t>(number);
    }
    return value.get<std::int64_t>();
}

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::u16string to_utf16(std::string_view text) {
    if (is_ascii(text)) return {text.begin(), text.end()};
    std::u16string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        std::uint32_t point = next_point(text, at);
        if (point >= 0x10000) {
            point -= 0x10000;
            out.push_back(static_cast<char16_t>(0xD800U + (point >> 10U)));
            point = 0xDC00U + (point & 0x3FFU);
        }
        out.push_back(static_cast<char16_t>(point));
    }
    return out;
}

std::string to_utf8(std::u16string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::uint32_t point = text[i];
        const bool high = point >= 0xD800 && point < 0xDC00;
        if (high && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000) {
            point = 0x10000U + ((point - 0xD800U) << 10U) + (text[++i] - 0xDC00U);
        } else if (point >= 0xD800 && point < 0xE000) {
            point = kReplacement;
        }
        append_point(out, point);
    }
    return out;
}

std::string clean_utf8(std::string_view text) {
    if (base::is_utf8(text)) return std::string(text);
    return to_utf8(to_utf16(text));
}

}  // namespace armgate::dryrun::language
