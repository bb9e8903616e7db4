#include "core/dryrun/deployment.hpp"

#include <nlohmann/json.hpp>

namespace armgate::dryrun {

std::vector<DeploymentTarget> deployment_targets(const Deployment& /*deployment*/) {
    return {};
}

Result<DeploymentResult> carry_out(const Deployment& deployment, DeploymentWorld& /*world*/) {
    DeploymentResult result;
    result.resource = nlohmann::ordered_json{{"id", deployment.id}}.dump();
    result.unknown.push_back("the template was not evaluated");
    return result;
}

}  // namespace armgate::dryrun
