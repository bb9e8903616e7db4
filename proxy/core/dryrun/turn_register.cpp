// Registration of a provider or of a feature: Registering, then Registered.
#include "core/base/text.hpp"
#include "core/dryrun/recipe_path.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

bool is_feature(const ResourcePath& path) noexcept {
    return path.child() && ascii_iequals(path.ns(), "Microsoft.Features");
}

}  // namespace

bool Turn::is_registration() const {
    if (!ascii_iequals(path_.last(), "register") && !ascii_iequals(path_.last(), "unregister")) {
        return false;
    }
    const bool provider = path_.top_level() && !path_.ns().empty() &&
                          !path_.subscription_key().empty() &&
                          path_.scope_key() == path_.subscription_key();
    return provider || is_feature(path_);
}

Step Turn::register_provider() {
    const std::size_t cut = path_.id().size() - path_.last().size() - 1;
    const ResourcePath target = path_of(path_.id().substr(0, cut));
    Known known = look_up(target, api_version());
    if (known.state == Known::State::pending) return Ask{};
    if (known.state == Known::State::failed) return std::move(*known.fault);
    if (!known.here()) return fault("not_found", {{"id", target.id()}});
    const StateNames& states = knowledge_.rules.states;
    const bool registers = ascii_iequals(path_.last(), "register");
    const std::string& wanted = registers ? states.registered : states.unregistered;
    // At the top of a provider, among the properties of a feature.
    const std::string_view place = is_feature(path_) ? "properties.state" : "registrationState";
    const Json* now = find_member(known.body, place);
    if (now != nullptr && now->is_string() &&
        ascii_iequals(now->get_ref<const std::string&>(), wanted)) {
        return answer(200, to_text(known.body));
    }
    Json after = known.body;
    set_member(after, place, wanted);
    record(ChangeKind::action, "POST", target, {{}, std::string(request_.body)}, {});
    store(target, target.type(), api_version(), after, known.real);
    if (!registers || knowledge_.options.lro == Lro::instant) return answer(200, to_text(after));
    Json meanwhile = after;
    set_member(meanwhile, place, states.registering);
    const std::string interim = to_text(meanwhile);
    start(new_operation(target), target, interim);
    return answer(200, interim);
}

}  // namespace armgate::dryrun
