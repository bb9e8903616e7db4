// Strict reading of one rules file: every key is expected, every unknown key is an error, and the
// first fault is kept with the file and the key. Pure; a reader lives as long as one load.
#pragma once

#include "core/base/error.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace armgate::base {

/// After a fault every further read gives an empty value, so that a loader asks `error()` once, at
/// its end. Errors are `config_invalid`, naming the file and the key.
class RuleFile {
  public:
    /// `name` is used in messages (`hosts.json`).
    explicit RuleFile(std::string name);

    /// The file's value: an object; an empty object after a fault.
    [[nodiscard]] nlohmann::json parse(std::string_view text);

    /// Faults where `object` is not an object, or holds a key that `keys` does not list.
    void expect_keys(const nlohmann::json& object,
                     std::string_view where,
                     std::initializer_list<std::string_view> keys);

    [[nodiscard]] const nlohmann::json& object(const nlohmann::json& parent, std::string_view key);
    [[nodiscard]] const nlohmann::json& array(const nlohmann::json& parent, std::string_view key);
    /// A string that is not empty.
    [[nodiscard]] std::string text(const nlohmann::json& parent, std::string_view key);
    /// The same, empty where the key is left out.
    [[nodiscard]] std::string optional_text(const nlohmann::json& parent, std::string_view key);
    /// True or false; `otherwise` where the key is left out.
    [[nodiscard]] bool flag(const nlohmann::json& parent,
                            std::string_view key,
                            bool otherwise = false);
    [[nodiscard]] std::vector<std::string> texts(const nlohmann::json& parent,
                                                 std::string_view key);
    /// The members of an object whose values are all strings.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> pairs(
        const nlohmann::json& parent, std::string_view key);

    /// Keeps the first fault: `<file>: '<key>' <what>`.
    void fault(std::string_view key, std::string_view what);

    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

  private:
    [[nodiscard]] const nlohmann::json* member(const nlohmann::json& parent, std::string_view key);

    std::string name_;
    std::optional<Error> error_;
};

}  // namespace armgate::base
