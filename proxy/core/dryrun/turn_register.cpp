// Registration of a provider or of a feature: Registering, then Registered.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

/// Where the state stands: at the top of a provider, among the properties of a feature.
void set_registration(Json& body, bool feature, const std::string& state) {
    if (!feature) {
        body["registrationState"] = state;
        return;
    }
    if (!body["properties"].is_object()) body["properties"] = Json::object();
    body["properties"]["state"] = state;
}

std::string registration(const Json& body, bool feature) {
    if (!feature) return text_at(body, "registrationState");
    const Json* properties = member(body, "properties");
    return properties == nullptr ? std::string() : text_at(*properties, "state");
}

bool is_feature(const ResourcePath& path) noexcept {
    return ascii_iequals(path.ns(), "Microsoft.Features");
}

}  // namespace

bool Turn::is_registration() const {
    if (!ascii_iequals(path_.last(), "register") && !ascii_iequals(path_.last(), "unregister")) {
        return false;
    }
    const bool provider = path_.top_level() && !path_.ns().empty() &&
                          !path_.subscription_key().empty() &&
                          path_.scope_key() == path_.subscription_key();
    return provider || (is_feature(path_) && path_.child());
}

Step Turn::register_provider() {
    const bool feature = is_feature(path_) && path_.child();
    const std::size_t cut = path_.id().size() - path_.last().size() - 1;
    const ResourcePath target = path_of(path_.id().substr(0, cut));
    Known known = look_up(target, api_version());
    if (known.state == Known::State::pending) return Ask{};
    if (known.state == Known::State::failed) return std::move(*known.fault);
    if (!known.here()) return fault("not_found", {{"id", target.id()}});
    const StateNames& states = knowledge_.rules.states;
    const bool registers = ascii_iequals(path_.last(), "register");
    const std::string& wanted = registers ? states.registered : states.unregistered;
    if (ascii_iequals(registration(known.body, feature), wanted)) {
        return answer(200, to_text(known.body));
    }
    Json after = known.body;
    set_registration(after, feature, wanted);
    record(ChangeKind::action, "POST", target, {{}, std::string(request_.body)}, {});
    store(target, target.type(), api_version(), after, known.real);
    if (!registers || knowledge_.options.lro == Lro::instant) return answer(200, to_text(after));
    Operation operation;
    operation.id = guid("operation " + path_.key());
    operation.resource_id = target.id();
    operation.polls_left = knowledge_.rules.polls;
    operation.started = moment_.context.now;
    Json interim = after;
    set_registration(interim, feature, states.registering);
    if (Entry* entry = world_.overlay.exact(target.key())) {
        entry->operation = operation.id;
        entry->interim = to_text(interim);
    }
    world_.operations.start(std::move(operation));
    return answer(200, to_text(interim));
}

}  // namespace armgate::dryrun
