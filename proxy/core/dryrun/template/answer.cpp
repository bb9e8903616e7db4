#include "core/dryrun/template/answer.hpp"

#include "core/arm/template_expression.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/template/hash.hpp"

#include <utility>

namespace armgate::dryrun::language {
namespace {

/// Of the template's JSON in capitals, as Bicep's own tools do it.
std::string template_hash(const Json& declared_template) {
    return std::to_string(arm_hash(base::to_upper(dryrun::to_text(declared_template))));
}

Json brief(const Declared& what) {
    return {{"id", what.id}, {"resourceType", what.type}, {"resourceName", what.name}};
}

Json& entry_of(Json& list, std::string_view key, std::string_view value) {
    for (Json& entry : list) {
        if (base::ascii_iequals(text_of(entry, key), value)) return entry;
    }
    list.push_back(Json{{std::string(key), value}});
    return list.back();
}

}  // namespace

Json answered_dependencies(Session& session, const Plan& plan) {
    Json out = Json::array();
    for (const std::size_t index : plan.order) {
        const Planned& planned = plan.resources[index];
        if (planned.state != Planned::State::deployed) continue;
        Json waits = Json::array();
        for (const std::size_t other : planned.waits_for) {
            const Planned& waited = plan.resources[other];
            if (waited.state == Planned::State::deployed) waits.push_back(brief(waited.what));
        }
        if (waits.empty()) continue;
        if (!session.build(waits)) break;
        Json entry{{"dependsOn", std::move(waits)}};
        entry.update(brief(planned.what));
        out.push_back(std::move(entry));
    }
    return out;
}

Json answered_providers(const Plan& plan) {
    Json out = Json::array();
    for (const Planned& planned : plan.resources) {
        if (planned.state != Planned::State::deployed) continue;
        const std::string& type = planned.what.type;
        const std::size_t slash = type.find('/');
        if (slash == std::string::npos) continue;
        Json& provider = entry_of(out, "namespace", type.substr(0, slash));
        Json& types = provider["resourceTypes"];
        if (types.is_null()) types = Json::array();
        Json& entry = entry_of(types, "resourceType", type.substr(slash + 1));
        Json& locations = entry["locations"];
        if (locations.is_null()) locations = Json::array();
        const std::string_view location = text_of(*planned.declared, "location");
        const bool known = !location.empty() && !arm::is_expression(location);
        if (known && locations.empty()) locations.push_back(location);
    }
    return out;
}

Json deployment_value(const Deploying& what) {
    Json out{{"name", what.name}};
    if (const Json* const location = present(*what.declaration, "location")) {
        out["location"] = *location;
    }
    Json& inner = out["properties"] = Json::object();
    const Json& properties = *member(*what.declaration, "properties");
    for (const auto& [key, value] : properties.get_ref<const Json::object_t&>()) {
        if (!base::ascii_iequals(key, "template")) add_member(inner, key, value);
    }
    inner["provisioningState"] = "Accepted";
    return out;
}

Json answered_deployment(Session& session,
                         const Deploying& what,
                         RunOfTemplate run,
                         const std::vector<std::string>& output_resources) {
    Json out{{"id", what.id}, {"name", what.name}, {"type", "Microsoft.Resources/deployments"}};
    for (const char* const key : {"location", "tags"}) {
        if (const Json* const value = present(*what.declaration, key)) out[key] = *value;
    }
    const Json& properties = *member(*what.declaration, "properties");
    const std::string_view mode = text_of(properties, "mode");
    Json& inner = out["properties"];
    if (const Json* const link = present(properties, "templateLink")) inner["templateLink"] = *link;
    if (what.inline_template != nullptr) {
        inner["templateHash"] = template_hash(*what.inline_template);
    }
    inner["parameters"] = std::move(run.parameters);
    inner["mode"] = base::ascii_iequals(mode, "Complete") ? "Complete" : "Incremental";
    inner["provisioningState"] = "Succeeded";
    inner["timestamp"] = base::format_rfc3339(session.deployment().now);
    inner["duration"] = "PT1S";
    inner["correlationId"] = "";
    inner["providers"] = std::move(run.providers);
    inner["dependencies"] = std::move(run.dependencies);
    if (!run.outputs.is_null()) inner["outputs"] = std::move(run.outputs);
    Json& resources = inner["outputResources"] = Json::array();
    for (const std::string& id : output_resources) resources.push_back({{"id", id}});
    return out;
}

void hide_secure_outputs(Json& deployment) {
    const auto found = deployment.find("properties");
    if (found == deployment.end() || found->find("outputs") == found->end()) return;
    Json& properties = *found;
    for (Json& output : properties["outputs"]) {
        if (text_of(output, "type").starts_with("Secure")) output.erase("value");
    }
}

}  // namespace armgate::dryrun::language
