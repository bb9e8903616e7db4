// A deployment: what it needs is asked, its template carried out, its resources written as PUT
// writes them; the deployment itself is a resource with a list of operations (facts 8.5).
#include "core/base/text.hpp"
#include "core/dryrun/deployment_world.hpp"
#include "core/dryrun/recipe_path.hpp"
#include "core/dryrun/turn.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

constexpr std::size_t kMaxTargets = 200;

}  // namespace

bool Turn::is_deployment() const {
    return path_.item() && ascii_iequals(path_.type(), kDeploymentType);
}

Turn::Deploying Turn::deploying() {
    Deploying what;
    what.region = group_region(path_);
    const bool named = request_.body.find("subscription(") != std::string_view::npos;
    if (named && !path_.subscription_id().empty()) {
        const std::string_view id = path_.subscription_id();
        const Reply* reply = inquiry_.ask(
            {"GET", question_target(id, knowledge_.rules.subscription_api_version), {}, 0});
        const auto body = reply == nullptr ? std::nullopt : read_json(reply->body);
        if (body) what.subscription_name = text_at(*body, "displayName");
    }
    what.deployment.id = path_.id();
    what.deployment.body = request_.body;
    what.deployment.tenant = request_.tenant;
    what.deployment.host = request_.host;
    what.deployment.group_api_version = knowledge_.rules.group_api_version;
    what.deployment.now = moment_.context.now;
    return what;
}

Deployment Turn::Deploying::view() const {
    Deployment out = deployment;
    out.subscription_name = subscription_name;
    out.resource_group_region = region;
    return out;
}

void Turn::ask_for_targets(const Deployment& deployment) {
    std::size_t asked = 0;
    for (const DeploymentTarget& target :
         deployment_targets(deployment, knowledge_.template_rules)) {
        const ResourcePath path = path_of(target.id);
        if (!path.item() || target.api_version.empty()) continue;
        if (world_.overlay.find(path.key()).presence != Presence::unknown) continue;
        if (++asked > kMaxTargets) {
            invent(
                "The deployment has too many resources to ask whether each exists: the others "
                "were taken for new.");
            return;
        }
        const Reply* reply =
            inquiry_.ask({"GET", question_target(path.id(), target.api_version), {}, 0});
        if (reply != nullptr && reply->status != 200 && reply->status != 404) {
            invent("Whether '" + path.id() + "' exists could not be read (status " +
                   std::to_string(reply->status) + "); it was taken for new.");
        }
    }
}

Step Turn::deploy(const Json& body) {
    const Known before = look_up(path_, api_version());
    const std::optional<Done> misplaced = check_group(path_);
    if (auto ends = unsettled(before, misplaced)) return std::move(*ends);
    if (auto refused = check_conditions(before)) return std::move(*refused);
    const bool complete = is_complete(body);
    Deploying what = deploying();
    what.deployment.deletes_unlisted = complete;
    ask_for_targets(what.view());
    std::vector<Json> in_group;
    if (complete && !ask_for_group(in_group)) return Ask{};
    if (inquiry_.pending()) return Ask{};
    if (knowledge_.options.ask_what_if && !ask_what_if()) return Ask{};
    const std::size_t first = world_.changes.size();
    const auto result = carry(what.view());
    if (!result) return template_fault(result.error());
    if (complete) remove_unlisted(in_group, path_.id());
    const Json resource = read_json(result->resource).value_or(Json::object());
    keep_deployment(path_, resource, result->operations, before.real);
    record(before.here() ? ChangeKind::update : ChangeKind::create, request_.method, path_,
           {before.here() ? to_text(before.body) : std::string(), to_text(resource)}, {});
    world_.changes.back().invented = result->unknown;
    tell_before_its_parts(first);
    return answer_deployment(resource, before.here());
}

void Turn::tell_before_its_parts(std::size_t first) {
    auto& changes = world_.changes;
    if (first >= changes.size()) return;
    std::rotate(changes.begin() + static_cast<std::ptrdiff_t>(first), changes.end() - 1,
                changes.end());
}

Done Turn::template_fault(const Error& error) const {
    const DeploymentFault why = deployment_fault(error);
    Done done;
    done.answer = arm::arm_error(400, why.code, why.message, moment_.context);
    return done;
}

Result<DeploymentResult> Turn::carry(const Deployment& deployment) {
    CarriedWorld carried([this](const DeployedResource& resource,
                                const Json& body) { return write_carried(resource, body); },
                         [this](std::string_view id) { return read_carried(id); },
                         [this](std::string_view function, std::string_view id) {
                             return list_carried(function, id);
                         });
    auto result = carry_out(deployment, knowledge_.template_rules, carried);
    if (!result) return result;
    for (const std::string& sentence : result->unknown) invent(sentence);
    for (const NestedDeployment& nested : result->nested) {
        const ResourcePath path = path_of(nested.id);
        const Entry* entry = world_.overlay.exact(path.key());
        if (entry == nullptr || entry->gone) continue;
        const Json resource = read_json(entry->body).value_or(Json::object());
        keep_deployment(path, resource, nested.operations, entry->real);
    }
    return result;
}

Known Turn::known_before(const ResourcePath& path, std::string_view version) {
    if (world_.overlay.find(path.key()).presence != Presence::unknown)
        return look_up(path, version);
    const Reply* reply = inquiry_.known(question_target(path.id(), version));
    Known known;
    if (reply != nullptr && reply->status == 200) known = known_from(path, *reply);
    if (!known.here()) known.state = Known::State::absent;
    known.fault.reset();
    return known;
}

Json Turn::write_carried(const DeployedResource& resource, const Json& body) {
    const ResourcePath path = path_of(resource.id);
    if (!path.item() || !path.is_text()) {
        invent("'" + resource.id + "' is no resource id; it was not written.");
        return body;
    }
    const Known before = known_before(path, resource.api_version);
    if (ascii_iequals(path.type(), kDeploymentType)) {
        keep_deployment(path, body, {}, before.real);
        return body;
    }
    for (const std::string& place : resource.unknown) {
        invent("'" + place + "' of '" + path.id() + "' could not be evaluated.");
    }
    written_.insert(path.key());
    const Write write{path, path.type(), resource.api_version, before, body, path_.id()};
    Made made = make(write);
    add_what_if(path, made);
    return commit(write, made);
}

std::optional<Json> Turn::read_carried(std::string_view id) {
    const ResourcePath path = path_of(id);
    const Overlay::Found found = world_.overlay.find(path.key());
    if (found.presence == Presence::here) return read_json(found.entry->body);
    if (found.presence == Presence::absent) return std::nullopt;
    const Reply* reply = inquiry_.known_below(target_of(path.id()) + "?");
    if (reply == nullptr || reply->status != 200) return std::nullopt;
    return read_json(reply->body);
}

std::optional<Json> Turn::list_carried(std::string_view function, std::string_view id) {
    const ResourcePath path = path_of(id);
    const auto resource = read_carried(id);
    if (!resource) return std::nullopt;
    const Making making = making_of(path, "POST", api_version());
    const auto given =
        knowledge_.recipes.answer_action(making, function, *resource, Json::object());
    return given ? read_json(given->body) : std::nullopt;
}

void Turn::keep_deployment(const ResourcePath& path,
                           const Json& resource,
                           const std::vector<DeploymentOperation>& operations,
                           bool real) {
    // What an earlier deployment of this name did is not its any more.
    world_.overlay.remove(path.id(), path.type(), real);
    store(path, kDeploymentType, api_version(), resource, real);
    std::size_t position = 0;
    for (const DeploymentOperation& operation : operations) {
        const std::string id = guid(path.key() + " operation " + std::to_string(position++));
        Json properties = {{"provisioningOperation", operation.kind},
                           {"provisioningState", knowledge_.rules.states.done},
                           {"timestamp", base::format_rfc3339(moment_.context.now)},
                           {"duration", "PT1S"},
                           {"trackingId", id},
                           {"statusCode", "OK"}};
        if (!operation.target_id.empty()) {
            properties["targetResource"] = {{"id", operation.target_id},
                                            {"resourceType", operation.target_type},
                                            {"resourceName", operation.target_name}};
        }
        const ResourcePath own = path_of(path.id() + "/operations/" + id);
        const Json body = {
            {"id", own.id()}, {"operationId", id}, {"properties", std::move(properties)}};
        store(own, own.type(), api_version(), body, false);
    }
    world_.overlay.cover(path.key());
}

Step Turn::answer_deployment(const Json& resource, bool existed) {
    const unsigned status = existed ? 200 : 201;
    if (knowledge_.options.lro == Lro::instant) return finish(answer(status, to_text(resource)));
    Operation operation = new_operation(path_);
    Json meanwhile = resource;
    set_member(meanwhile, "properties.provisioningState", knowledge_.rules.states.deployed);
    for (const char* path : {"properties.outputs", "properties.outputResources"}) {
        erase_member(meanwhile, path);
    }
    const std::string interim = to_text(meanwhile);
    Done done = answer(status, interim);
    add_operation_fields(done, operation, Runs::async_operation, {});
    start(std::move(operation), path_, interim);
    return finish(std::move(done));
}

}  // namespace armgate::dryrun
