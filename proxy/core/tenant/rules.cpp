#include "core/tenant/rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"

#include <nlohmann/json.hpp>

namespace armgate::tenant {
namespace {

ControlRule read_control(base::RuleFile& file, const nlohmann::json& parent, const char* key) {
    const nlohmann::json& entry = file.object(parent, key);
    file.expect_keys(entry, key, {"assignment", "definitions"});
    return {file.text(entry, "assignment"), file.texts(entry, "definitions")};
}

}  // namespace

Result<TenantRules> parse_tenant_rules(std::string_view text) {
    base::RuleFile file("tenant.json");
    const nlohmann::json root = file.parse(text);
    file.expect_keys(
        root, "",
        {"source", "policy_api_version", "subscriptions_api_version", "enforced_effects",
         "audited_effects", "disabled_effects", "writes", "deletes", "clouds"});
    TenantRules rules;
    rules.policy_api_version = file.text(root, "policy_api_version");
    rules.subscriptions_api_version = file.text(root, "subscriptions_api_version");
    rules.enforced_effects = file.texts(root, "enforced_effects");
    rules.audited_effects = file.texts(root, "audited_effects");
    rules.disabled_effects = file.texts(root, "disabled_effects");
    rules.writes = read_control(file, root, "writes");
    rules.deletes = read_control(file, root, "deletes");
    for (const nlohmann::json& entry : file.array(root, "clouds")) {
        file.expect_keys(entry, "clouds", {"name", "host"});
        rules.clouds.push_back({file.text(entry, "name"), file.text(entry, "host")});
    }
    if (rules.clouds.empty()) file.fault("clouds", "is empty");
    if (file.error()) return *file.error();
    return rules;
}

Result<TenantRules> load_tenant_rules() {
    return parse_tenant_rules(base::embedded_rules("tenant"));
}

}  // namespace armgate::tenant
