// An Azure of its own for deployments: what is written is kept as it is and read again.
#pragma once

#include "core/base/text.hpp"
#include "core/dryrun/deployment.hpp"
#include "core/dryrun/template/rules.hpp"

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace armgate::test {

inline const dryrun::language::LanguageRules& template_rules() {
    static const auto rules = dryrun::language::load_language_rules().value();
    return rules;
}

class DeploymentWorld final : public dryrun::DeploymentWorld {
  public:
    nlohmann::ordered_json write(const dryrun::DeployedResource& resource,
                                 const nlohmann::ordered_json& body) override {
        written.push_back(resource);
        nlohmann::ordered_json made{
            {"id", resource.id}, {"name", resource.name}, {"type", resource.type}};
        made.update(body);
        made["properties"]["provisioningState"] = "Succeeded";
        resources[base::to_lower(resource.id)] = made;
        bodies.push_back(body);
        return made;
    }
    std::optional<nlohmann::ordered_json> read(std::string_view id) override {
        const auto found = resources.find(base::to_lower(id));
        if (found == resources.end()) return std::nullopt;
        return found->second;
    }
    std::optional<nlohmann::ordered_json> list(std::string_view function,
                                               std::string_view id) override {
        const auto found = lists.find(std::string(function) + " " + base::to_lower(id));
        if (found == lists.end()) return std::nullopt;
        return found->second;
    }

    std::map<std::string, nlohmann::ordered_json> resources;  ///< by id in lower case
    std::map<std::string, nlohmann::ordered_json> lists;      ///< by `function id`
    std::vector<dryrun::DeployedResource> written;
    std::vector<nlohmann::ordered_json> bodies;
};

}  // namespace armgate::test
