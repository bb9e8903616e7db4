// GET and HEAD: answered from the overlay where it knows, forwarded where it does not.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

/// Groups and deployments answer HEAD with 204 (facts 8.3, 8.5).
bool answers_head_with_204(const ResourcePath& path) noexcept {
    return path.is_group() || base::ascii_iequals(path.type(), kDeploymentType);
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
        done.answer.fields.emplace_back("Location",
                                        "https://" + std::string(request_.host) + own_target());
        done.answer.fields.emplace_back("Retry-After", retry);
        return done;
    }
    if (!operation->shows_resource) return answer(operation->status, operation->body);
    const ResourcePath resource = path_of(operation->resource_id);
    const Overlay::Found found = world_.overlay.find(resource.key());
    if (found.presence != Presence::here) return answer(204, {});
    return answer(operation->status, std::string(found.entry->body.view()));
}

std::string_view Turn::shown_body(const Entry& entry) const {
    const Operation* operation =
        entry.operation.empty() ? nullptr : world_.operations.find(entry.operation);
    const bool runs = operation != nullptr && operation->polls_left > 0;
    return runs ? std::string_view(entry.interim) : entry.body.view();
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
    std::string body = expanded(entry, std::string(shown_body(entry)));
    // A client may look at the resource alone until it is ready.
    if (Operation* operation = world_.operations.find(entry.operation))
        Operations::poll(*operation);
    Done done = answer(200, std::move(body));
    if (!entry.etag.empty()) done.answer.fields.emplace_back("ETag", entry.etag);
    return done;
}

Step Turn::read_item() {
    if (concerns_tags()) return read_tags();
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
    const Reply* reply = inquiry_.ask({"GET", own_target(), {}, 0});
    if (reply == nullptr) return Ask{};
    Done done = relayed(path_.id(), *reply);
    auto body = read_json(reply->body);
    if (reply->status != 200 || !body || !body->is_object()) return done;
    (*body)["tags"] = read_json(*tags).value_or(Json::object());
    done.answer.body = to_text(*body);
    return done;
}

}  // namespace armgate::dryrun
