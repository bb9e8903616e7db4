// POST: what reads goes to the real ARM unless it concerns what lives here alone; what acts is
// simulated and never leaves.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

bool ends_in(std::string_view operation, std::string_view verb) noexcept {
    return operation.size() > verb.size() && operation.ends_with(verb);
}

std::string_view without_last(std::string_view type) {
    return type.substr(0, std::min(type.rfind('/'), type.size()));
}

}  // namespace

Step Turn::act() {
    if (is_batch()) return batch();
    if (path_.type().empty()) return not_simulated("a POST to this path");
    if (api_version().empty()) return fault("missing_api_version");
    if (path_.provider()) return not_simulated("a POST to a whole provider");
    if (path_.item()) {
        // Some providers create by POST; ARM's action for those is a write (facts 8.7).
        const bool writes = request_.what != nullptr && request_.what->operation &&
                            ends_in(*request_.what->operation, "/write");
        return writes ? write() : act_on(path_, {});
    }
    if (is_registration()) return register_provider();
    const std::string_view owner_type = without_last(path_.type());
    if (ascii_iequals(path_.last(), "moveResources") &&
        ascii_iequals(owner_type, "Microsoft.Resources/resourceGroups")) {
        return move_resources();
    }
    if (is_rehearsed_deployment_action()) return rehearse_deployment_action();
    if (ascii_iequals(path_.last(), "checkNameAvailability") && is_named_by_azure()) {
        return check_name();
    }
    if (is_reading_post()) return read_by_post();
    return act_on(path_of(path_.parent_id()), path_.last());
}

/// A name such as `list...` tells that an action reads where Azure chose it, not where a user did.
bool Turn::is_named_by_azure() const {
    const std::string type = base::to_lower(path_.type());
    const auto begins = [&type](const std::string& start) { return type.starts_with(start); };
    const auto& named = knowledge_.rules.user_named_actions;
    return type.starts_with("microsoft.") && std::none_of(named.begin(), named.end(), begins);
}

bool Turn::is_reading_post() const {
    return is_named_by_azure() && is_known_to_read();
}

bool Turn::is_known_to_read() const {
    return knowledge_.rules.reading_posts.contains(base::to_lower(path_.type())) ||
           knowledge_.recipes.is_reading_action(without_last(path_.type()), path_.last());
}

Step Turn::read_by_post() {
    const ResourcePath owner = path_of(path_.parent_id());
    const Overlay::Found found = world_.overlay.find(owner.key());
    if (found.presence == Presence::absent) return absent(owner);
    const bool here_alone = found.presence == Presence::here && found.entry->covers;
    if (here_alone) return act_on(owner, path_.last());
    // A path that another server could read differently may be something that acts.
    if (!path_.clear()) return not_simulated("a POST whose path can be read in two ways");
    return Forward{};
}

Step Turn::act_on(const ResourcePath& resource, std::string_view action) {
    Known known;
    // A region is a name in paths and no resource that could be read.
    const bool asked = resource.item() && !resource.provider() && !resource.type().empty() &&
                       resource.key() != resource.subscription_key() &&
                       !base::ascii_iends_with(resource.type(), "/locations");
    if (asked) {
        known = look_up(resource,
                        resource.ns().empty() ? knowledge_.rules.group_api_version : api_version());
    } else {
        known.state = Known::State::here;  // the subscription, or the tenant
        known.body = Json::object();
    }
    if (known.state == Known::State::pending) return Ask{};
    if (known.state == Known::State::failed) return std::move(*known.fault);
    if (!known.here()) return absent(resource);
    return answer_action(resource, action, known);
}

Step Turn::answer_action(const ResourcePath& resource,
                         std::string_view action,
                         const Known& known) {
    const Json sent = read_json(request_.body).value_or(Json::object());
    const Making making = making_of(resource, "POST", api_version());
    auto given = knowledge_.recipes.answer_action(making, action, known.full(), sent);
    const bool reads = is_reading_post();
    if (!given && reads) return not_simulated("this read of a resource that lives here alone");
    if (!given) {
        given.emplace();
        given->runs = Runs::both;
        given->invented.push_back("What '" + std::string(action) + "' answers was made up.");
    }
    if (reads) given->acts = false;
    return answer_acting(resource, *given, known);
}

Step Turn::answer_acting(const ResourcePath& resource,
                         const ActionAnswer& given,
                         const Known& known) {
    for (const std::string& sentence : given.invented) invent(sentence);
    const auto changed = given.resource.empty() ? std::nullopt : read_json(given.resource);
    if (changed) {
        store(resource, resource.type(), api_version(), *changed, known.real, given.whole);
    }
    if (given.acts) {
        record(ChangeKind::action, "POST", resource, {{}, std::string(request_.body)}, {});
    }
    if (given.runs == Runs::at_once || knowledge_.options.lro == Lro::instant) {
        return finish(answer(given.status == 202 ? 200 : given.status, given.body));
    }
    Operation operation = new_operation(resource);
    operation.status = given.status == 202 ? 200 : given.status;
    operation.body = given.body;
    Done done = answer(202, {});
    add_operation_fields(done, operation, given.runs, region_name(text_at(known.body, "location")));
    world_.operations.start(std::move(operation));
    return finish(std::move(done));
}

/// A name that is taken here is taken; one that would be freed here is free. Else the real ARM
/// says.
Step Turn::check_name() {
    const auto sent = read_json(request_.body);
    const std::string name = sent ? text_at(*sent, "name") : std::string();
    std::string type = sent ? base::to_lower(text_at(*sent, "type")) : std::string();
    if (type.find('/') == std::string::npos) {
        type = base::to_lower(path_.ns()) + "/" + type;
    }
    bool taken = false;
    const bool freed = !name.empty() && world_.overlay.is_freed(type, base::to_lower(name));
    world_.overlay.each_of_type(type, "/", [&](const Entry& entry) {
        const std::string_view own = std::string_view(entry.id).substr(entry.id.rfind('/') + 1);
        taken = taken || (!entry.real && ascii_iequals(own, name));
    });
    if (freed && !taken) {
        return answer(200, to_text({{"nameAvailable", true}}));
    }
    if (!taken || name.empty()) {
        if (!path_.clear()) return not_simulated("a POST whose path can be read in two ways");
        return Forward{};
    }
    std::string message = knowledge_.rules.taken_message;
    const std::size_t at = message.find("{name}");
    if (at != std::string::npos) message.replace(at, 6, name);
    const Json body = {
        {"nameAvailable", false}, {"reason", knowledge_.rules.taken_reason}, {"message", message}};
    return answer(200, to_text(body));
}

}  // namespace armgate::dryrun
