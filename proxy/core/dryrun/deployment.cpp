#include "core/dryrun/deployment.hpp"

#include "core/arm/lenient_json.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/template/answer.hpp"
#include "core/dryrun/template/deployer.hpp"
#include "core/dryrun/template/rules.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

using language::Pass;
using language::Session;

constexpr std::size_t kMaxTemplateBytes = std::size_t{4} << 20U;  ///< ARM's limit
constexpr std::string_view kDeployments = "/providers/Microsoft.Resources/deployments/";
constexpr std::string_view kContent = "InvalidRequestContent";

Error fault(std::string_view code, std::string_view message) {
    return {Errc::input_invalid, std::string(code).append(": ").append(message)};
}

Error content_fault(const language::LanguageRules& rules, std::string_view what) {
    return fault(kContent, rules.message("content", {{"what", what}}));
}

/// The body as a value, checked as far as ARM checks it before it reads the template.
Result<Json> read_body(const Deployment& deployment, const language::LanguageRules& rules) {
    constexpr arm::JsonLimits kLimits{kMaxTemplateBytes, 2 * arm::kMaxBodyValues};
    const auto document = arm::LenientJson::parse(deployment.body, kLimits);
    if (!document) return content_fault(rules, document.error().detail);
    Json body = from_lenient(document->root(), kLimits.duplicates);
    const Json* const properties = language::present(body, "properties");
    if (properties == nullptr || !properties->is_object()) {
        return content_fault(rules,
                             rules.message("required", {{"name", "properties"}, {"path", ""}}));
    }
    const Json* const mode = language::present(*properties, "mode");
    if (mode == nullptr) {
        return content_fault(rules,
                             rules.message("required", {{"name", "mode"}, {"path", "properties"}}));
    }
    const std::string_view name = language::text(*mode);
    if (!base::ascii_iequals(name, "Incremental") && !base::ascii_iequals(name, "Complete")) {
        return content_fault(rules, rules.message("mode"));
    }
    const bool linked = language::present(*properties, "templateLink") != nullptr;
    const Json* const inline_template = language::present(*properties, "template");
    if (!linked && (inline_template == nullptr || !inline_template->is_object())) {
        return content_fault(rules, rules.message("no_template"));
    }
    return body;
}

language::Deploying deploying(const Deployment& deployment, const Json& body) {
    language::Deploying out;
    out.id = deployment.id;
    const std::size_t at = base::ascii_ifind(deployment.id, kDeployments);
    const std::size_t end = std::min(at, deployment.id.size());
    out.scope = arm::scope_of_id(deployment.id.substr(0, end));
    out.name = deployment.id.substr(deployment.id.rfind('/') + 1);
    out.declaration = &body;
    out.inline_template = language::present(*language::member(body, "properties"), "template");
    return out;
}

language::Deployed run(Session& session, const language::Deploying& what) {
    const Json* const properties = language::member(*what.declaration, "properties");
    const Json* const given = language::present(*properties, "parameters");
    const Json none = Json::object();
    return language::deploy(session, what, given == nullptr ? none : *given);
}

}  // namespace

DeploymentFault deployment_fault(const Error& error) {
    const std::size_t colon = error.detail.find(": ");
    if (colon == std::string::npos) return {"InvalidTemplate", error.detail};
    return {error.detail.substr(0, colon), error.detail.substr(colon + 2)};
}

std::vector<DeploymentTarget> deployment_targets(const Deployment& deployment,
                                                 const language::LanguageRules& rules) {
    const auto body = read_body(deployment, rules);
    if (!body) return {};
    Session session(deployment, rules, nullptr, Pass::validate);
    static_cast<void>(run(session, deploying(deployment, *body)));
    return session.stopped() ? std::vector<DeploymentTarget>() : session.targets();
}

Result<DeploymentResult> carry_out(const Deployment& deployment,
                                   const language::LanguageRules& rules,
                                   DeploymentWorld& world) {
    const auto body = read_body(deployment, rules);
    if (!body) return body.error();
    const language::Deploying what = deploying(deployment, *body);
    Session validation(deployment, rules, &world, Pass::validate);
    static_cast<void>(run(validation, what));
    if (const auto& why = validation.fault()) return fault(why->code, why->message);

    Session session(deployment, rules, &world, Pass::carry_out);
    language::Deployed deployed = run(session, what);
    DeploymentResult result;
    if (session.exhausted()) {
        result.unknown.emplace_back(
            "The template takes more to evaluate than is spent: not all of it was carried out.");
    }
    if (!deployed.resource.is_object()) {
        deployed.resource = Json{{"id", what.id}, {"name", what.name}};
        deployed.resource["type"] = "Microsoft.Resources/deployments";
    }
    language::hide_secure_outputs(deployed.resource);
    std::vector<language::Unsettled> found;
    language::settle(deployed.resource, {}, found);
    result.resource = to_text(deployed.resource);
    result.operations = std::move(deployed.operations);
    result.nested = std::move(deployed.nested);
    std::move(session.notes().begin(), session.notes().end(), std::back_inserter(result.unknown));
    return result;
}

}  // namespace armgate::dryrun
