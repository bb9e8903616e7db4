// What is known about ARM as data: hosts, RBAC actions that the general rule misses, what the
// policy engine does not evaluate, and the wording of refusals. Loaded once, immutable afterwards.
#pragma once

#include "core/arm/hosts.hpp"
#include "core/base/error.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace armgate::arm {

/// Keys are lower case: ARM compares names without regard to ASCII case.
using LowerMap = std::unordered_map<std::string, std::string>;

struct HostRule {
    std::string name;  ///< a host name, or `*.suffix`
    Cloud cloud = Cloud::none;
};

struct OperationRules {
    LowerMap roots;  ///< first segment outside subscriptions and providers -> type
    LowerMap types;  ///< type by the general rule -> type in ARM's action
    /// `ns/type/action` or, for a POST to a whole resource id, `ns/type/*` -> action
    LowerMap posts;
    std::vector<std::string> nested_provider_namespaces;
    std::string canonical_namespace;
    LowerMap canonical_words;  ///< within canonical_namespace: lower case -> ARM's spelling
};

/// A resource type in lower case; `with_children` where the rule ends in `/*`, which takes the
/// type itself and all below it.
struct TypePattern {
    std::string type;
    bool with_children = false;
    [[nodiscard]] bool matches(std::string_view lower_type) const noexcept;
};

/// The types and actions whose contents are judged instead of themselves. All in lower case.
struct ContentsRules {
    std::vector<std::string> types;
    std::vector<std::string> actions;
    std::vector<std::string> provider_actions;  ///< `ns/action`
    std::string batch;                          ///< the path's only segment
};

struct ExemptRules {
    std::vector<TypePattern> types;
    std::vector<TypePattern> evaluated;  ///< exceptions from `types`
    std::vector<std::string> deletes;    ///< lower case
    ContentsRules contents;
};

struct PolicyDefinition {
    std::string id;
    std::string display_name;
    std::string effect;
};

struct TokenError {
    std::string code;
    std::string message;
    std::string description;
};

/// `{name}` in a message stands for the resource's name, `{identifiers}` for the policy list.
struct RefusalRules {
    std::string challenge;
    std::string system_code;
    std::string system_message;
    std::string system_write_policy;
    std::string system_delete_policy;
    std::string policy_code;
    std::string policy_message;
    std::string assignment_name;
    std::string assignment_display_name;
    PolicyDefinition write_definition;
    PolicyDefinition delete_definition;
    std::string deployment_code;
    std::string deployment_message_one;
    std::string deployment_message_several;
    std::string validation_code;
    std::string validation_message;  ///< `{correlation}` stands for the correlation id
    std::string authorization_uri;
    std::vector<TokenError> token_errors;  ///< the first one is for a missing field
};

struct ArmRules {
    std::vector<HostRule> hosts;
    OperationRules operations;
    ExemptRules exempt;
    RefusalRules refusals;
};

/// The texts of the four files.
struct ArmRuleTexts {
    std::string_view hosts;
    std::string_view operations;
    std::string_view exempt;
    std::string_view refusals;
};

/// Errors: `config_invalid`, naming file and key; unknown and missing keys are errors.
[[nodiscard]] Result<ArmRules> parse_arm_rules(const ArmRuleTexts& texts);

/// The embedded files hosts, operations, exempt and refusals. Errors as `parse_arm_rules`.
[[nodiscard]] Result<ArmRules> load_arm_rules();

}  // namespace armgate::arm
