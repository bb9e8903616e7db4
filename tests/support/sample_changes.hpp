// A list of changes with one of each kind, and with what a list must not show.
#pragma once

#include "core/dryrun/change.hpp"

#include <string>
#include <vector>

namespace armgate::dryrun::test {

inline const std::string kGroup =
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/demo";

inline Change change(ChangeKind kind, std::string method, std::string id, std::string type) {
    Change out;
    out.kind = kind;
    out.method = std::move(method);
    out.id = std::move(id);
    out.type = std::move(type);
    out.verdict = {verdict::Outcome::fail, verdict::ClauseId::user_without_mfa};
    out.policy = "sys.mfa-write";
    out.time = base::parse_rfc3339("2026-11-24T10:00:00.5Z").value();
    return out;
}

inline Change created_group() {
    Change out = change(ChangeKind::create, "PUT", kGroup, "Microsoft.Resources/resourceGroups");
    out.operation = "Microsoft.Resources/subscriptions/resourceGroups/write";
    out.seq = 3;
    out.after = R"({"id":"x","name":"demo","location":"westeurope","tags":{"env":"test"},
                    "properties":{"provisioningState":"Succeeded"}})";
    return out;
}

inline Change created_account() {
    Change out = change(ChangeKind::create, "PUT",
                        kGroup + "/providers/Microsoft.Storage/storageAccounts/st1",
                        "Microsoft.Storage/storageAccounts");
    out.operation = "Microsoft.Storage/storageAccounts/write";
    out.seq = 5;
    out.carried_by = kGroup + "/providers/Microsoft.Resources/deployments/main";
    out.invented = {"the primary endpoints follow the account's name"};
    out.after = R"({"location":"westeurope","kind":"StorageV2","sku":{"name":"Standard_LRS"},
                    "properties":{"accessTier":"Hot","minimumTlsVersion":"TLS1_2"}})";
    return out;
}

inline Change updated_network() {
    Change out = change(ChangeKind::update, "PUT",
                        kGroup + "/providers/Microsoft.Network/virtualNetworks/vnet",
                        "Microsoft.Network/virtualNetworks");
    out.operation = "Microsoft.Network/virtualNetworks/write";
    out.seq = 8;
    out.before = R"({"etag":"W/1","location":"westeurope","tags":{"a.b":"1","env":"test"},
        "properties":{"provisioningState":"Updating","addressSpace":{"addressPrefixes":
        ["10.0.0.0/16","10.1.0.0/16"]},"subnets":[{"name":"web","properties":{"addressPrefix":
        "10.0.1.0/24"}},{"name":"old","properties":{"addressPrefix":"10.0.9.0/24"}}],
        "adminPassword":"hunter2-before"}})";
    out.after = R"({"etag":"W/2","location":"westeurope","tags":{"a.b":"1","env":"prod","n":null},
        "properties":{"provisioningState":"Succeeded","addressSpace":{"addressPrefixes":
        ["10.0.0.0/16","10.2.0.0/16","10.3.0.0/16"]},"subnets":[{"name":"new","properties":
        {"addressPrefix":"10.0.3.0/24"}},{"name":"web","properties":{"addressPrefix":
        "10.0.2.0/24"}}],"adminPassword":"hunter2-after","enableDdosProtection":true}})";
    return out;
}

inline Change restarted_machine() {
    Change out = change(ChangeKind::action, "POST",
                        kGroup + "/providers/Microsoft.Compute/virtualMachines/vm",
                        "Microsoft.Compute/virtualMachines");
    out.operation = "Microsoft.Compute/virtualMachines/restart/action";
    out.verdict = {verdict::Outcome::uncertain, verdict::ClauseId::post_action};
    out.policy.clear();
    out.seq = 9;
    return out;
}

inline Change removed_assignment() {
    Change out = change(ChangeKind::remove, "DELETE",
                        "/subscriptions/11111111-2222-3333-4444-555555555555/providers/"
                        "Microsoft.Authorization/roleAssignments/a1|`b`",
                        "Microsoft.Authorization/roleAssignments");
    out.operation = "Microsoft.Authorization/roleAssignments/delete";
    out.policy = "sys.mfa-delete";
    out.seq = 11;
    out.before = R"({"properties":{"principalId":"p1","scope":"/"}})";
    return out;
}

inline std::vector<Change> sample_changes() {
    return {created_group(), created_account(), updated_network(), restarted_machine(),
            removed_assignment()};
}

}  // namespace armgate::dryrun::test
