// What of a JSON body may be shown: members that hold secrets by their name, their place or their
// look are replaced, the shape stays (contract sections 6 and 8). Rules are data
// (config/rules/redaction.json, "bodies"). Pure.
#pragma once

#include "core/base/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace armgate::base {

/// Every name in the form of `plain_name`; what each list means is said in the file.
struct BodyRedactionRules {
    std::vector<std::string> containing;
    std::vector<std::string> ending;
    std::vector<std::string> shown;
    std::vector<std::string> shown_ending;
    std::vector<std::string> shown_under;  ///< `parent.name`
    std::vector<std::string> shown_inside;
    std::vector<std::string> closed;
    std::map<std::string, std::vector<std::string>> within;
    std::vector<std::string> pairs;
    std::vector<std::string> values;  ///< in lower case
    /// Resource type in lower case -> paths as lists of plain names, `*` for any.
    std::map<std::string, std::vector<std::vector<std::string>>> types;
};

/// From `text`, as config/rules/redaction.json. Errors: `config_invalid`, naming file and key.
[[nodiscard]] Result<BodyRedactionRules> parse_body_redaction_rules(std::string_view text);

/// The embedded file. Errors as `parse_body_redaction_rules`.
[[nodiscard]] Result<BodyRedactionRules> load_body_redaction_rules();

/// What stands in the place of a secret.
inline constexpr std::string_view kHiddenInBody = "[redacted]";

/// True where `text` holds a token, a key of a connection string, a signature or the like, wherever
/// it stands.
[[nodiscard]] bool looks_secret(std::string_view text, const BodyRedactionRules& rules);

/// `body` of a resource of that type (may be empty) with kHiddenInBody for each secret; arrays and
/// objects keep their size and their members' names, so that it can be walked beside the original.
/// Secure parameters and outputs of deployments are hidden by their declared type; without the
/// template that declares them, all of them are. At most kBodyDepth deep.
[[nodiscard]] nlohmann::json redact_body(const nlohmann::json& body,
                                         std::string_view type,
                                         const BodyRedactionRules& rules);

/// A member's name as it may be shown: kHiddenInBody where it looks like a secret itself.
[[nodiscard]] std::string shown_name(std::string_view name, const BodyRedactionRules& rules);

}  // namespace armgate::base
