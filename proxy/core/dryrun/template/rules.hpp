// What the template language says and knows, as data: ARM's messages and the clouds' environments
// (config/rules/deployments.json). Immutable once loaded.
#pragma once

#include "core/dryrun/template/value.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::dryrun::language {

struct CloudEnvironment {
    std::string host;
    Json environment;
};

struct LanguageRules {
    std::vector<std::pair<std::string, std::string>> messages;
    std::vector<CloudEnvironment> clouds;

    using Words = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    /// The message of that key, each `{word}` replaced.
    [[nodiscard]] std::string message(std::string_view key, Words words = {}) const;
};

/// Errors: `config_invalid`, naming the file and the key.
[[nodiscard]] Result<LanguageRules> parse_language_rules(std::string_view text);

/// The embedded file. Errors: as `parse_language_rules`.
[[nodiscard]] Result<LanguageRules> load_language_rules();

}  // namespace armgate::dryrun::language
