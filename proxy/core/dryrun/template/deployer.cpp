#include "core/dryrun/template/deployer.hpp"

#include "core/base/text.hpp"
#include "core/dryrun/template/answer.hpp"
#include "core/dryrun/template/parameters.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace armgate::dryrun::language {
namespace {

/// What a template says of a resource to ARM alone: not part of the body that is written.
constexpr std::array<std::string_view, 14> kDirections{
    "type",          "name",           "apiVersion", "dependsOn", "condition",
    "copy",          "comments",       "resources",  "existing",  "scope",
    "resourceGroup", "subscriptionId", "import",     "extension"};

bool is_direction(std::string_view key) {
    return std::any_of(kDirections.begin(), kDirections.end(),
                       [key](std::string_view known) { return base::ascii_iequals(key, known); });
}

}  // namespace

/// One template's run.
class Deployer {
  public:
    Deployer(Session& session, Context& context, Deployed& out)
        : session_(session), context_(context), evaluator_(session, context), out_(out) {}

    /// Gives the outputs, and the answer's lists.
    RunOfTemplate run(const Json& declared_template, const arm::TemplateScope& scope);

  private:
    void run_one(const Plan& plan, const Planned& planned);
    void write(const Plan& plan, const Planned& planned);
    void run_nested(const Plan& plan, const Planned& planned);
    Deployed deploy_nested(const Planned& planned, const Json& declaration, const Json& properties);
    Deployed deploy_outside(const Deploying& what);
    DeployedResource described(const Plan& plan, const Planned& planned) const;
    Json send(DeployedResource resource, Json body);
    Json outputs(const Json& declared, const Json* definitions);
    Json output(const Json& declared, const DeclaredType& type);

    Session& session_;
    Context& context_;
    Evaluator evaluator_;
    Deployed& out_;
    RunOfTemplate run_;
};

RunOfTemplate Deployer::run(const Json& declared_template, const arm::TemplateScope& scope) {
    const Json* const resources = present(declared_template, "resources");
    const Json none = Json::array();
    const Plan plan = make_plan(evaluator_, resources == nullptr ? none : *resources, scope);
    if (session_.stopped()) {
        session_.soften();
        return {};
    }
    run_.dependencies = answered_dependencies(session_, plan);
    run_.providers = answered_providers(plan);
    context_.names.push_back(&plan);
    const auto loops = context_.loops;
    const bool runtime = std::exchange(context_.at_runtime, true);
    for (const std::size_t index : plan.order) {
        if (session_.stopped()) break;
        run_one(plan, plan.resources[index]);
        session_.soften();  // it is not written; the others are
    }
    context_.loops = loops;
    if (const Json* const declared = present(declared_template, "outputs")) {
        run_.outputs = outputs(*declared, present(declared_template, "definitions"));
    }
    context_.at_runtime = runtime;
    context_.names.pop_back();
    return std::move(run_);
}

void Deployer::run_one(const Plan& plan, const Planned& planned) {
    context_.loops = planned.loops;
    const Declared& what = planned.what;
    const PlaceScope place(session_, "resource '" + what.name + "'");
    if (planned.state == Planned::State::not_known) {
        const auto number = static_cast<std::size_t>(&planned - plan.resources.data()) + 1;
        session_.note("Resource " + std::to_string(number) + " of the template (" + what.type +
                      (what.id.empty() ? ") is not written: its name or scope is not known."
                                       : ") is not written: its condition is not known."));
        return;
    }
    session_.ask_for(what.id, what.api_version);
    if (planned.state == Planned::State::existing) return;
    if (planned.is_deployment) {
        run_nested(plan, planned);
    } else {
        write(plan, planned);
    }
}

DeployedResource Deployer::described(const Plan& plan, const Planned& planned) const {
    DeployedResource out;
    out.id = planned.what.id;
    out.type = planned.what.type;
    out.name = planned.what.name;
    out.api_version = planned.what.api_version;
    for (const std::size_t other : planned.waits_for) {
        const Planned& waited = plan.resources[other];
        if (waited.state == Planned::State::deployed) out.depends_on.push_back(waited.what.id);
    }
    return out;
}

void Deployer::write(const Plan& plan, const Planned& planned) {
    Json body = Json::object();
    for (const auto& [key, value] : planned.declared->get_ref<const Json::object_t&>()) {
        if (!is_direction(key)) add_member(body, key, evaluator_.evaluate(value));
    }
    if (session_.stopped()) return;
    out_.output_resources.push_back(planned.what.id);
    out_.operations.push_back({planned.what.id, planned.what.type, planned.what.name, "Create"});
    if (session_.validates()) return;
    session_.remember(planned.what.id, send(described(plan, planned), std::move(body)));
}

/// What is not known stands in the body as it was written, and is told.
Json Deployer::send(DeployedResource resource, Json body) {
    std::vector<Unsettled> found;
    settle(body, {}, found);
    for (Unsettled& one : found) {
        session_.note(resource.id + ": the value of '" + one.path + "' is not known.");
        session_.placed(one.expression);
        resource.unknown.push_back(std::move(one.path));
    }
    return session_.world()->write(resource, body);
}

void Deployer::run_nested(const Plan& plan, const Planned& planned) {
    const Json none = Json::object();
    const Json* const declared = present(*planned.declared, "properties");
    const Json& properties = declared != nullptr && declared->is_object() ? *declared : none;
    Json declaration = Json::object();
    for (const auto& [key, value] : planned.declared->get_ref<const Json::object_t&>()) {
        const bool whole = is_direction(key) || base::ascii_iequals(key, "properties");
        if (!whole) add_member(declaration, key, evaluator_.evaluate(value));
    }
    Json evaluated = Json::object();
    for (const auto& [key, value] : properties.get_ref<const Json::object_t&>()) {
        if (base::ascii_iequals(key, "template")) continue;
        add_member(evaluated, key, evaluator_.evaluate(value));
    }
    if (session_.stopped()) return;
    declaration["properties"] = std::move(evaluated);
    Deployed nested = deploy_nested(planned, declaration, properties);
    if (session_.stopped()) return;
    out_.operations.push_back({planned.what.id, planned.what.type, planned.what.name, "Create"});
    out_.output_resources.insert(out_.output_resources.end(), nested.output_resources.begin(),
                                 nested.output_resources.end());
    std::move(nested.nested.begin(), nested.nested.end(), std::back_inserter(out_.nested));
    out_.nested.push_back({planned.what.id, std::move(nested.operations)});
    if (session_.validates()) return;
    session_.finish(planned.what.id, nested.resource);
    hide_secure_outputs(nested.resource);
    static_cast<void>(send(described(plan, planned), std::move(nested.resource)));
}

Deployed Deployer::deploy_nested(const Planned& planned,
                                 const Json& declaration,
                                 const Json& properties) {
    const Deploying what{planned.what.id, planned.what.name, planned.scope, &declaration,
                         present(properties, "template")};
    if (what.inline_template != nullptr && !evaluates_inside(properties)) {
        return deploy_outside(what);
    }
    const Json none = Json::object();
    const Json* const given = present(*member(declaration, "properties"), "parameters");
    return deploy(session_, what, given == nullptr ? none : *given);
}

/// The nested template's expressions are the outer template's.
Deployed Deployer::deploy_outside(const Deploying& what) {
    Deployed out;
    const auto loops = context_.loops;
    RunOfTemplate run = Deployer(session_, context_, out).run(*what.inline_template, what.scope);
    context_.loops = loops;
    out.resource = answered_deployment(session_, what, std::move(run), out.output_resources);
    return out;
}

/// One output's value; unknown ones are told.
Json Deployer::output(const Json& declared, const DeclaredType& type) {
    Json out{{"type", answered_type(type)}};
    Json value;
    if (const Json* const copy = present(declared, "copy")) {
        value = evaluator_.looped(*copy);
    } else if (const Json* const own = member(declared, "value")) {
        value = evaluator_.evaluate(*own);
    }
    // Kept here all the same: what refers to it is given the value.
    out["value"] = std::move(value);
    return out;
}

Json Deployer::outputs(const Json& declared, const Json* definitions) {
    Json out = Json::object();
    if (!declared.is_object()) return out;
    for (const auto& [key, value] : declared.get_ref<const Json::object_t&>()) {
        if (session_.stopped()) break;
        const PlaceScope place(session_, "output '" + key + "'");
        const Json* const condition = member(value, "condition");
        const Json holds = condition == nullptr ? Json(true) : evaluator_.evaluate(*condition);
        if (holds == false) continue;
        Json made = output(value, declared_type(value, definitions));
        session_.soften();
        if (is_unknown(holds)) made["value"] = unknown(text_of(value, "value"));
        if (holds_unknown(made)) session_.note("The output '" + key + "' is not known.");
        add_member(out, key, std::move(made));
    }
    if (!out.empty()) out_.operations.push_back({{}, {}, {}, "EvaluateDeploymentOutput"});
    return out;
}

Deployed deploy(Session& session, const Deploying& what, const Json& given) {
    Deployed out;
    const Json& properties = *member(*what.declaration, "properties");
    const Deployment& sent = session.deployment();
    const bool seen_to = sent.deletes_unlisted && sent.id == what.id;
    if (!seen_to && base::ascii_iequals(text_of(properties, "mode"), "Complete")) {
        session.note("Mode Complete: what " + what.id + " would delete is not rehearsed.");
    }
    const Json* const declared = what.inline_template;
    if (declared == nullptr || !declared->is_object()) {
        session.note("The template of " + what.id +
                     " is linked, not sent: what it deploys is not rehearsed.");
        out.resource = answered_deployment(session, what, {}, {});
        return out;
    }
    Context context;
    context.parameters = present(*declared, "parameters");
    context.variables = present(*declared, "variables");
    context.functions = present(*declared, "functions");
    context.definitions = present(*declared, "definitions");
    context.given = &given;
    context.given_elsewhere = present(properties, "parametersLink") != nullptr;
    if (context.given_elsewhere) {
        session.note("The parameters of " + what.id +
                     " are linked, not sent: none of them is known.");
    }
    context.scope = what.scope;
    context.deployment = deployment_value(what);
    Evaluator evaluator(session, context);
    check_parameters(evaluator);
    session.soften();
    if (session.stopped()) return out;
    RunOfTemplate run = Deployer(session, context, out).run(*declared, what.scope);
    if (session.stopped() && session.validates()) return out;
    run.parameters = answered_parameters(evaluator);
    out.resource = answered_deployment(session, what, std::move(run), out.output_resources);
    return out;
}

}  // namespace armgate::dryrun::language
