// Evaluates one template expression outside any template: what a table of functions needs.
#pragma once

#include "core/dryrun/template/evaluator.hpp"

#include <string>

namespace armgate::test {

namespace language = dryrun::language;

/// JSON of the result; `?` where it is not known, `!` and the message where it is a fault.
inline std::string evaluated(const std::string& expression,
                             language::Context& context,
                             language::Session& session) {
    const language::Json value =
        language::Evaluator(session, context).evaluate_text("[" + expression + "]");
    if (session.fault()) return "!" + session.fault()->message;
    return language::is_unknown(value) ? "?" : language::to_json_text(value);
}

/// In a deployment to the group `rg` of subscription `sub`.
inline std::string evaluated(const std::string& expression) {
    static const auto rules = language::load_language_rules().value();
    dryrun::Deployment deployment;
    deployment.id =
        "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Resources/deployments/d";
    deployment.tenant = "tenant";
    deployment.subscription_name = "Pay";
    deployment.resource_group_region = "westeurope";
    deployment.host = "management.azure.com";
    deployment.now = base::parse_rfc3339("2026-11-24T10:05:09.123456Z").value();
    language::Session session(deployment, rules, nullptr, language::Pass::validate);
    language::Context context;
    context.scope = arm::scope_of_id("/subscriptions/sub/resourceGroups/rg");
    context.deployment = language::Json{{"name", "d"}};
    return evaluated(expression, context, session);
}

}  // namespace armgate::test
