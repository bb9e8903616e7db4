#include "core/dryrun/template/plan.hpp"

#include "core/base/text.hpp"
#include "core/base/text_store.hpp"

#include <algorithm>
#include <utility>

namespace armgate::dryrun::language {

/// Declares the resources of one template one after the other.
class Planner {
  public:
    Planner(Evaluator& evaluator, Plan& plan) : evaluator_(evaluator), plan_(plan) {}

    struct Place {
        const arm::TemplateScope& scope;
        const arm::TemplateResource* parent = nullptr;
    };

    void add_all(const Json& resources, const Place& place);

  private:
    void add(const Json& resource, const std::string& symbolic, const Place& place);
    void add_copies(const Json& resource,
                    const Json& copy,
                    const std::string& symbolic,
                    const Place& place);
    void add_one(const Json& resource, const std::string& symbolic, const Place& place);
    arm::TemplateResource identify(const Json& resource,
                                   const std::string& symbolic,
                                   const Place& place,
                                   Planned& planned);
    Planned::State state_of(const Json& resource, bool symbolic);
    arm::TemplateScope scope_of(const Json& resource, const arm::TemplateScope& current);
    std::optional<std::string> evaluated(const Json& value);
    void name(const std::string& name, std::size_t index) {
        plan_.by_name_[base::to_lower(name)].push_back(index);
    }
    void name_all(const Planned& planned, const std::string& symbolic);
    void refuse_twice(const Planned& planned);

    Session& session() { return evaluator_.session(); }

    Evaluator& evaluator_;
    Plan& plan_;
    base::TextStore texts_;
};

/// An array, or an object of symbolic names.
void Planner::add_all(const Json& resources, const Place& place) {
    if (resources.is_array()) {
        for (const Json& resource : resources) {
            if (!session().stopped()) add(resource, {}, place);
        }
    } else if (resources.is_object()) {
        for (const auto& [key, resource] : resources.get_ref<const Json::object_t&>()) {
            if (!session().stopped()) add(resource, key, place);
        }
    }
}

void Planner::add(const Json& resource, const std::string& symbolic, const Place& place) {
    const std::string_view literal = text_of(resource, "name");
    const PlaceScope named(session(),
                           "resource '" + std::string(symbolic.empty() ? literal : symbolic) + "'");
    const Json* const copy = present(resource, "copy");
    if (copy != nullptr && copy->is_object()) return add_copies(resource, *copy, symbolic, place);
    add_one(resource, symbolic, place);
}

void Planner::add_copies(const Json& resource,
                         const Json& copy,
                         const std::string& symbolic,
                         const Place& place) {
    const std::size_t first = plan_.resources.size();
    const bool known =
        evaluator_.repeat(copy, Loop::Over::resources, [&] { add_one(resource, symbolic, place); });
    if (!known) {
        plan_.all_named_ = false;
        session().note(
            "How often a loop of the template runs is not known: none of its resources is "
            "written.");
    }
    // The loop's own name, and its symbolic one, stand for all of its resources.
    const Json* const name_value = member(copy, "name");
    const auto loop = name_value == nullptr ? std::nullopt : evaluated(*name_value);
    for (const std::string& key : {loop.value_or(std::string()), symbolic}) {
        if (key.empty()) continue;
        auto& all = plan_.by_name_[base::to_lower(key)];
        all.clear();
        for (std::size_t i = first; i < plan_.resources.size(); ++i) {
            if (plan_.resources[i].declared == &resource) all.push_back(i);
        }
    }
}

void Planner::add_one(const Json& resource, const std::string& symbolic, const Place& place) {
    if (!session().count_resource() || !session().spend(50)) return;
    if (plan_.resources.size() >= kMaxResources) {
        session().fail_whole("too_many", {{"count", std::to_string(kMaxResources + 1)}});
        return;
    }
    Planned planned;
    planned.declared = &resource;
    planned.loops = evaluator_.context().loops;
    planned.scope = scope_of(resource, place.scope);
    planned.state = state_of(resource, !symbolic.empty());
    const arm::TemplateResource what = identify(resource, symbolic, place, planned);
    if (session().stopped()) return;
    refuse_twice(planned);
    name_all(planned, symbolic);
    plan_.resources.push_back(std::move(planned));
    // A condition does not reach the child resources.
    const Json* const children = present(resource, "resources");
    if (children != nullptr) add_all(*children, {place.scope, &what});
}

/// Type, name and id, with its parent's.
arm::TemplateResource Planner::identify(const Json& resource,
                                        const std::string& symbolic,
                                        const Place& place,
                                        Planned& planned) {
    const Json* const name = member(resource, "name");
    const Json* const version = member(resource, "apiVersion");
    const auto text = name == nullptr ? std::optional(symbolic) : evaluated(*name);
    arm::TemplateResource own;
    own.type = arm::resource_type(texts_.keep(text_of(resource, "type")));
    own.name = arm::template_name(texts_.keep(text.value_or(std::string())), own.type,
                                  text.has_value(), texts_);
    const bool foreign =
        present(resource, "extension") != nullptr || present(resource, "import") != nullptr;
    if (place.parent != nullptr) own = arm::join_parent(*place.parent, own, texts_);
    planned.what.type = own.type.text;
    planned.what.name = own.name.text;
    if (version != nullptr) planned.what.api_version = evaluated(*version).value_or("");
    planned.is_deployment = is_deployment_type(own.type.text);
    const bool readable = text && !foreign && own.type.readable();
    if (readable && own.name.ends.empty()) {
        session().fail_whole("segments", {{"name", own.name.text}, {"type", own.type.text}});
    }
    const auto id = readable ? arm::template_resource_id(planned.scope, own) : std::nullopt;
    // Its id and what it may be called by hold its name and type some times over.
    constexpr std::size_t kTimes = 8;
    session().keep(kTimes * (own.name.text.size() + own.type.text.size()) +
                   (id ? kTimes * id->size() : 0));
    if (id) {
        planned.what.id = *id;
    } else if (planned.state != Planned::State::left_out) {
        planned.state = Planned::State::not_known;
        plan_.all_named_ = false;
    }
    return own;
}

Planned::State Planner::state_of(const Json& resource, bool symbolic) {
    const Json* const existing = member(resource, "existing");
    const Json* const declared = member(resource, "condition");
    const Json condition = declared == nullptr ? Json(true) : evaluator_.evaluate(*declared);
    if (is_unknown(condition)) return Planned::State::not_known;
    if (!condition.is_boolean()) {
        session().fail("condition");
    } else if (!condition.get<bool>()) {
        return Planned::State::left_out;
    }
    const bool reads = symbolic && existing != nullptr && *existing == true;
    return reads ? Planned::State::existing : Planned::State::deployed;
}

/// Where it lands: `scope`, or for deployments and existing resources another group.
arm::TemplateScope Planner::scope_of(const Json& resource, const arm::TemplateScope& current) {
    if (const Json* const scope = present(resource, "scope")) {
        const auto text = evaluated(*scope);
        return text ? arm::scope_of_text(*text, current) : arm::TemplateScope();
    }
    const Json* const subscription = present(resource, "subscriptionId");
    const Json* const group = present(resource, "resourceGroup");
    if (subscription == nullptr && group == nullptr) return current;
    const auto id =
        subscription == nullptr ? std::optional(current.subscription) : evaluated(*subscription);
    if (!id || id->empty()) return {};
    std::string path = "/subscriptions/" + *id;
    if (group != nullptr) {
        const auto name = evaluated(*group);
        if (!name || name->empty()) return {};
        path += "/resourceGroups/" + *name;
    }
    return arm::scope_of_id(path);
}

std::optional<std::string> Planner::evaluated(const Json& value) {
    const Json out = evaluator_.evaluate(value);
    if (!out.is_string()) return std::nullopt;
    return out.get<std::string>();
}

/// All that `dependsOn` and `reference` may call it.
void Planner::name_all(const Planned& planned, const std::string& symbolic) {
    const std::size_t index = plan_.resources.size();
    if (!symbolic.empty()) {
        const bool looped = present(*planned.declared, "copy") != nullptr && !planned.loops.empty();
        name(looped ? symbolic + "[" + std::to_string(planned.loops.back().index) + "]" : symbolic,
             index);
    }
    const Declared& what = planned.what;
    if (what.id.empty()) return;
    name(what.id, index);
    name(what.name, index);
    name(what.type + "/" + what.name, index);
    const std::size_t providers = what.id.rfind("/providers/");
    if (providers != std::string::npos) name(what.id.substr(providers + 11), index);
    // `subscriptionResourceId` knows no containers: it puts a resource group below a provider.
    if (base::ascii_iequals(what.type, "Microsoft.Resources/resourceGroups")) {
        name(planned.scope.path + "/providers/" + what.type + "/" + what.name, index);
    }
}

void Planner::refuse_twice(const Planned& planned) {
    if (planned.state != Planned::State::deployed) return;
    const auto* const others = plan_.find(planned.what.id);
    if (others == nullptr) return;
    const bool twice = std::any_of(others->begin(), others->end(), [this](std::size_t other) {
        return plan_.resources[other].state == Planned::State::deployed;
    });
    if (twice) session().fail_whole("twice", {{"id", planned.what.id}});
}

const std::vector<std::size_t>* Plan::find(std::string_view name) const {
    const auto found = by_name_.find(base::to_lower(name));
    return found == by_name_.end() ? nullptr : &found->second;
}

std::vector<Declared> Plan::named(std::string_view name) const {
    std::vector<Declared> out;
    const auto* const found = find(name);
    if (found == nullptr) return out;
    for (const std::size_t index : *found) out.push_back(resources[index].what);
    return out;
}

Plan make_plan(Evaluator& evaluator, const Json& resources, const arm::TemplateScope& scope) {
    Plan plan;
    Planner(evaluator, plan).add_all(resources, {scope, nullptr});
    if (!evaluator.session().stopped()) put_in_order(evaluator, plan);
    return plan;
}

bool is_deployment_type(std::string_view type) noexcept {
    return base::ascii_iequals(type, "Microsoft.Resources/deployments");
}

bool evaluates_inside(const Json& properties) noexcept {
    const Json* const options = present(properties, "expressionEvaluationOptions");
    return options != nullptr && base::ascii_iequals(text_of(*options, "scope"), "inner");
}

}  // namespace armgate::dryrun::language
