// The values of ARM's template language: JSON, and the one value that JSON lacks, "not known",
// which may stand anywhere inside. Pure.
#pragma once

#include "core/dryrun/body.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun::language {

/// Deeper values are not built: copying and printing them takes the stack.
inline constexpr std::size_t kMaxDepth = 100;

/// What could not be evaluated; `text` is the expression as it stands in the template. No JSON text
/// makes such a value: nlohmann's binary type stands for it.
[[nodiscard]] Json unknown(std::string_view text = {});
[[nodiscard]] bool is_unknown(const Json& value) noexcept;
/// The expression of an unknown value.
[[nodiscard]] std::string unknown_text(const Json& value);
/// True where it is unknown, or holds an unknown value at any depth.
[[nodiscard]] bool holds_unknown(const Json& value);
/// Puts the expression's text in the place of each unknown value, and adds its path
/// (`properties.rules[0].name`) and that text.
struct Unsettled {
    std::string path;
    std::string expression;
};
void settle(Json& value, const std::string& path, std::vector<Unsettled>& found);

/// The member of that name without ASCII case, as ARM compares names; null where there is none.
[[nodiscard]] const Json* member(const Json& object, std::string_view name) noexcept;
/// The same, null too where its value is JSON's null.
[[nodiscard]] const Json* present(const Json& object, std::string_view name) noexcept;
/// A member's text; empty where it is no string.
[[nodiscard]] std::string_view text_of(const Json& object, std::string_view name) noexcept;
/// Sets the member of that name, in its place where there is one (without ASCII case).
void set_member(Json& object, const std::string& name, Json value);

[[nodiscard]] std::string_view text(const Json& value) noexcept;

/// As .NET writes them, and as `string()` does: text as it is, `True`, numbers, JSON of the rest.
[[nodiscard]] std::string to_text(const Json& value);

/// Whole numbers that fit; nothing otherwise.
[[nodiscard]] std::optional<std::int64_t> integer(const Json& value) noexcept;

/// Text by UTF-16 units, as ARM counts them; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::u16string to_utf16(std::string_view text);
[[nodiscard]] std::string to_utf8(std::u16string_view text);
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;
/// `text` with what is no UTF-8 replaced.
[[nodiscard]] std::string clean_utf8(std::string_view text);

}  // namespace armgate::dryrun::language
