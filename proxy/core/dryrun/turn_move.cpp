// `POST {group}/moveResources`: resources with all below them get ids in another group.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

/// ARM moves at most this many at once.
constexpr std::size_t kMaxMoved = 800;

/// `from`, an id, replaced by `to` wherever it stands in the text, the ids of children included.
std::string renamed(std::string_view text, std::string_view from, std::string_view to) {
    std::string out;
    std::size_t at = 0;
    for (std::size_t hit = base::ascii_ifind(text, from); hit != std::string_view::npos;
         hit = base::ascii_ifind(text, from, at)) {
        const std::size_t end = hit + from.size();
        const bool whole = end == text.size() || text[end] == '"' || text[end] == '/';
        out.append(text.substr(at, hit - at)).append(whole ? to : text.substr(hit, from.size()));
        at = end;
    }
    return out.append(text.substr(at));
}

/// The newest api-version of the type that is no preview; empty where the provider has no such
/// type.
std::string newest_version(const Json& provider, std::string_view type) {
    const std::string_view below = type.substr(std::min(type.find('/') + 1, type.size()));
    const Json* types = member(provider, "resourceTypes");
    if (types == nullptr || !types->is_array()) return {};
    std::string best;
    for (const Json& entry : *types) {
        if (!ascii_iequals(text_at(entry, "resourceType"), below)) continue;
        const Json* versions = member(entry, "apiVersions");
        if (versions == nullptr || !versions->is_array()) continue;
        for (const Json& version : *versions) {
            if (!version.is_string()) continue;
            const auto text = version.get<std::string>();
            const bool preview = text.size() > 10;
            const bool best_preview = best.size() > 10;
            if (best.empty() || preview < best_preview ||
                (preview == best_preview && text > best)) {
                best = text;
            }
        }
    }
    return best;
}

}  // namespace

/// A real resource of a type whose api-version the request does not name.
Known Turn::look_up_any(const ResourcePath& path) {
    if (world_.overlay.find(path.key()).presence != Presence::unknown) return look_up(path, {});
    std::string provider(path.subscription_id());
    provider.append("/providers/").append(path.ns());
    const Reply* reply = inquiry_.ask(
        {"GET", question_target(provider, knowledge_.rules.provider_api_version), {}, 0});
    if (reply == nullptr) return {};
    Known known = known_from(path_of(provider), *reply);
    if (!known.here()) return known;
    const std::string version = newest_version(known.body, path.type());
    if (version.empty()) {
        known.state = Known::State::failed;
        known.fault = not_simulated("a move of a type that its provider does not name");
        return known;
    }
    return look_up(path, version);
}

std::optional<Done> Turn::read_move(Move& move) const {
    const auto sent = read_json(request_.body);
    const Json* resources = sent ? member(*sent, "resources") : nullptr;
    move.target = sent ? text_at(*sent, "targetResourceGroup") : std::string();
    const ResourcePath source = path_of(path_.parent_id());
    bool well = resources != nullptr && resources->is_array() && !resources->empty() &&
                resources->size() <= kMaxMoved && path_of(move.target).is_group() &&
                path_of(move.target).is_text();
    for (std::size_t i = 0; well && i < resources->size(); ++i) {
        const Json& id = (*resources)[i];
        well = id.is_string();
        if (!well) break;
        const ResourcePath path = path_of(id.get<std::string>());
        well =
            path.item() && path.top_level() && !path.provider() && path.scope_key() == source.key();
        move.resources.push_back(path.id());
    }
    if (well) return std::nullopt;
    return fault("invalid_content",
                 {{"reason", "it names no resources of this group and a group to move them to"}});
}

Step Turn::move_resources() {
    Move move;
    if (auto refused = read_move(move)) return std::move(*refused);
    std::optional<Done> missing;
    for (const ResourcePath& group : {path_of(path_.parent_id()), path_of(move.target)}) {
        Known known = look_up(group, knowledge_.rules.group_api_version);
        if (known.state == Known::State::failed) return std::move(*known.fault);
        if (known.state == Known::State::absent && !missing) missing = absent(group);
    }
    std::vector<Known> found;
    for (const std::string& id : move.resources) {
        const ResourcePath path = path_of(id);
        found.push_back(look_up_any(path));
        if (found.back().state == Known::State::failed) return std::move(*found.back().fault);
        if (found.back().state == Known::State::absent && !missing) missing = absent(path);
    }
    if (inquiry_.pending()) return Ask{};
    if (missing) return std::move(*missing);
    for (std::size_t i = 0; i < found.size(); ++i) {
        move_one(path_of(move.resources[i]), path_of(move.target), found[i]);
    }
    ActionAnswer given;
    given.status = 204;
    given.runs = Runs::location;
    return answer_acting(path_of(path_.parent_id()), given, {});
}

void Turn::move_one(const ResourcePath& from, const ResourcePath& group, const Known& known) {
    const std::string to = group.id() + from.id().substr(from.scope_key().size());
    const bool was_real = known.real;
    std::vector<Entry> moved;
    const Entry* own = world_.overlay.exact(from.key());
    if (own != nullptr && !own->gone) {
        moved.push_back(*own);
    } else {
        Entry entry;
        entry.id = from.id();
        entry.type = from.type();
        entry.body = to_text(known.body);
        moved.push_back(std::move(entry));
    }
    world_.overlay.each_below(from.key() + "/",
                              [&moved](const Entry& entry) { moved.push_back(entry); });
    if (was_real) {
        invent("What lies below '" + from.id() + "' in Azure does not show at its new place.");
    }
    world_.overlay.remove(from.id(), from.type(), was_real);
    for (const Entry& entry : moved) {
        const auto body = read_json(renamed(entry.body, from.id(), to));
        const ResourcePath path = path_of(to + entry.id.substr(from.id().size()));
        if (body) store(path, entry.type, entry.api_version, *body, false);
    }
}

}  // namespace armgate::dryrun
