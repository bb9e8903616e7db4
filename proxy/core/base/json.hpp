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

/// Why a text was not read.
enum class JsonFault { malformed, duplicate_key, too_deep };

/// The value, or nothing where `text` is not exactly one well-formed JSON value within `max_depth`;
/// then `fault` (optional) says why.
[[nodiscard]] std::optional<nlohmann::json> parse_json(
    std::string_view text,
    std::size_t max_depth,
    DuplicateKeys duplicates = DuplicateKeys::refuse,
    JsonFault* fault = nullptr);

/// Takes a value apart, from the inside out, where its scope ends. nlohmann's destructor allocates
/// for what is nested: where no memory is left, it would end the program.
class TakenApart {
  public:
    explicit TakenApart(std::optional<nlohmann::json>& value) noexcept : value_(value) {}
    TakenApart(const TakenApart&) = delete;
    TakenApart& operator=(const TakenApart&) = delete;
    ~TakenApart();

  private:
    std::optional<nlohmann::json>& value_;
};

}  // namespace armgate::base
