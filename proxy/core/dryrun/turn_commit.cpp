// A write that takes place: the resource, its children, its parent's view of it, the change.
#include "core/base/text.hpp"
#include "core/dryrun/lists.hpp"
#include "core/dryrun/turn.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

/// A write makes no more children than this that are asked for one by one.
constexpr std::size_t kMaxAskedChildren = 64;

/// `properties.{plural}` of the parent: its inline list of children of that type; null where it
/// keeps none.
Json* inline_list(Json& parent, std::string_view plural) {
    if (!parent.is_object()) return nullptr;
    const auto properties = parent.find("properties");
    if (properties == parent.end() || !properties->is_object()) return nullptr;
    for (auto at = properties->begin(); at != properties->end(); ++at) {
        if (ascii_iequals(at.key(), plural) && at.value().is_array()) return &at.value();
    }
    return nullptr;
}

std::string_view last_of(std::string_view type) {
    return type.substr(type.rfind('/') + 1);
}

}  // namespace

Made Turn::make(const Write& write) const {
    const bool patch = request_.method == "PATCH" && write.carried_by.empty();
    Making making = making_of(write.path, patch ? "PATCH" : "PUT", write.api_version);
    making.type = write.type;
    Made made = knowledge_.recipes.make(making, write.sent,
                                        write.before.here() ? &write.before.body : nullptr);
    if (!read_json(made.body)) made.body = to_text(write.sent);
    return made;
}

bool Turn::ask_for_children(const Made& made, std::string_view api_version) {
    std::size_t asked = 0;
    for (const MadeChild& child : made.children) {
        const ResourcePath path = path_of(child.id);
        if (world_.overlay.find(path.key()).presence != Presence::unknown) continue;
        // Nothing real lies below a resource that is new.
        const Overlay::Found parent = world_.overlay.find(path_.key());
        if (parent.presence == Presence::unknown &&
            inquiry_.known(question_target(path_.id(), api_version)) != nullptr &&
            inquiry_.known(question_target(path_.id(), api_version))->status == 404) {
            continue;
        }
        if (++asked <= kMaxAskedChildren) {
            inquiry_.ask({"GET", question_target(path.id(), api_version), {}, 0});
        }
    }
    return !inquiry_.pending();
}

void Turn::record(ChangeKind kind,
                  std::string_view method,
                  const ResourcePath& path,
                  Texts texts,
                  std::string_view carried_by) {
    Change change;
    change.kind = kind;
    change.method = method;
    change.id = path.id();
    change.type = path.type();
    const auto what = carried_by.empty() && request_.what != nullptr
                          ? *request_.what
                          : arm::classify(method, target_of(path.id()), knowledge_.arm);
    change.operation = what.operation.value_or("");
    change.verdict = moment_.verdict;
    change.policy = moment_.policy;
    change.seq = moment_.seq;
    change.time = moment_.context.now;
    change.before = std::move(texts.before);
    change.after = std::move(texts.after);
    change.carried_by = carried_by;
    change.invented = invented_;
    world_.changes.push_back(std::move(change));
}

void Turn::store(const ResourcePath& path,
                 std::string_view type,
                 std::string_view api_version,
                 const Json& body,
                 bool real) {
    Entry entry;
    entry.id = path.id();
    entry.type = type;
    entry.api_version = api_version;
    entry.body = to_text(body);
    entry.summary = summary_of(path, body);
    entry.etag = etag_of(body);
    entry.changed = moment_.context.now;
    entry.real = real;
    const Entry* old = world_.overlay.exact(path.key());
    const bool was_here = old != nullptr && !old->gone;
    entry.created = was_here ? old->created : moment_.context.now;
    world_.overlay.put(std::move(entry));
}

Json Turn::commit(const Write& write, const Made& made) {
    Json body = read_json(made.body).value_or(Json::object());
    const Json* before = write.before.here() ? &write.before.body : nullptr;
    for (const std::string& sentence : made.invented) invent(sentence);
    // What changes nothing is no change: a second apply gives an empty list.
    if (before != nullptr && same_resource(*before, body)) return *before;
    renew_etag(body, before, guid("etag " + write.path.key()));
    store(write.path, write.type, write.api_version, body, write.before.real);
    store_children(write, made);
    reflect_in_parent(write.path, &body, write.api_version);
    record(before != nullptr ? ChangeKind::update : ChangeKind::create,
           write.carried_by.empty() ? request_.method : std::string_view("PUT"), write.path,
           {before != nullptr ? to_text(*before) : std::string(), to_text(body)}, write.carried_by);
    return body;
}

void Turn::store_children(const Write& write, const Made& made) {
    std::vector<std::string> kept;
    std::vector<std::string> types;
    for (const MadeChild& child : made.children) {
        const ResourcePath path = path_of(child.id);
        const auto body = read_json(child.body);
        if (!body || !path.item()) continue;
        const Reply* reply = inquiry_.known(question_target(path.id(), write.api_version));
        const bool real = reply != nullptr && reply->status == 200 &&
                          world_.overlay.find(path.key()).presence == Presence::unknown;
        store(path, child.type, write.api_version, *body, real);
        kept.push_back(path.key());
        types.push_back(child.type);
    }
    // A list inline in the body is whole: a child that is not in it any more is gone.
    const Json* before = write.before.here() ? member(write.before.body, "properties") : nullptr;
    const Json* sent = member(write.sent, "properties");
    if (before == nullptr || sent == nullptr || !before->is_object()) return;
    for (const auto& [plural, list] : before->items()) {
        const Json* now = member(*sent, plural);
        if (now == nullptr || !now->is_array() || !list.is_array()) continue;
        for (const Json& child : list) {
            const std::string id = text_at(child, "id");
            const ResourcePath path = path_of(id);
            if (path.parent_key() != write.path.key() || !path.item()) continue;
            if (!ascii_iequals(last_of(path.type()), plural)) continue;
            if (std::find(kept.begin(), kept.end(), path.key()) != kept.end()) continue;
            world_.overlay.remove(path.id(), path.type(), write.before.real);
        }
    }
}

void Turn::reflect_in_parent(const ResourcePath& path,
                             const Json* body,
                             std::string_view api_version) {
    if (!path.child()) return;
    const ResourcePath parent = path_of(path.parent_id());
    const Overlay::Found found = world_.overlay.find(parent.key());
    std::optional<Json> whole;
    bool real = true;
    if (found.presence == Presence::here) {
        whole = read_json(found.entry->body);
        real = found.entry->real;
    } else if (const Reply* reply = inquiry_.known(question_target(parent.id(), api_version))) {
        if (reply->status == 200) whole = read_json(reply->body);
    }
    Json* list = whole ? inline_list(*whole, last_of(path.type())) : nullptr;
    if (list == nullptr) return;
    const auto at = std::find_if(list->begin(), list->end(), [&path](const Json& child) {
        return base::to_lower(text_at(child, "id")) == path.key();
    });
    if (body == nullptr) {
        if (at == list->end()) return;
        list->erase(at);
    } else if (at == list->end()) {
        list->push_back(*body);
    } else {
        *at = *body;
    }
    // A child as deep as a body may be would make of its parent one that cannot be read again.
    if (!read_json(to_text(*whole))) return;
    const Entry* old = world_.overlay.exact(parent.key());
    const std::string type = old != nullptr ? old->type : parent.type();
    store(parent, type, api_version, *whole, real);
}

void Turn::remove_resource(const ResourcePath& path,
                           const Known& before,
                           std::string_view carried_by) {
    world_.overlay.remove(path.id(), path.type(), before.real);
    reflect_in_parent(path, nullptr, api_version());
    record(ChangeKind::remove, "DELETE", path, {to_text(before.body), {}}, carried_by);
}

}  // namespace armgate::dryrun
