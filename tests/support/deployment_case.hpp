// A deployment's body from a file, carried out in a world from a file, and all that came of it as
// JSON: what the tests of whole templates compare.
#pragma once

#include "support/deployment_world.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>

namespace armgate::test {

inline std::string text_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// To the group `rg`, or to the subscription where the body names a location.
inline dryrun::Deployment deployment_of(const std::string& body) {
    dryrun::Deployment out;
    const bool group = body.find("subscriptionDeploymentTemplate") == std::string::npos;
    out.id = group ? "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Resources/"
                     "deployments/main"
                   : "/subscriptions/sub/providers/Microsoft.Resources/deployments/main";
    out.body = body;
    out.tenant = "tenant";
    out.resource_group_region = group ? "westeurope" : "";
    out.host = "management.azure.com";
    out.group_api_version = "2021-04-01";
    out.now = base::parse_rfc3339("2026-11-24T10:05:09.123456Z").value();
    return out;
}

inline DeploymentWorld world_of(const std::filesystem::path& path) {
    DeploymentWorld out;
    if (!std::filesystem::exists(path)) return out;
    const auto file = nlohmann::ordered_json::parse(text_of_file(path));
    const auto resources = file.value("resources", nlohmann::ordered_json::object());
    const auto lists = file.value("lists", nlohmann::ordered_json::object());
    for (const auto& [id, resource] : resources.items()) {
        out.resources[base::to_lower(id)] = resource;
    }
    for (const auto& [call, answer] : lists.items()) {
        const std::size_t space = call.find(' ');
        out.lists[call.substr(0, space) + base::to_lower(call.substr(space))] = answer;
    }
    return out;
}

inline nlohmann::ordered_json operations_json(
    const std::vector<dryrun::DeploymentOperation>& operations) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const auto& operation : operations) {
        out.push_back(operation.kind + (operation.target_id.empty() ? "" : " ") +
                      operation.target_id);
    }
    return out;
}

/// `{targets, error}` or `{targets, written, resource, operations, nested, unknown}`.
inline nlohmann::ordered_json carried_out(const std::string& body, DeploymentWorld& world) {
    const dryrun::Deployment deployment = deployment_of(body);
    nlohmann::ordered_json out;
    out["targets"] = nlohmann::ordered_json::array();
    for (const auto& target : dryrun::deployment_targets(deployment, template_rules())) {
        out["targets"].push_back(target.id + " " + target.api_version);
    }
    const auto result = dryrun::carry_out(deployment, template_rules(), world);
    if (!result) {
        const auto fault = dryrun::deployment_fault(result.error());
        out["error"] = {{"code", fault.code}, {"message", fault.message}};
        return out;
    }
    out["written"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < world.written.size(); ++i) {
        const auto& resource = world.written[i];
        nlohmann::ordered_json entry{{"id", resource.id},
                                     {"type", resource.type},
                                     {"name", resource.name},
                                     {"api_version", resource.api_version},
                                     {"depends_on", resource.depends_on},
                                     {"unknown", resource.unknown},
                                     {"body", world.bodies[i]}};
        out["written"].push_back(std::move(entry));
    }
    out["resource"] = nlohmann::ordered_json::parse(result->resource);
    out["operations"] = operations_json(result->operations);
    out["nested"] = nlohmann::ordered_json::object();
    for (const auto& nested : result->nested) {
        out["nested"][nested.id] = operations_json(nested.operations);
    }
    out["unknown"] = result->unknown;
    return out;
}

}  // namespace armgate::test
