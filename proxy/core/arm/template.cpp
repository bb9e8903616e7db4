#include "core/arm/template.hpp"

#include "core/arm/rules.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace armgate::arm {
namespace {

/// Above this it is no template that ARM takes (its limit is 800).
constexpr std::int64_t kMaxCopies = 2000;

/// What classifying a resource costs, in units of the evaluator.
constexpr std::size_t kResourceCost = 100;

constexpr const char* kNoTemplate = "The deployment has no inline template.";
constexpr const char* kLinked = "The template is linked, not in the body.";
constexpr const char* kNoResources = "The template has no list of resources.";
constexpr const char* kBadResource = "The template holds a resource that is no object.";

bool is_present(const std::optional<JsonValue>& value) noexcept {
    return value && !value->is_null();
}

bool is_text(const std::optional<JsonValue>& value, std::string_view text) noexcept {
    return value && value->is_string() && base::ascii_iequals(value->text(), text);
}

bool is_true(const std::optional<JsonValue>& value) noexcept {
    return value && value->kind() == JsonKind::boolean && value->text() == "true";
}

/// Deletes what the template does not name, or deploys another template when it fails.
bool may_change_more(JsonValue properties) {
    const auto mode = properties.member("mode");
    if (is_present(mode) && !is_text(mode, "Incremental")) return true;
    if (is_present(properties.member("onErrorDeployment"))) return true;
    const auto unmanaged = properties.member("actionOnUnmanage");
    if (!is_present(unmanaged)) return false;
    if (!unmanaged->is_object()) return true;
    for (const JsonValue action : *unmanaged) {
        if (!is_text(action, "detach")) return true;
    }
    return false;
}

}  // namespace

/// Those that the walk looks at, found in one pass.
struct TemplateWalker::Members {
    std::string_view symbolic_name;
    std::size_t count = 0;  ///< of all its members
    std::optional<JsonValue> type;
    std::optional<JsonValue> name;
    std::optional<JsonValue> copy;
    std::optional<JsonValue> condition;
    std::optional<JsonValue> existing;
    std::optional<JsonValue> scope;
    std::optional<JsonValue> subscription;
    std::optional<JsonValue> group;
    std::optional<JsonValue> properties;
    std::optional<JsonValue> children;
    std::optional<JsonValue> extension;  ///< of another provider than ARM
    std::optional<JsonValue> import;     ///< what `extension` was called before

    explicit Members(JsonValue resource) : symbolic_name(resource.key()), count(resource.size()) {
        struct Known {
            std::string_view name;
            std::optional<JsonValue> Members::*member;
        };
        constexpr std::array kKnown{Known{"type", &Members::type},
                                    Known{"name", &Members::name},
                                    Known{"copy", &Members::copy},
                                    Known{"condition", &Members::condition},
                                    Known{"existing", &Members::existing},
                                    Known{"scope", &Members::scope},
                                    Known{"subscriptionId", &Members::subscription},
                                    Known{"resourceGroup", &Members::group},
                                    Known{"properties", &Members::properties},
                                    Known{"resources", &Members::children},
                                    Known{"extension", &Members::extension},
                                    Known{"import", &Members::import}};
        for (const JsonValue value : resource) {
            const auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& each) {
                return base::ascii_iequals(each.name, value.key());
            });
            if (known != kKnown.end()) this->*known->member = value;
        }
    }
};

const char* TemplateWalker::walk_deployment(const std::optional<JsonValue>& properties,
                                            const TemplateScope& scope,
                                            std::size_t depth,
                                            bool& more_than_listed) {
    if (!properties || !properties->is_object()) return kNoTemplate;
    const auto stack_scope = properties->member("deploymentScope");
    if (!is_present(stack_scope)) {
        return walk_nested(*properties, scope, depth, nullptr, more_than_listed);
    }
    const bool id = stack_scope->is_string() && stack_scope->text().starts_with('/');
    const TemplateScope target = id ? scope_of_id(stack_scope->text()) : TemplateScope();
    return walk_nested(*properties, target, depth, nullptr, more_than_listed);
}

/// `outer` evaluates what the deployment gives its template; without one they are literals.
const char* TemplateWalker::walk_nested(JsonValue properties,
                                        const TemplateScope& scope,
                                        std::size_t depth,
                                        TemplateContext* outer,
                                        bool& more_than_listed) {
    if (is_present(properties.member("templateLink"))) return kLinked;
    const auto inline_template = properties.member("template");
    if (!inline_template || !inline_template->is_object()) return kNoTemplate;
    const auto resources = inline_template->member("resources");
    if (!resources || !(resources->is_array() || resources->is_object())) return kNoResources;
    more_than_listed = may_change_more(properties);
    const std::size_t first = items_.size();
    TemplateContext inner;
    inner.parameters = inline_template->member("parameters");
    inner.variables = inline_template->member("variables");
    inner.given = properties.member("parameters");
    inner.given_elsewhere = is_present(properties.member("parametersLink"));
    inner.outer = outer;
    inner.subscription = is_expression(scope.subscription) ? "" : scope.subscription;
    inner.resource_group = is_expression(scope.resource_group) ? "" : scope.resource_group;
    TemplateContext* context = &inner;
    if (outer != nullptr) {
        // A nested template's expressions are the outer template's unless it says otherwise.
        const auto options = properties.member("expressionEvaluationOptions");
        const auto option = options ? options->member("scope") : std::nullopt;
        const bool own = is_text(option, "inner");
        inner.blind = is_present(options) && !own && !is_text(option, "outer") &&
                      !is_text(option, "notSpecified");
        if (!own && !inner.blind) context = outer;
    }
    const char* why = walk_resources(*resources, {*context, scope, depth});
    if (why != nullptr) items_.resize(first);
    return why;
}

/// An array, or an object of symbolic names.
const char* TemplateWalker::walk_resources(JsonValue resources, const Place& at) {
    Place place = at;
    place.symbolic = resources.is_object();
    for (const JsonValue resource : resources) {
        if (const char* why = walk_resource(resource, place)) return why;
    }
    return nullptr;
}

const char* TemplateWalker::walk_resource(JsonValue resource, const Place& place) {
    if (!resource.is_object()) return kBadResource;
    const Members members(resource);
    return is_present(members.copy) ? walk_copies(members, place) : walk_one(members, place);
}

const char* TemplateWalker::walk_copies(const Members& resource, const Place& place) {
    const JsonValue copy = *resource.copy;
    bool known = false;
    const auto name = copy.member("name");
    CopyStep step;
    if (name) step.name = evaluated_text(*name, place.context, known);
    const auto count = copy.member("count");
    const Evaluated times = count ? evaluator_.evaluate(*count, place.context) : Evaluated();
    std::int64_t last = 0;
    if (times.kind == Evaluated::Kind::integer && times.integer >= 0) {
        if (times.integer > kMaxCopies) return kTooMuch;
        last = times.integer - 1;
    } else {
        step.index = -1;  // how many there are is open: told once, with its name as written
    }
    auto& copies = place.context.copies;
    copies.push_back(step);
    const std::size_t mine = copies.size() - 1;
    const char* why = nullptr;
    for (std::int64_t i = 0; i <= last && why == nullptr; ++i) {
        if (step.index >= 0) copies[mine].index = i;
        why = walk_one(resource, place);
    }
    copies.pop_back();
    return why;
}

const char* TemplateWalker::walk_one(const Members& resource, const Place& place) {
    evaluator_.spend(resource.count + kResourceCost);
    overfull_ = gave_up();
    if (overfull_) return kTooMuch;
    const TemplateResource what = read_resource(resource, place);
    const bool left_out =
        resource.condition && evaluator_.evaluate(*resource.condition, place.context).is_false();
    if (!left_out) add(resource, what, place);
    // A condition does not reach the child resources.
    const auto& children = resource.children;
    if (!is_present(children)) return nullptr;
    if (!(children->is_array() || children->is_object())) return kBadResource;
    return walk_resources(*children, {place.context, place.scope, place.depth, &what});
}

TemplateResource TemplateWalker::read_resource(const Members& resource, const Place& place) {
    TemplateResource own;
    if (resource.type && resource.type->is_string()) own.type = resource.type->text();
    bool known = false;
    // Without a name it goes by its symbolic one, as the resources of other providers do.
    std::string text = resource.name ? evaluated_text(*resource.name, place.context, known)
                                     : std::string(resource.symbolic_name);
    own.name = template_name(std::move(text), own.type, known);
    if (place.parent != nullptr) own = join_parent(*place.parent, own);
    const bool foreign = is_present(resource.extension) || is_present(resource.import);
    if (foreign || !is_resource_type(own.type)) own.type.clear();
    return own;
}

void TemplateWalker::add(const Members& resource,
                         const TemplateResource& what,
                         const Place& place) {
    const bool existing = place.symbolic && is_true(resource.existing);
    const bool deployment = !existing && is_contents_type(what.type);
    TemplateScope scope = resource_scope(resource, place);
    CarriedRequest item;
    item.name = what.name.text;
    item.method = existing ? "GET" : "PUT";
    item.depth = place.depth;
    if (auto request = classified(item.method, scope, what)) {
        item.request = *std::move(request);
    } else if (existing) {
        item.request.request_class = RequestClass::read;
    } else {
        item.request.request_class = RequestClass::write;
        item.request.carries = Carries::deployment;
        item.inside = Inside::not_read;
    }
    items_.push_back(std::move(item));
    if (deployment) add_nested(resource, std::move(scope), place);
}

std::optional<Classification> TemplateWalker::classified(std::string_view method,
                                                         const TemplateScope& scope,
                                                         const TemplateResource& resource) {
    known_key_ = method;
    known_key_ += static_cast<char>('0' + static_cast<int>(scope.kind));
    known_key_ += resource.type;
    const auto found = known_.find(known_key_);
    if (found == known_.end()) {
        auto request = classify_resource(method, scope, resource, rules_);
        // Of an extension below another type the name tells the namespace: not the type alone.
        const bool by_name = base::ascii_ifind(resource.type, "/providers/") != std::string::npos;
        if (!request || by_name) return request;
        Classification& kept = known_.emplace(known_key_, *request).first->second;
        kept.resource_id.reset();
        kept.resource_name.clear();
        return request;
    }
    Classification out = found->second;
    name_resource(out, scope, resource);
    return out;
}

/// What the nested deployment just added carries.
void TemplateWalker::add_nested(const Members& resource, TemplateScope scope, const Place& place) {
    const std::size_t at = items_.size() - 1;
    const auto& properties = resource.properties;
    items_[at].inside = Inside::not_read;
    if (!properties || !properties->is_object()) return;
    const auto stack_scope = properties->member("deploymentScope");
    if (is_present(stack_scope)) {
        bool known = false;
        const std::string text = evaluated_text(*stack_scope, place.context, known);
        scope = known ? scope_of_text(text, scope) : TemplateScope();
    }
    bool more = false;
    const char* why = walk_nested(*properties, scope, place.depth + 1, &place.context, more);
    if (why != nullptr) return;
    items_[at].inside = Inside::read;
    items_[at].more_than_listed = more;
}

/// Where a resource lands: `scope`, or for deployments and `existing` ones another group.
TemplateScope TemplateWalker::resource_scope(const Members& resource, const Place& place) {
    bool known = false;
    if (is_present(resource.scope)) {
        const std::string text = evaluated_text(*resource.scope, place.context, known);
        return known ? scope_of_text(text, place.scope) : TemplateScope();
    }
    const auto& subscription = resource.subscription;
    const auto& group = resource.group;
    if (!is_present(subscription) && !is_present(group)) return place.scope;
    // An expression stands for one segment: the id holds it as it is written.
    std::string path = "/subscriptions/";
    path += is_present(subscription) ? evaluated_text(*subscription, place.context, known)
                                     : place.scope.subscription;
    if (path.ends_with('/')) return {};
    TemplateScope scope;
    scope.kind = TemplateScope::Kind::subscription;
    scope.subscription = path.substr(path.rfind('/') + 1);
    if (is_present(group)) {
        scope.resource_group = evaluated_text(*group, place.context, known);
        path += "/resourceGroups/" + scope.resource_group;
    }
    scope.path = std::move(path);
    return scope;
}

/// What it evaluates to, or the text as written.
std::string TemplateWalker::evaluated_text(JsonValue value,
                                           const TemplateContext& context,
                                           bool& known) {
    Evaluated result = evaluator_.evaluate(value, context);
    known = result.is_text();
    return known ? std::move(result.text) : std::string(value.text());
}

bool TemplateWalker::is_contents_type(std::string_view type) const {
    const auto& types = rules_.exempt.contents.types;
    return std::any_of(types.begin(), types.end(), [type](const std::string& listed) {
        return base::ascii_iequals(listed, type);
    });
}

}  // namespace armgate::arm
