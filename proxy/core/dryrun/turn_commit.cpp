// A write that takes place: the resource, its children, its parent's view of it, the change.
#include "core/base/text.hpp"
#include "core/dryrun/lists.hpp"
#include "core/dryrun/turn.hpp"
#include "core/verdict/verdict_json.hpp"

namespace armgate::dryrun {
namespace {

/// A write makes no more children than this that are asked for one by one.
constexpr std::size_t kMaxAskedChildren = 64;

/// `whole` with the ETag that the body shows.
std::string with_etag(const std::string& whole, const Json& body) {
    auto full = whole.empty() ? std::nullopt : read_json(whole);
    if (!full || !full->is_object() || member(body, "etag") == nullptr) return whole;
    (*full)["etag"] = body["etag"];
    return to_text(*full);
}

}  // namespace

Made Turn::make(const Write& write) const {
    const bool patch = request_.method == "PATCH" && write.carried_by.empty();
    Making making = making_of(write.path, patch ? "PATCH" : "PUT", write.api_version);
    making.type = write.type;
    Made made = knowledge_.recipes.make(making, write.sent,
                                        write.before.here() ? &write.before.full() : nullptr);
    if (!read_json(made.body)) made.body = to_text(write.sent);
    return made;
}

bool Turn::ask_for_children(const Made& made, std::string_view api_version) {
    // Nothing real lies below a resource that is new.
    const Reply* own = inquiry_.known(question_target(path_.id(), api_version));
    const bool is_new = own != nullptr && own->status == 404 &&
                        world_.overlay.find(path_.key()).presence == Presence::unknown;
    if (is_new) return !inquiry_.pending();
    std::size_t asked = 0;
    for (const MadeChild& child : made.children) {
        const ResourcePath path = path_of(child.id);
        if (world_.overlay.find(path.key()).presence != Presence::unknown) continue;
        if (++asked <= kMaxAskedChildren) {
            inquiry_.ask({"GET", question_target(path.id(), api_version), {}, 0});
        }
    }
    return !inquiry_.pending();
}

Turn::Judged Turn::judge_carried(const arm::Classification& what) const {
    if (moment_.identity == nullptr) return {moment_.verdict, moment_.policy};
    const verdict::Verdict verdict =
        verdict::judge(what, moment_.cloud, *moment_.identity, verdict::Forwardable::yes);
    return {verdict,
            verdict::policy_of(verdict, what.request_class, moment_.refusal, knowledge_.arm)};
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
    const Judged judged =
        carried_by.empty() ? Judged{moment_.verdict, moment_.policy} : judge_carried(what);
    change.verdict = judged.verdict;
    change.policy = judged.policy;
    change.seq = moment_.seq;
    change.time = moment_.context.now;
    change.before = std::move(texts.before);
    change.after = std::move(texts.after);
    change.carried_by = carried_by;
    change.invented = invented_;
    world_.changes.push_back(std::move(change));
}

SharedText Turn::store(const ResourcePath& path,
                       std::string_view type,
                       std::string_view api_version,
                       const Json& body,
                       bool real,
                       std::string whole) {
    Entry entry;
    entry.id = path.id();
    entry.type = type;
    entry.api_version = api_version;
    entry.body = to_text(body);
    entry.whole = std::move(whole);
    entry.summary = summary_of(path, body);
    entry.etag = etag_of(body);
    entry.changed = moment_.context.now;
    entry.real = real;
    const Entry* old = world_.overlay.exact(path.key());
    const bool was_here = old != nullptr && !old->gone;
    entry.created = was_here ? old->created : moment_.context.now;
    return world_.overlay.put(std::move(entry)).body;
}

Json Turn::commit(const Write& write, const Made& made) {
    Json body = read_json(made.body).value_or(Json::object());
    const Json* before = write.before.here() ? &write.before.body : nullptr;
    // Of the many resources of a deployment the trace has to say whose it is.
    const bool carried = !write.carried_by.empty();
    const std::string whose = carried ? std::string(write.path.last()) + ": " : std::string();
    for (const std::string& sentence : made.invented) invent(whose + sentence);
    // What changes nothing is no change: a second apply gives an empty list.
    if (before != nullptr && same_resource(*before, body)) return *before;
    renew_etag(body, before, guid("etag " + write.path.key()));
    const SharedText after = store(write.path, write.type, write.api_version, body,
                                   write.before.real, with_etag(made.whole, body));
    store_children(write, made);
    reflect_in_parent(write.path, &body, write.api_version);
    record(before != nullptr ? ChangeKind::update : ChangeKind::create,
           write.carried_by.empty() ? request_.method : std::string_view("PUT"), write.path,
           {before != nullptr ? to_text(*before) : std::string(), after}, write.carried_by);
    if (carried) world_.changes.back().invented = made.invented;
    return body;
}

void Turn::store_children(const Write& write, const Made& made) {
    for (const MadeChild& child : made.children) {
        const ResourcePath path = path_of(child.id);
        const auto body = read_json(child.body);
        if (!body || !path.item()) continue;
        const Reply* reply = inquiry_.known(question_target(path.id(), write.api_version));
        const bool real = reply != nullptr && reply->status == 200 &&
                          world_.overlay.find(path.key()).presence == Presence::unknown;
        store(path, child.type, write.api_version, *body, real, child.whole);
    }
    for (const std::string& id : made.gone) {
        const ResourcePath path = path_of(id);
        if (path.item()) world_.overlay.remove(path.id(), path.type(), write.before.real);
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
    if (!whole || !knowledge_.recipes.show_in_parent(path.type(), path.last(), body, *whole)) {
        return;
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
