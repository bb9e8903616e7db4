// GET and HEAD: answered from the overlay where it knows, forwarded where it does not.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

constexpr std::string_view kTagsType = "Microsoft.Resources/tags";

/// Groups and deployments answer HEAD with 204 (facts 8.3, 8.5).
bool answers_head_with_204(const ResourcePath& path) noexcept {
    return path.is_group() || ascii_iequals(path.type(), "Microsoft.Resources/deployments");
}

}  // namespace

Step Turn::read() {
    if (request_.method == "OPTIONS") return Forward{};
    if (world_.overlay.empty() && world_.operations.all().empty()) return Forward{};
    if (auto polled = poll()) return std::move(*polled);
    if (path_.type().empty()) return Forward{};
    if (path_.item()) return read_item();
    return request_.method == "GET" ? list() : Forward{};
}

std::optional<Done> Turn::poll() {
    const PollPath polled = read_poll(path_.key());
    if (polled.form == PollForm::none) return std::nullopt;
    Operation* operation = world_.operations.find(polled.id);
    if (operation == nullptr) return std::nullopt;
    const bool over = Operations::poll(*operation);
    const std::string retry = std::to_string(knowledge_.rules.retry_after_seconds);
    if (polled.form == PollForm::status) {
        const StateNames& states = knowledge_.rules.states;
        Json status = {{"id", path_.id()},
                       {"name", operation->id},
                       {"status", over ? states.done : states.running},
                       {"startTime", base::format_rfc3339(operation->started)}};
        if (over) status["endTime"] = base::format_rfc3339(moment_.context.now);
        const auto result = operation->body.empty() ? std::nullopt : read_json(operation->body);
        if (over && result) status["properties"] = *result;
        Done done = answer(200, to_text(status));
        if (!over) done.answer.fields.emplace_back("Retry-After", retry);
        return done;
    }
    if (!over) {
        Done done = answer(202, {});
        std::string url = "https://";
        url.append(request_.host).append(request_.path);
        if (!request_.query.empty()) url.append("?").append(request_.query);
        done.answer.fields.emplace_back("Location", std::move(url));
        done.answer.fields.emplace_back("Retry-After", retry);
        return done;
    }
    if (!operation->shows_resource) return answer(operation->status, operation->body);
    const ResourcePath resource = path_of(operation->resource_id);
    const Overlay::Found found = world_.overlay.find(resource.key());
    if (found.presence != Presence::here) return answer(204, {});
    return answer(operation->status, found.entry->body);
}

std::string Turn::shown_body(const Entry& entry) {
    if (entry.operation.empty()) return entry.body;
    const Operation* operation = world_.operations.find(entry.operation);
    return operation != nullptr && operation->polls_left > 0 ? entry.interim : entry.body;
}

/// With the views that `$expand` asks for: a machine's `instanceView`.
std::string Turn::expanded(const Entry& entry, std::string body) const {
    const std::string_view wanted = query_.get("$expand");
    auto whole = wanted.empty() ? std::nullopt : read_json(body);
    if (!whole || !whole->is_object()) return body;
    const ResourcePath path = path_of(entry.id);
    const auto full = entry.whole.empty() ? whole : read_json(entry.whole);
    if (!(*whole)["properties"].is_object()) return body;
    for (const std::string_view name : base::split_list(wanted)) {
        const auto view = knowledge_.recipes.view(making_of(path, "GET", api_version()), name,
                                                  full.value_or(*whole));
        const auto parsed = view ? read_json(*view) : std::nullopt;
        if (parsed) (*whole)["properties"][std::string(name)] = *parsed;
    }
    return to_text(*whole);
}

Done Turn::show(const Entry& entry) {
    std::string body = expanded(entry, shown_body(entry));
    // A client may look at the resource alone until it is ready.
    if (Operation* operation = world_.operations.find(entry.operation))
        Operations::poll(*operation);
    Done done = answer(200, std::move(body));
    if (!entry.etag.empty()) done.answer.fields.emplace_back("ETag", entry.etag);
    return done;
}

Step Turn::read_item() {
    if (ascii_iequals(path_.type(), kTagsType) && path_.last() == "default") return read_tags();
    const Overlay::Found found = world_.overlay.find(path_.key());
    const bool head = request_.method == "HEAD";
    if (found.presence == Presence::absent) {
        Done done = absent(path_);
        if (head) done = answer(404, {});
        return done;
    }
    if (found.presence == Presence::here) {
        if (!head) return show(*found.entry);
        Done done = answer(answers_head_with_204(path_) ? 204 : 200, {});
        return done;
    }
    const std::string* tags = world_.overlay.tags(path_.key());
    if (tags == nullptr || head) return Forward{};
    std::string target(request_.path);
    if (!request_.query.empty()) target.append("?").append(request_.query);
    const Reply* reply = inquiry_.ask({"GET", std::move(target), {}, 0});
    if (reply == nullptr) return Ask{};
    if (reply->status == 0 || reply->cut) return unreadable(path_.id(), *reply);
    Done done = passed_on(*reply);
    auto body = read_json(reply->body);
    if (reply->status != 200 || !body || !body->is_object()) return done;
    (*body)["tags"] = read_json(*tags).value_or(Json::object());
    done.answer.body = to_text(*body);
    return done;
}

Step Turn::read_tags() {
    const std::string_view scope = path_.scope_key();
    const Overlay::Found found = world_.overlay.find(scope);
    if (found.presence == Presence::absent) {
        return absent(path_of(path_.id().substr(0, scope.size())));
    }
    Json tags = Json::object();
    if (found.presence == Presence::here) {
        const auto body = read_json(found.entry->body);
        const Json* own = body ? member(*body, "tags") : nullptr;
        if (own != nullptr && own->is_object()) tags = *own;
    } else if (const std::string* set = world_.overlay.tags(scope)) {
        tags = read_json(*set).value_or(Json::object());
    } else {
        return Forward{};
    }
    const Json body = {{"id", path_.id()},
                       {"name", "default"},
                       {"type", kTagsType},
                       {"properties", {{"tags", std::move(tags)}}}};
    return answer(200, request_.method == "HEAD" ? std::string() : to_text(body));
}

}  // namespace armgate::dryrun
