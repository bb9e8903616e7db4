// Locks that forbid a write: those of the dry run, and ARM's own, asked for once a subscription.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

constexpr std::string_view kLockType = "Microsoft.Authorization/locks";
constexpr std::string_view kLocksBelow = "/providers/Microsoft.Authorization/locks";

RealLock read_lock(const Json& lock) {
    const Json* properties = member(lock, "properties");
    return {text_at(lock, "id"), properties == nullptr ? "" : text_at(*properties, "level")};
}

std::vector<RealLock> read_locks(const Json& page) {
    std::vector<RealLock> out;
    const Json* list = member(page, "value");
    if (list == nullptr || !list->is_array()) return out;
    for (const Json& lock : *list) out.push_back(read_lock(lock));
    return out;
}

/// What a lock stands on; empty where its id is none.
std::string_view scope_of_lock(std::string_view id) noexcept {
    const std::size_t at = base::ascii_ifind(id, kLocksBelow);
    return at == std::string_view::npos ? std::string_view() : id.substr(0, at);
}

}  // namespace

void Turn::ask_for_locks(const ResourcePath& path) {
    const std::string key(path.subscription_key());
    if (key.empty() || knowledge_.locks.contains(key)) return;
    std::string id(path.subscription_id());
    id += kLocksBelow;
    const Reply* reply =
        inquiry_.ask({"GET", question_target(id, knowledge_.rules.lock_api_version), {}, 0});
    if (reply == nullptr) return;
    const auto page = reply->status == 200 && !reply->cut ? read_json(reply->body) : std::nullopt;
    if (page) {
        knowledge_.locks.emplace(key, read_locks(*page));
        if (!text_at(*page, "nextLink").empty()) {
            invent("ARM's list of locks has more than a page; the others were taken for none.");
        }
        return;
    }
    // A caller may hold a role on one resource alone: then no later write need ask again.
    if (reply->status == 403 || reply->status == 404) knowledge_.locks[key];
    if (reply->status == 404) return;
    invent("ARM's locks could not be read; none was taken to forbid it.");
}

std::optional<Done> Turn::check_locks(const ResourcePath& path, std::string_view verb) const {
    std::optional<Done> locked;
    if (base::ascii_iequals(path.type(), kLockType)) return locked;
    const bool deletes = verb == "delete";
    const auto consider = [&](std::string_view lock, std::string_view level) {
        const std::string_view shown = scope_of_lock(lock);
        const std::string scope = base::to_lower(shown);
        const bool above = path.key() == scope || path.key().starts_with(scope + "/");
        const bool below = deletes && scope.starts_with(path.key() + "/");
        if (locked || scope.empty() || (!above && !below)) return;
        if (!deletes && !base::ascii_iequals(level, "ReadOnly")) return;
        locked = fault("scope_locked", {{"id", path.id()}, {"verb", verb}, {"scope", shown}});
    };
    world_.overlay.each_of_type(base::to_lower(kLockType), path.subscription_key(),
                                [&](const Entry& lock) {
                                    const auto body = read_json(lock.body);
                                    if (body) consider(lock.id, read_lock(*body).level);
                                });
    const auto real = knowledge_.locks.find(std::string(path.subscription_key()));
    if (real == knowledge_.locks.end()) return locked;
    for (const RealLock& lock : real->second) {
        // What the dry run made of it counts: it may be gone, or another.
        const bool touched =
            world_.overlay.find(base::to_lower(lock.id)).presence != Presence::unknown;
        if (!touched) consider(lock.id, lock.level);
    }
    return locked;
}

}  // namespace armgate::dryrun
