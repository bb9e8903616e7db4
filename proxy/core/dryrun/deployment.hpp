// A deployment carried out: its inline template evaluated and its resources written one after the
// other, in the order of what depends on what (facts 8.5). What cannot be evaluated is said, never
// guessed. Pure: resources are written and read through DeploymentWorld.
#pragma once

#include "core/base/error.hpp"
#include "core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace armgate::dryrun {

namespace language {
struct LanguageRules;
}

/// A deployment as it was sent. Views into the caller's memory.
struct Deployment {
    std::string_view id;    ///< `{scope}/providers/Microsoft.Resources/deployments/{name}`
    std::string_view body;  ///< as az sends it: lenient JSON
    std::string_view tenant;
    std::string_view subscription_name;      ///< empty: not known
    std::string_view resource_group_region;  ///< empty: not known
    std::string_view host;                   ///< of ARM, for `environment()`
    std::string_view group_api_version;      ///< by which resource groups are read
    base::Timestamp now;
    bool deletes_unlisted = false;  ///< the caller sees to what mode Complete deletes
};

/// A resource that the template declares, expressions evaluated.
struct DeployedResource {
    std::string id;
    std::string type;
    std::string name;
    std::string api_version;
    std::vector<std::string> depends_on;  ///< ids
    /// Paths inside the body whose value is not known (`properties.secret`,
    /// `properties.rules[0].name`); the expression stands there as its text.
    std::vector<std::string> unknown;
};

class DeploymentWorld {
  public:
    virtual ~DeploymentWorld() = default;
    /// Writes `body` as PUT does. Gives the resource as ARM would hold it. A nested deployment
    /// comes when it is over, its resources written before it: `body` is what ARM answers of it, to
    /// be kept as it is.
    virtual nlohmann::ordered_json write(const DeployedResource& resource,
                                         const nlohmann::ordered_json& body) = 0;
    /// The resource as a GET would show it; nothing where it is not known.
    virtual std::optional<nlohmann::ordered_json> read(std::string_view id) = 0;
    /// The answer of `list*(id)`; nothing where it is not known.
    virtual std::optional<nlohmann::ordered_json> list(std::string_view function,
                                                       std::string_view id) = 0;
};

/// One operation of the deployment: what `GET {id}/operations` lists.
struct DeploymentOperation {
    std::string target_id;
    std::string target_type;
    std::string target_name;
    std::string kind;  ///< `Create`, or `EvaluateDeploymentOutput` without a target
};

/// What `GET {id}/operations` lists of a deployment within the deployment.
struct NestedDeployment {
    std::string id;
    std::vector<DeploymentOperation> operations;
};

struct DeploymentResult {
    /// The deployment resource as ARM answers it once it is over, outputs, outputResources,
    /// dependencies, parameters (secure ones without their value) and templateHash included.
    std::string resource;  ///< JSON
    std::vector<DeploymentOperation> operations;
    std::vector<NestedDeployment> nested;  ///< at any depth, in the order in which they ended
    std::vector<std::string> unknown;      ///< what could not be evaluated, a sentence each
};

/// What is to be read of the real ARM before the deployment is carried out.
struct DeploymentTarget {
    std::string id;
    std::string api_version;
};

/// The resources that it writes or refers to, as far as the body alone tells. Empty for a body
/// that cannot be read.
[[nodiscard]] std::vector<DeploymentTarget> deployment_targets(
    const Deployment& deployment, const language::LanguageRules& rules);

/// What ARM answers with 400: `{"error": {"code", "message"}}`.
struct DeploymentFault {
    std::string code;  ///< `InvalidTemplate`, `InvalidRequestContent`, `RehearsalLimitExceeded`
    std::string message;
};

/// Of an error of `carry_out`.
[[nodiscard]] DeploymentFault deployment_fault(const Error& error);

/// Carries it out; nested inline deployments too. Errors: `input_invalid`, see `deployment_fault`;
/// then nothing was written. A template that takes too much to evaluate is one.
[[nodiscard]] Result<DeploymentResult> carry_out(const Deployment& deployment,
                                                 const language::LanguageRules& rules,
                                                 DeploymentWorld& world);

}  // namespace armgate::dryrun
