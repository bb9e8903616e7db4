// What is known about how a tenant enforces, as data: the names of the system's assignments, what
// their effects mean, the clouds (config/rules/tenant.json). Loaded once, immutable afterwards.
#pragma once

#include "core/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace armgate::tenant {

/// What enforces one half: an assignment by name, or any of these definitions.
struct ControlRule {
    std::string assignment;
    std::vector<std::string> definitions;  ///< names: the last segment of a definition's id
};

struct CloudRule {
    std::string name;  ///< as az spells it
    std::string host;
};

struct TenantRules {
    std::string policy_api_version;
    std::string subscriptions_api_version;
    std::vector<std::string> enforced_effects;
    std::vector<std::string> audited_effects;
    std::vector<std::string> disabled_effects;
    ControlRule writes;
    ControlRule deletes;
    std::vector<CloudRule> clouds;  ///< the first one is the default
};

/// Errors: `config_invalid`, naming file and key; unknown and missing keys are errors.
[[nodiscard]] Result<TenantRules> parse_tenant_rules(std::string_view text);

/// The embedded file. Errors as `parse_tenant_rules`.
[[nodiscard]] Result<TenantRules> load_tenant_rules();

}  // namespace armgate::tenant
