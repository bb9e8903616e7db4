// What is known of a resource, its group and its parent: from the overlay, else by asking.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

/// Answers to a read that ARM would have given to the write as well: the request is refused as a
/// whole, whatever it does.
bool concerns_every_request(unsigned status) noexcept {
    return status == 400 || status == 401 || status == 403 || status == 409 || status == 429;
}

/// The resource cannot be read by GET: some have only a list, or none.
bool is_not_readable(unsigned status) noexcept {
    return status == 405 || status == 501;
}

std::string error_code(const Reply& reply) {
    const auto body = read_json(reply.body);
    if (!body) return {};
    const Json* error = member(*body, "error");
    return text_at(error == nullptr ? *body : *error, "code");
}

}  // namespace

ResourcePath Turn::path_of(std::string_view id) const {
    return {target_of(id), knowledge_.arm.operations};
}

std::string Turn::question_target(std::string_view id, std::string_view api_version) const {
    return target_of(id) + "?api-version=" + target_of(api_version);
}

std::string Turn::own_target() const {
    std::string target(request_.path);
    if (!request_.query.empty()) target.append("?").append(request_.query);
    return target;
}

std::optional<Step> Turn::unsettled(const Known& before,
                                    const std::optional<Done>& misplaced) const {
    if (before.state == Known::State::failed) return *before.fault;
    if (inquiry_.pending()) return Ask{};
    if (misplaced) return *misplaced;
    return std::nullopt;
}

bool Turn::is_registered_here(const ResourcePath& path) const {
    std::string key(path.subscription_key());
    key.append("/providers/").append(base::to_lower(path.ns()));
    return world_.overlay.find(key).presence == Presence::here;
}

Known Turn::known_from(const ResourcePath& path, const Reply& reply) {
    Known known;
    if (reply.status == 404 && error_code(reply) == "SubscriptionNotFound") {
        known.state = Known::State::failed;
        known.fault = passed_on(reply);
    } else if (reply.status == 404) {
        known.state = Known::State::absent;
    } else if (reply.status == 409 && is_registered_here(path) &&
               error_code(reply).find("Registration") != std::string::npos) {
        known.state = Known::State::absent;  // the real provider waits for what was simulated
    } else if (is_not_readable(reply.status)) {
        known.state = Known::State::absent;
        invent("Whether '" + path.id() + "' exists cannot be asked; it was taken for new.");
    } else if (concerns_every_request(reply.status)) {
        known.state = Known::State::failed;
        known.fault = passed_on(reply);
    } else if ((reply.status == 200 || reply.status == 204) && !reply.cut) {
        auto body = reply.body.empty() ? Json::object() : read_json(reply.body);
        known.state = body && body->is_object() ? Known::State::here : Known::State::failed;
        if (!known.here()) {
            known.fault = fault("unreadable", {{"id", path.id()}, {"reason", "it is no JSON"}});
            return known;
        }
        known.body = std::move(*body);
        known.real = true;
        if (const std::string* tags = world_.overlay.tags(path.key())) {
            known.body["tags"] = read_json(*tags).value_or(Json::object());
        }
        known.etag = etag_of(known.body);
        if (known.etag.empty()) known.etag = field_of(reply, "ETag");
    } else {
        known.state = Known::State::failed;
        known.fault = unreadable(path.id(), reply);
    }
    return known;
}

Known Turn::look_up(const ResourcePath& path, std::string_view api_version) {
    Known known;
    const Overlay::Found found = world_.overlay.find(path.key());
    if (found.presence == Presence::unknown) {
        const Reply* reply = inquiry_.ask({"GET", question_target(path.id(), api_version), {}, 0});
        return reply == nullptr ? known : known_from(path, *reply);
    }
    known.state = Known::State::absent;
    if (found.presence == Presence::here) {
        known.state = Known::State::here;
        known.body = read_json(found.entry->body).value_or(Json::object());
        if (!found.entry->whole.empty()) known.whole = read_json(found.entry->whole);
        known.etag = found.entry->etag;
        known.real = found.entry->real;
    }
    return known;
}

std::optional<Done> Turn::check_place(const ResourcePath& path, std::string_view api_version) {
    if (auto missing = check_group(path)) return missing;
    if (path.extension() && world_.overlay.find(path.scope_key()).presence == Presence::absent) {
        return absent(path_of(path.scope_id()));
    }
    return check_parent(path, api_version);
}

std::optional<Done> Turn::check_group(const ResourcePath& path) {
    if (path.group_key().empty() || path.is_group()) return std::nullopt;
    const ResourcePath group = path_of(path.group_id());
    const Presence presence = world_.overlay.find(group.key()).presence;
    if (presence == Presence::absent) return absent(group);
    if (presence == Presence::here || knowledge_.groups.contains(group.key())) return std::nullopt;
    const Reply* reply = inquiry_.ask(
        {"GET", question_target(group.id(), knowledge_.rules.group_api_version), {}, 0});
    if (reply == nullptr) return std::nullopt;
    if (reply->status == 404) return passed_on(*reply);
    if (reply->status == 200) {
        const auto body = read_json(reply->body);
        if (body) knowledge_.groups[group.key()] = text_at(*body, "location");
        return std::nullopt;
    }
    // A caller may hold a role on one resource alone: the write does not need to read the group.
    if (concerns_every_request(reply->status) && reply->status != 429) return std::nullopt;
    return reply->status == 429 ? passed_on(*reply) : unreadable(group.id(), *reply);
}

std::optional<Done> Turn::check_parent(const ResourcePath& path, std::string_view api_version) {
    if (!path.child()) return std::nullopt;
    const ResourcePath parent = path_of(path.parent_id());
    const bool implied =
        knowledge_.rules.implied_names.contains(base::to_lower(parent.last())) && parent.child();
    const auto missing = [&]() -> std::optional<Done> {
        if (!implied) {
            return fault("parent_not_found", {{"parent", parent.last()}});
        }
        invent("'" + parent.id() + "' was taken to exist with its parent.");
        return check_parent(parent, api_version);
    };
    switch (world_.overlay.find(parent.key()).presence) {
        case Presence::here:
            return std::nullopt;
        case Presence::absent:
            return missing();
        case Presence::unknown:
            break;
    }
    const Reply* reply = inquiry_.ask({"GET", question_target(parent.id(), api_version), {}, 0});
    if (reply == nullptr) return std::nullopt;
    if (reply->status == 404) return missing();
    if (reply->status == 200 || reply->status == 204 || is_not_readable(reply->status) ||
        concerns_every_request(reply->status)) {
        return std::nullopt;
    }
    return unreadable(parent.id(), *reply);
}

void Turn::ask_for_parent(const ResourcePath& path) {
    if (!path.child()) return;
    const ResourcePath parent = path_of(path.parent_id());
    if (world_.overlay.find(parent.key()).presence != Presence::unknown) return;
    inquiry_.ask({"GET", question_target(parent.id(), api_version()), {}, 0});
}

std::string Turn::group_region(const ResourcePath& path) const {
    const Overlay::Found found = world_.overlay.find(path.group_key());
    if (found.presence == Presence::here) {
        return text_at(read_json(found.entry->body).value_or(Json::object()), "location");
    }
    const auto seen = knowledge_.groups.find(std::string(path.group_key()));
    return seen == knowledge_.groups.end() ? std::string() : seen->second;
}

}  // namespace armgate::dryrun
