// What a deployment does beyond its template's resources: mode Complete deletes what the template
// does not list, and a deployment stack is a resource that deploys.
#include "core/base/text.hpp"
#include "core/dryrun/lists.hpp"
#include "core/dryrun/turn.hpp"
#include "core/http/target.hpp"

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

constexpr std::size_t kMaxPages = 50;

const Json* elements_of(const Json& page) {
    const Json* value = member(page, "value");
    return value != nullptr && value->is_array() ? value : nullptr;
}

}  // namespace

/// Where it is known what the template lists: a linked one is not read.
bool Turn::is_complete(const Json& body) const {
    const Json* properties = member(body, "properties");
    if (properties == nullptr || path_.group_key().empty()) return false;
    const Json* listed = member(*properties, "template");
    return listed != nullptr && listed->is_object() &&
           ascii_iequals(text_at(*properties, "mode"), "Complete");
}

/// The group's real resources, page by page. False while something is to be asked.
bool Turn::ask_for_group(std::vector<Json>& real) {
    const ResourcePath group = path_of(path_.group_id());
    const Overlay::Found found = world_.overlay.find(group.key());
    if (found.presence == Presence::here && found.entry->covers) return true;
    std::string target =
        question_target(group.id() + "/resources", knowledge_.rules.group_api_version);
    for (std::size_t page = 0; page < kMaxPages; ++page) {
        const Reply* reply = inquiry_.ask({"GET", target, {}, 0});
        if (reply == nullptr) return false;
        const auto body = reply->status == 200 ? read_json(reply->body) : std::nullopt;
        const Json* elements = body ? elements_of(*body) : nullptr;
        if (elements == nullptr) break;
        real.insert(real.end(), elements->begin(), elements->end());
        const std::string link = text_at(*body, "nextLink");
        if (link.empty()) return true;
        const auto next = http::parse_request_target(link);
        if (!next ||
            (next->absolute_host && !http::names_host(*next->absolute_host, request_.host, 443))) {
            break;
        }
        target = next->origin;
    }
    invent(
        "Mode Complete deletes what the template does not list; not all of the group could be "
        "read, so some deletions may be missing.");
    return true;
}

void Turn::remove_unlisted(const std::vector<Json>& real, std::string_view deployment) {
    std::vector<std::pair<std::string, Json>> gone;  // id and body
    for (const Json& resource : real) {
        const std::string id = text_at(resource, "id");
        const ResourcePath path = path_of(id);
        if (path.group_key() != path_.group_key()) continue;
        const Presence presence = world_.overlay.find(path.key()).presence;
        if (presence == Presence::unknown) gone.emplace_back(id, resource);
    }
    world_.overlay.each_below(std::string(path_.group_key()) + "/", [&](const Entry& entry) {
        if (entry.summary.empty()) return;
        gone.emplace_back(entry.id, read_json(entry.body).value_or(Json::object()));
    });
    for (const auto& [id, body] : gone) {
        const ResourcePath path = path_of(id);
        if (written_.contains(path.key()) || !path.item() || !path.top_level()) continue;
        Known known;
        known.body = body;
        const Entry* entry = world_.overlay.exact(path.key());
        known.real = entry == nullptr || entry->real;
        remove_resource(path, known, deployment);
    }
}

/// The stack's template is carried out as the deployment of its name, which is what ARM makes.
Step Turn::write_stack(const Json& body) {
    const Known before = look_up(path_, api_version());
    const std::optional<Done> misplaced = check_group(path_);
    if (auto ends = unsettled(before, misplaced)) return std::move(*ends);
    const Json* properties = member(body, "properties");
    if (properties == nullptr || !properties->is_object()) {
        return fault("invalid_content", {{"reason", "it has no properties"}});
    }
    Json sent = body;
    Json inner = {{"mode", "Incremental"}};
    for (const char* key : {"template", "templateLink", "parameters"}) {
        if (const Json* value = member(*properties, key)) inner[key] = *value;
        sent["properties"].erase(key);
    }
    const std::string text = to_text({{"properties", std::move(inner)}});
    std::string id(path_.scope_id());
    id.append("/providers/").append(kDeploymentType).append("/").append(path_.last());
    Deploying what = deploying();
    what.deployment.id = id;
    what.deployment.body = text;
    ask_for_targets(what.view());
    if (inquiry_.pending()) return Ask{};
    const std::size_t first = world_.changes.size();
    const auto result = carry(what.view());
    if (!result) return template_fault(result.error());
    sent["properties"]["deploymentId"] = id;
    Json& managed = sent["properties"]["resources"] = Json::array();
    for (std::size_t i = first; i < world_.changes.size(); ++i) {
        managed.push_back(
            {{"id", world_.changes[i].id}, {"status", "managed"}, {"denyStatus", "none"}});
    }
    invent(
        "A stack was simulated as the deployment of its template: what it would delete, detach "
        "or deny is not shown.");
    const Write write{path_, path_.type(), api_version(), before, sent, {}};
    const Json after = commit(write, make(write));
    tell_before_its_parts(first);
    return answer_write(before, after);
}

}  // namespace armgate::dryrun
