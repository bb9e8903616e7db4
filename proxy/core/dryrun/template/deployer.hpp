// Carries a template out, resource by resource, and the nested deployments in it. In the pass that
// validates the same is done without a write.
#pragma once

#include "core/dryrun/template/evaluator.hpp"
#include "core/dryrun/template/plan.hpp"

#include <string>
#include <vector>

namespace armgate::dryrun::language {

/// A deployment whose template is at hand, or is not.
struct Deploying {
    std::string id;
    std::string name;
    arm::TemplateScope scope;           ///< where it lands
    const Json* declaration = nullptr;  ///< `{location, properties: {mode, ...}}`, evaluated
    const Json* inline_template = nullptr;
};

/// What came of a deployment.
struct Deployed {
    Json resource;  ///< as ARM answers it; what is not known stands in it as unknown
    std::vector<DeploymentOperation> operations;
    std::vector<NestedDeployment> nested;
    std::vector<std::string> output_resources;  ///< of nested deployments too
};

/// `given` is the value of its `parameters`, evaluated. Faults are the session's.
[[nodiscard]] Deployed deploy(Session& session, const Deploying& what, const Json& given);

}  // namespace armgate::dryrun::language
