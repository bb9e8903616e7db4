#include "core/dryrun/recipe_stamp.hpp"

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/dryrun/recipe_invent.hpp"

namespace armgate::dryrun {
namespace {

/// ARM writes seven digits of a second.
std::string arm_time(base::Timestamp time) {
    std::string text = base::format_rfc3339(time);
    text.insert(text.size() - 1, 1, '0');
    return text;
}

}  // namespace

void normalise_envelope(Json& body) {
    if (Json* location = find_member(body, "location"); location && location->is_string()) {
        *location = region_name(location->get_ref<const std::string&>());
    }
    if (Json* tags = find_member(body, "tags"); tags && tags->is_null()) *tags = Json::object();
}

bool give_identities(Json& body, const Making& making) {
    Json* identity = find_member(body, "identity");
    const Json* type = identity == nullptr ? nullptr : find_member(*identity, "type");
    if (type == nullptr || !type->is_string()) return false;
    const std::string kind = base::to_lower(type->get_ref<const std::string&>());
    const bool system = kind.find("systemassigned") != std::string::npos;
    const bool user = kind.find("userassigned") != std::string::npos;
    for (const char* key : {"principalId", "tenantId"}) erase_member(*identity, key);
    if (system) {
        (*identity)["principalId"] = invented_guid(making.id, "principalId");
        (*identity)["tenantId"] = making.tenant;
    }
    Json* assigned = find_member(*identity, "userAssignedIdentities");
    if (!user || assigned == nullptr || !assigned->is_object()) return system;
    for (const auto& [id, ids] : assigned->items()) {
        ids = {{"principalId", invented_guid(id, "principalId")},
               {"clientId", invented_guid(id, "clientId")}};
    }
    return true;
}

void stamp_system_data(Json& body, const Making& making, const Json* before) {
    const Json* old = before == nullptr ? nullptr : find_member(*before, "systemData");
    const std::string now = arm_time(making.now);
    Json made = {{"createdBy", making.caller},
                 {"createdByType", making.caller_type},
                 {"createdAt", now},
                 {"lastModifiedBy", making.caller},
                 {"lastModifiedByType", making.caller_type},
                 {"lastModifiedAt", now}};
    for (const char* key : {"createdBy", "createdByType", "createdAt"}) {
        const Json* kept = old == nullptr ? nullptr : find_member(*old, key);
        if (kept != nullptr) made[key] = *kept;
    }
    body["systemData"] = std::move(made);
}

std::string etag_of(const Json& body, std::string_view id, Etag style) {
    // Sorted: the order in which members were sent means nothing.
    nlohmann::json sorted(body);
    sorted.erase("systemData");
    const std::string text = sorted.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const std::string guid = invented_guid(id, text);
    if (style == Etag::weak) return "W/\"" + guid + "\"";
    return style == Etag::quoted ? "\"" + guid + "\"" : guid;
}

}  // namespace armgate::dryrun
