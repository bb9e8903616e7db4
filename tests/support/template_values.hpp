// Evaluates one template expression outside any template: what a table of functions needs.
#pragma once

#include "core/dryrun/template/evaluator.hpp"
#include "support/deployment_world.hpp"

#include <string>

namespace armgate::test {

namespace language = dryrun::language;

/// JSON of the result; `?` where it is not known, `!` and the message where it is a fault.
inline std::string evaluated(const std::string& expression,
                             language::Context& context,
                             language::Session& session) {
    const dryrun::Json value =
        language::Evaluator(session, context).evaluate_text("[" + expression + "]");
    if (session.fault()) return "!" + session.fault()->message;
    return language::is_unknown(value) ? "?" : dryrun::to_text(value);
}

/// In a deployment to the group `rg` of subscription `sub`.
inline std::string evaluated(const std::string& expression) {
    dryrun::Deployment deployment;
    deployment.id =
        "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Resources/deployments/d";
    deployment.tenant = "tenant";
    deployment.subscription_name = "Pay";
    deployment.resource_group_region = "westeurope";
    deployment.host = "management.azure.com";
    deployment.now = base::parse_rfc3339("2026-11-24T10:05:09.123456Z").value();
    language::Session session(deployment, template_rules(), nullptr, language::Pass::validate);
    language::Context context;
    context.scope = arm::scope_of_id("/subscriptions/sub/resourceGroups/rg");
    context.deployment = dryrun::Json{{"name", "d"}};
    return evaluated(expression, context, session);
}

}  // namespace armgate::test
