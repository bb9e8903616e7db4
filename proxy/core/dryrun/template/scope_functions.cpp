// Functions that tell where a deployment lands, and those that read resources.
#include "core/arm/template_function.hpp"
#include "core/base/text.hpp"
#include "core/base/text_store.hpp"
#include "core/dryrun/template/functions.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun::language {
namespace {

/// One of the id functions that the walk of templates already has.
Json id_by(Call& call, std::string_view function, std::string subscription, std::string group) {
    base::TextStore texts;
    std::vector<arm::Evaluated> arguments(call.size());
    for (std::size_t i = 0; i < call.size(); ++i) {
        const auto text = plain_text(call[i]);
        if (!text) return call.refuse();
        arguments[i].kind = arm::Evaluated::Kind::text;
        arguments[i].text = texts.keep(*text);
    }
    arm::TemplateContext context;
    context.subscription = std::move(subscription);
    context.resource_group = std::move(group);
    const arm::Evaluated out = arm::call_template_function(function, {arguments, context, texts});
    return out.is_text() ? Json(std::string(out.text)) : call.refuse();
}

/// In a deployment to a subscription or above, the id is one of that level (Microsoft Learn,
/// template-functions-resource#resourceid).
Json resource_id(Call& call) {
    const arm::TemplateScope& scope = call.context().scope;
    const bool first_is_type = call.is_text(0) && call.text(0).find('/') != std::string_view::npos;
    if (first_is_type && scope.resource_group.empty()) {
        const bool tenant = scope.subscription.empty();
        return id_by(call, tenant ? "tenantresourceid" : "subscriptionresourceid",
                     scope.subscription, {});
    }
    return id_by(call, "resourceid", scope.subscription, scope.resource_group);
}

Json subscription_resource_id(Call& call) {
    return id_by(call, "subscriptionresourceid", call.context().scope.subscription, {});
}

Json tenant_resource_id(Call& call) {
    return id_by(call, "tenantresourceid", {}, {});
}

Json extension_resource_id(Call& call) {
    return id_by(call, "extensionresourceid", {}, {});
}

/// `managementGroupResourceId([group, ]type, names...)`.
Json management_group_resource_id(Call& call) {
    constexpr std::string_view kPrefix = "/providers/Microsoft.Management/managementGroups/";
    const bool named = call.is_text(0) && call.text(0).find('/') == std::string_view::npos;
    const arm::TemplateScope& scope = call.context().scope;
    std::string group;
    if (named) {
        group = std::string(kPrefix).append(call.text(0));
        call.arguments.erase(call.arguments.begin());
    } else if (scope.kind == arm::TemplateScope::Kind::management_group) {
        group = scope.path;
    } else {
        return call.refuse();
    }
    call.arguments.insert(call.arguments.begin(), Json(group));
    return id_by(call, "extensionresourceid", {}, {});
}

Json not_here(Call& call) {
    call.session().fail("location", {{"function", call.node.text}});
    return unknown();
}

Json resource_group(Call& call) {
    const arm::TemplateScope& scope = call.context().scope;
    if (scope.resource_group.empty()) return not_here(call);
    call.open = true;
    const std::string id =
        "/subscriptions/" + scope.subscription + "/resourceGroups/" + scope.resource_group;
    call.session().ask_for(id, call.session().deployment().group_api_version);
    if (const Json* const known = call.session().read(id)) {
        Json out = *known;
        if (member(out, "name") == nullptr) out["name"] = scope.resource_group;
        if (member(out, "id") == nullptr) out["id"] = id;
        return out;
    }
    Json out{{"id", id},
             {"name", scope.resource_group},
             {"type", "Microsoft.Resources/resourceGroups"},
             {"properties", {{"provisioningState", "Succeeded"}}}};
    const Deployment& deployment = call.session().deployment();
    const bool own = base::ascii_istarts_with(deployment.id, id + "/");
    if (own && !deployment.resource_group_region.empty()) {
        out["location"] = deployment.resource_group_region;
    }
    return out;
}

Json subscription(Call& call) {
    const arm::TemplateScope& scope = call.context().scope;
    if (scope.subscription.empty()) return not_here(call);
    call.open = true;
    const Deployment& deployment = call.session().deployment();
    Json out{{"id", "/subscriptions/" + scope.subscription},
             {"subscriptionId", scope.subscription}};
    if (!deployment.tenant.empty()) out["tenantId"] = deployment.tenant;
    const bool own =
        base::ascii_istarts_with(deployment.id, "/subscriptions/" + scope.subscription + "/");
    if (own && !deployment.subscription_name.empty()) {
        out["displayName"] = deployment.subscription_name;
    }
    return out;
}

Json tenant(Call& call) {
    call.open = true;
    Json out = Json::object();
    if (!call.session().deployment().tenant.empty()) {
        out["id"] = "/tenants/" + std::string(call.session().deployment().tenant);
        out["tenantId"] = call.session().deployment().tenant;
    }
    return out;
}

Json management_group(Call& call) {
    const arm::TemplateScope& scope = call.context().scope;
    if (scope.kind != arm::TemplateScope::Kind::management_group) return not_here(call);
    call.open = true;
    return Json{{"id", scope.path},
                {"name", scope.path.substr(scope.path.rfind('/') + 1)},
                {"type", "Microsoft.Management/managementGroups"}};
}

Json environment(Call& call) {
    call.open = true;
    for (const CloudEnvironment& cloud : call.session().rules().clouds) {
        const std::string_view host = call.session().deployment().host;
        if (host == cloud.host || host.ends_with("." + cloud.host)) return cloud.environment;
    }
    return unknown();
}

/// `copyIndex([loop][, offset])`: without a name of the innermost loop over resources.
Json copy_index(Call& call) {
    const auto& loops = call.context().loops;
    const Loop* found = nullptr;
    std::size_t next = 0;
    if (call.size() > 0 && call.is_text(0)) {
        next = 1;
        for (const Loop& loop : loops) {
            if (base::ascii_iequals(loop.name, call.text(0))) found = &loop;
        }
    } else {
        for (const Loop& loop : loops) {
            if (found == nullptr || loop.over == Loop::Over::resources) found = &loop;
        }
    }
    if (found == nullptr) return not_here(call);
    if (call.size() == next) return found->index;
    const auto offset = call.whole(next);
    constexpr std::int64_t kFar = 1'000'000'000;
    if (call.size() > next + 1 || !offset || *offset < -kFar || *offset > kFar) {
        return call.refuse();
    }
    return found->index + *offset;
}

/// What only Azure knows.
Json not_known(Call& call) {
    call.session().note("What '" + call.node.name + "' gives is known to Azure alone.");
    return unknown();
}

std::vector<Declared> declared(const Call& call, std::string_view name) {
    const auto& names = call.context().names;
    for (auto at = names.rbegin(); at != names.rend(); ++at) {
        auto found = (*at)->named(name);
        if (!found.empty()) return found;
    }
    return {};
}

/// The resource that is meant: an id, or a name of the template's own. Nothing where it is neither;
/// then that is a fault.
std::optional<Declared> target_of(const Call& call) {
    if (!call.is_text(0)) return std::nullopt;
    const std::string_view text = call.text(0);
    auto found = declared(call, text);
    if (!found.empty()) return found.front();
    if (text.starts_with('/')) return Declared{std::string(text), {}, {}, {}};
    const auto& names = call.context().names;
    const bool all_named = std::all_of(
        names.begin(), names.end(), [](const ResourceNames* known) { return known->all_named(); });
    if (all_named) call.session().fail("undefined", {{"name", text}});
    return std::nullopt;
}

/// What `reference(..., 'Full')` gives beyond the resource's own members (inferred).
Json full(const Declared& target, const Json& resource) {
    Json out = Json::object();
    out["apiVersion"] = target.api_version;
    for (const auto& [key, value] : resource.get_ref<const Json::object_t&>()) {
        if (key != "id" && key != "name" && key != "type") out[key] = value;
    }
    const arm::TemplateScope scope = arm::scope_of_id(target.id);
    if (!scope.subscription.empty()) out["subscriptionId"] = scope.subscription;
    if (!scope.resource_group.empty()) out["resourceGroupName"] = scope.resource_group;
    out["resourceId"] = target.id;
    return out;
}

Json referenced(Call& call, const Declared& target, bool whole) {
    call.session().ask_for(target.id, target.api_version);
    if (call.session().validates()) return unknown();
    const Json* const resource = call.session().read(target.id);
    if (resource == nullptr || !resource->is_object()) {
        call.session().note("The resource " + target.id + " is referred to and not known.");
        return unknown();
    }
    if (whole) return full(target, *resource);
    const Json* const properties = member(*resource, "properties");
    return properties == nullptr ? Json::object() : *properties;
}

bool wants_full(const Call& call, std::size_t i) {
    return i < call.size() && call.is_text(i) && base::ascii_iequals(call.text(i), "full");
}

/// `reference(name or id[, apiVersion][, 'Full'])`; by symbolic name `reference(name[, 'Full'])`.
Json reference(Call& call) {
    if (!call.context().at_runtime) return not_here(call);
    call.open = true;
    auto target = target_of(call);
    if (!target) return call.is_text(0) ? unknown() : call.refuse();
    const bool whole = wants_full(call, 1) || wants_full(call, 2);
    if (call.size() > 1 && call.is_text(1) && !wants_full(call, 1)) {
        target->api_version = call.text(1);
    }
    return referenced(call, *target, whole);
}

/// `references(loop[, 'Full'])`: all resources of a loop.
Json references(Call& call) {
    if (!call.context().at_runtime) return not_here(call);
    call.open = true;
    Json out = Json::array();
    for (const Declared& target : declared(call, call.is_text(0) ? call.text(0) : "")) {
        out.push_back(referenced(call, target, wants_full(call, 1)));
    }
    return out;
}

Json resource_info(Call& call) {
    const auto target = target_of(call);
    if (!target) return call.is_text(0) ? unknown() : call.refuse();
    return Json{{"id", target->id},
                {"name", target->name},
                {"type", target->type},
                {"apiVersion", target->api_version}};
}

using Unknowns = Function::Unknowns;

constexpr std::array kFunctions{
    Function{"resourceid", 1, kMany, resource_id},
    Function{"subscriptionresourceid", 1, kMany, subscription_resource_id},
    Function{"tenantresourceid", 1, kMany, tenant_resource_id},
    Function{"extensionresourceid", 2, kMany, extension_resource_id},
    Function{"managementgroupresourceid", 1, kMany, management_group_resource_id},
    Function{"resourcegroup", 0, 0, resource_group},
    Function{"subscription", 0, 0, subscription},
    Function{"tenant", 0, 0, tenant},
    Function{"managementgroup", 0, 0, management_group},
    Function{"environment", 0, 0, environment},
    Function{"copyindex", 0, 2, copy_index},
    Function{"reference", 1, 3, reference},
    Function{"references", 1, 2, references},
    Function{"resourceinfo", 1, 1, resource_info},
    Function{"deployer", 0, 0, not_known, Unknowns::kept},
    Function{"providers", 1, 2, not_known, Unknowns::kept},
    Function{"pickzones", 3, 5, not_known, Unknowns::kept},
    Function{"tologicalzone", 3, 3, not_known, Unknowns::kept},
    Function{"tologicalzones", 3, 3, not_known, Unknowns::kept},
    Function{"tophysicalzone", 3, 3, not_known, Unknowns::kept},
    Function{"tophysicalzones", 3, 3, not_known, Unknowns::kept}};

}  // namespace

std::span<const Function> scope_functions() noexcept {
    return kFunctions;
}

/// `list*(name or id, apiVersion[, values])`.
Json list_function(Call& call) {
    if (!call.context().at_runtime) {
        call.session().note("'" + call.node.text.substr(0, 60) +
                            "' stands where it is not rehearsed.");
        return unknown();
    }
    call.open = true;
    const auto target = target_of(call);
    if (!target) return call.is_text(0) ? unknown() : call.refuse();
    call.session().ask_for(target->id, target->api_version);
    if (call.session().validates()) return unknown();
    if (auto answer = call.session().world()->list(call.node.text, target->id))
        return *std::move(answer);
    call.session().note("What " + call.node.text.substr(0, 60) + " of " + target->id +
                        " gives is not known.");
    return unknown();
}

}  // namespace armgate::dryrun::language
