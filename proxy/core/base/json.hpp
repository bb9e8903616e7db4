// Strict reading of untrusted JSON with nlohmann's parser: no exceptions, no duplicate keys, no BOM
// or NUL, bounded depth, finite numbers, UTF-8 only. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace armgate::base {

/// Depth limits of the house: deeper values overflow the stack when copied or printed.
inline constexpr std::size_t kTokenDepth = 32;
inline constexpr std::size_t kBodyDepth = 64;

enum class DuplicateKeys { refuse, keep_last };

/// The value, or nothing where `text` is not exactly one well-formed JSON value within `max_depth`.
/// `duplicate` (optional) is set where the reason was a duplicate key.
[[nodiscard]] std::optional<nlohmann::json> parse_json(
    std::string_view text,
    std::size_t max_depth,
    DuplicateKeys duplicates = DuplicateKeys::refuse,
    bool* duplicate = nullptr);

}  // namespace armgate::base
