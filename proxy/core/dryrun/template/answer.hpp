// A deployment as ARM answers it once it is over. Pure.
#pragma once

#include "core/dryrun/template/deployer.hpp"
#include "core/dryrun/template/plan.hpp"

#include <string>
#include <vector>

namespace armgate::dryrun::language {

/// What one run of a template adds to the answer.
struct RunOfTemplate {
    Json parameters = Json::object();
    Json outputs;  ///< null where the template declares none
    Json dependencies = Json::array();
    Json providers = Json::array();
};

/// `[{id, resourceType, resourceName, dependsOn: [...]}]` of those that wait for others.
[[nodiscard]] Json answered_dependencies(Session& session, const Plan& plan);

/// `[{namespace, resourceTypes: [{resourceType, locations}]}]`.
[[nodiscard]] Json answered_providers(const Plan& plan);

/// What `deployment()` gives inside the template, which itself is left out of it.
[[nodiscard]] Json deployment_value(const Deploying& what);

/// Secure outputs without their value where they are answered, with it where they are referred to:
/// see `hide_secure_outputs`. The hash of the template is ARM's way of hashing, not ARM's value.
[[nodiscard]] Json answered_deployment(Session& session,
                                       const Deploying& what,
                                       RunOfTemplate run,
                                       const std::vector<std::string>& output_resources);

/// Takes the values of secure outputs off an answer.
void hide_secure_outputs(Json& deployment);

}  // namespace armgate::dryrun::language
