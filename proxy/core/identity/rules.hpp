// The rules about callers that are data: names of client applications, audiences of ARM, and how
// tools introduce themselves. Loaded once, immutable afterwards, shared by const reference.
#pragma once

#include "core/base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::identity {

/// One product token of a User-Agent that names a tool (facts section 7).
struct ToolPattern {
    enum class Match {
        whole,  ///< `name` is the product before the `/`
        prefix  ///< `name` starts it, and something follows: `azsdk-go-` armresources
    };
    Match match = Match::whole;
    std::string name;
    std::string tool;                            ///< an id of IdentityRules::tool_ids
    std::optional<std::string> minimum;          ///< first version that copes with the challenge
    std::optional<std::string> unknown_version;  ///< what the tool writes when it does not know
};

struct IdentityRules {
    std::map<std::string, std::string, std::less<>> apps;  ///< name by id, the id in lower case
    std::vector<std::string> audiences;              ///< lower case, without the trailing slash
    std::vector<std::string> other_cloud_audiences;  ///< the same, of other clouds
    std::vector<std::string> tool_ids;
    std::vector<ToolPattern> patterns;  ///< in the order in which they are tried
};

/// The texts of the three files, for `parse_identity_rules`.
struct IdentityRuleTexts {
    std::string_view apps;
    std::string_view audiences;
    std::string_view tools;
};

/// Errors: `config_invalid`, naming the file and the key.
[[nodiscard]] Result<IdentityRules> parse_identity_rules(const IdentityRuleTexts& texts);

/// The rules of config/rules/{apps,audiences,tools}.json, embedded in the binary. Errors: as
/// `parse_identity_rules`.
[[nodiscard]] Result<IdentityRules> load_identity_rules();

}  // namespace armgate::identity
