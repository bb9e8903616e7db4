#include "core/arm/template.hpp"

#include "core/arm/rules.hpp"
#include "core/base/text.hpp"

#include <algorithm>
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
        for (const JsonValue value : resource) {
            if (auto* const member = named(value.key())) *member = value;
        }
    }

  private:
    /// By its length at first: a name is compared with one or two.
    std::optional<JsonValue>* named(std::string_view key) noexcept {
        const auto is = [key](std::string_view wanted) { return base::ascii_iequals(key, wanted); };
        switch (key.size()) {
            case 4:
                return is("type") ? &type : is("name") ? &name : is("copy") ? &copy : nullptr;
            case 5:
                return is("scope") ? &scope : nullptr;
            case 6:
                return is("import") ? &import : nullptr;
            case 8:
                return is("existing") ? &existing : nullptr;
            case 9:
                return is("condition")   ? &condition
                       : is("resources") ? &children
                       : is("extension") ? &extension
                                         : nullptr;
            case 10:
                return is("properties") ? &properties : nullptr;
            case 13:
                return is("resourceGroup") ? &group : nullptr;
            case 14:
                return is("subscriptionId") ? &subscription : nullptr;
            default:
                return nullptr;
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
    const std::size_t likely = first + std::min(resources->size(), kMaxCarried);
    if (likely > items_.capacity()) items_.reserve(std::max(likely, 2 * items_.capacity()));
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
    if (const char* why = why_too_much()) return why;
    const TemplateResource what = read_resource(resource, place);
    text_ += what.name.text.size() + what.type.text.size();
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
    if (resource.type && resource.type->is_string()) own.type = of_type(resource.type->text()).type;
    bool known = false;
    // Without a name it goes by its symbolic one, as the resources of other providers do.
    const std::string_view text = resource.name
                                      ? evaluated_text(*resource.name, place.context, known)
                                      : resource.symbolic_name;
    own.name = template_name(text, own.type, known, texts_);
    if (place.parent != nullptr) own = join_parent(*place.parent, own, texts_);
    const bool foreign = is_present(resource.extension) || is_present(resource.import);
    if (foreign || !own.type.readable()) own.type = {};
    return own;
}

void TemplateWalker::add(const Members& resource,
                         const TemplateResource& what,
                         const Place& place) {
    const bool existing = place.symbolic && is_true(resource.existing);
    TemplateScope other;
    const TemplateScope& scope = resource_scope(resource, place, other);
    CarriedRequest& item = items_.emplace_back();
    item.name = what.name.text;
    item.method = existing ? "GET" : "PUT";
    item.depth = place.depth;
    if (classify(item.request, existing, scope, what)) {
        count_text(item);
        if (!existing && of_type(what.type.text).carries) add_nested(resource, scope, place);
    } else if (existing) {
        item.request.request_class = RequestClass::read;
    } else {
        item.request.request_class = RequestClass::write;
        item.request.carries = Carries::deployment;
        item.inside = Inside::not_read;
    }
}

TemplateWalker::OfType& TemplateWalker::of_type(std::string_view type) {
    if (latest_type_ != nullptr && latest_type_->type.text == type) return *latest_type_;
    const auto [found, is_new] = types_.try_emplace(type);
    OfType& out = found->second;
    if (is_new) {
        out.type = resource_type(type);
        out.by_name = base::ascii_ifind(type, "/providers/") != std::string_view::npos ||
                      base::ascii_iends_with(type, "/providers");
        const auto& carrying = rules_.exempt.contents.types;
        out.carries = std::any_of(
            carrying.begin(), carrying.end(),
            [type](const std::string& listed) { return base::ascii_iequals(listed, type); });
    }
    latest_type_ = &out;
    return out;
}

/// False where the type cannot be read.
bool TemplateWalker::classify(Classification& out,
                              bool existing,
                              const TemplateScope& scope,
                              const TemplateResource& resource) {
    OfType& known = of_type(resource.type.text);
    for (const OfType::Judged& judged : known.judged) {
        if (judged.existing != existing || judged.scope != scope.kind) continue;
        out = judged.request;
        name_resource(out, scope, resource);
        return true;
    }
    auto request = classify_resource(existing ? "GET" : "PUT", scope, resource, rules_);
    if (!request) return false;
    if (!known.by_name) {
        known.judged.push_back({existing, scope.kind, *request});
        known.judged.back().request.resource_id.reset();
        known.judged.back().request.resource_name.clear();
    }
    out = *std::move(request);
    return true;
}

/// What the nested deployment just added carries.
void TemplateWalker::add_nested(const Members& resource,
                                const TemplateScope& scope,
                                const Place& place) {
    const std::size_t at = items_.size() - 1;
    const auto& properties = resource.properties;
    items_[at].inside = Inside::not_read;
    if (!properties || !properties->is_object()) return;
    const auto stack_scope = properties->member("deploymentScope");
    TemplateScope stack;
    if (is_present(stack_scope)) {
        bool known = false;
        const std::string_view text = evaluated_text(*stack_scope, place.context, known);
        if (known) stack = scope_of_text(text, scope);
    }
    const TemplateScope& target = is_present(stack_scope) ? stack : scope;
    bool more = false;
    const char* why = walk_nested(*properties, target, place.depth + 1, &place.context, more);
    if (why != nullptr) return;
    items_[at].inside = Inside::read;
    items_[at].more_than_listed = more;
}

/// Where a resource lands: `scope`, or for deployments and `existing` ones another group. `other`
/// is where that is written.
const TemplateScope& TemplateWalker::resource_scope(const Members& resource,
                                                    const Place& place,
                                                    TemplateScope& other) {
    bool known = false;
    if (is_present(resource.scope)) {
        const std::string_view text = evaluated_text(*resource.scope, place.context, known);
        if (known) other = scope_of_text(text, place.scope);
        return other;
    }
    const auto& subscription = resource.subscription;
    const auto& group = resource.group;
    if (!is_present(subscription) && !is_present(group)) return place.scope;
    // An expression stands for one segment: the id holds it as it is written.
    std::string path = "/subscriptions/";
    path += is_present(subscription) ? evaluated_text(*subscription, place.context, known)
                                     : place.scope.subscription;
    if (path.ends_with('/')) return other;
    other.kind = TemplateScope::Kind::subscription;
    other.subscription = path.substr(path.rfind('/') + 1);
    if (is_present(group)) {
        other.resource_group = evaluated_text(*group, place.context, known);
        path += "/resourceGroups/" + other.resource_group;
    }
    other.path = std::move(path);
    return other;
}

/// What it evaluates to, or the text as written.
std::string_view TemplateWalker::evaluated_text(JsonValue value,
                                                const TemplateContext& context,
                                                bool& known) {
    const Evaluated result = evaluator_.evaluate(value, context);
    known = result.is_text();
    return known ? result.text : value.text();
}

}  // namespace armgate::arm
