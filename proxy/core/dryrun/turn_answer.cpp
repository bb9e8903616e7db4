#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun {
namespace {

/// Fields of the real answer that say how its bytes came, not what they are.
constexpr std::array<std::string_view, 9> kFraming = {"content-length",
                                                      "transfer-encoding",
                                                      "content-encoding",
                                                      "connection",
                                                      "keep-alive",
                                                      "trailer",
                                                      "te",
                                                      "upgrade",
                                                      "date"};

std::string filled(std::string text,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> words) {
    std::string out;
    out.reserve(text.size() + 64);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
        const std::string_view name = end == std::string::npos
                                          ? std::string_view{}
                                          : std::string_view(text).substr(at + 1, end - at - 1);
        const auto word = std::find_if(words.begin(), words.end(),
                                       [name](const auto& entry) { return entry.first == name; });
        if (name.empty() || word == words.end()) {
            out.push_back(text[at++]);
            continue;
        }
        out += word->second;
        at = end + 1;
    }
    return out;
}

/// What stands behind the last `/providers/`, as ARM names a resource that is not there.
std::string_view behind_providers(std::string_view id) {
    constexpr std::string_view kProviders = "/providers/";
    std::size_t last = std::string_view::npos;
    for (std::size_t at = base::ascii_ifind(id, kProviders); at != std::string_view::npos;
         at = base::ascii_ifind(id, kProviders, at + 1)) {
        last = at;
    }
    return last == std::string_view::npos ? id : id.substr(last + kProviders.size());
}

}  // namespace

Done Turn::answer(unsigned status, std::string body) const {
    Done done;
    done.answer = arm::ok_answer(std::move(body), moment_.context);
    done.answer.status = status;
    if (done.answer.body.empty()) {
        std::erase_if(done.answer.fields, [](const auto& field) {
            return base::ascii_iequals(field.first, "Content-Type");
        });
    }
    return done;
}

Done Turn::fault(std::string_view name, Words words) const {
    const ErrorText& text = knowledge_.rules.error(name);
    Done done;
    done.answer =
        arm::arm_error(text.status, text.code, filled(text.message, words), moment_.context);
    return done;
}

Done Turn::not_simulated(std::string_view what) const {
    return fault("not_simulated", {{"what", what}});
}

Done Turn::passed_on(const Reply& reply) const {
    Done done;
    done.answer.status = reply.status;
    done.answer.body = reply.body;
    for (const auto& field : reply.fields) {
        const std::string name = base::to_lower(field.first);
        if (std::find(kFraming.begin(), kFraming.end(), name) == kFraming.end()) {
            done.answer.fields.push_back(field);
        }
    }
    return done;
}

Done Turn::unreadable(std::string_view id, const Reply& reply) const {
    if (reply.status == 0) return fault("no_answer", {{"id", id}});
    const std::string reason = reply.cut ? std::string("its answer is too long")
                                         : "status " + std::to_string(reply.status);
    return fault("unreadable", {{"id", id}, {"reason", reason}});
}

Done Turn::relayed(std::string_view id, const Reply& reply) const {
    return reply.status == 0 || reply.cut ? unreadable(id, reply) : passed_on(reply);
}

Done Turn::absent(const ResourcePath& path) const {
    const std::string_view group = path.group_id().substr(path.group_id().rfind('/') + 1);
    const auto gone = [this](std::string_view key) {
        return world_.overlay.find(key).presence == Presence::absent;
    };
    if (path.group_key().size() > 0 && (path.is_group() || gone(path.group_key()))) {
        return fault("group_not_found", {{"group", group}});
    }
    if (base::ascii_iequals(path.type(), kDeploymentType)) {
        return fault("deployment_not_found", {{"name", path.last()}});
    }
    if (path.child() && gone(path.parent_key())) {
        const std::string_view parent = path.parent_id();
        return fault("parent_not_found", {{"parent", parent.substr(parent.rfind('/') + 1)}});
    }
    return fault("resource_not_found", {{"what", behind_providers(path.id())},
                                        {"group", group.empty() ? "<null>" : group}});
}

Done Turn::finish(Done done) {
    done.invented = std::move(invented_);
    return done;
}

std::string Turn::guid(std::string_view salt) const {
    return derived_guid(moment_.context.request_id, salt);
}

void Turn::invent(std::string sentence) {
    if (std::find(invented_.begin(), invented_.end(), sentence) == invented_.end()) {
        invented_.push_back(std::move(sentence));
    }
}

Operation Turn::new_operation(const ResourcePath& resource) const {
    Operation operation;
    operation.id = guid("operation " + path_.key());
    operation.resource_id = resource.id();
    operation.polls_left = knowledge_.rules.polls;
    operation.started = moment_.context.now;
    return operation;
}

void Turn::start(Operation operation, const ResourcePath& resource, const std::string& interim) {
    if (Entry* entry = world_.overlay.exact(resource.key())) {
        entry->operation = operation.id;
        entry->interim = interim;
    }
    world_.operations.start(std::move(operation));
}

std::string Turn::operation_url(std::string_view word,
                                const Operation& operation,
                                std::string_view region) const {
    std::string url = "https://";
    url += request_.host;
    if (is_deployment()) {
        url += target_of(path_.id());  // facts 8.5
    } else {
        url += target_of(path_.subscription_id());
        if (!path_.ns().empty()) {
            url.append("/providers/").append(target_of(path_.ns()));
            url.append("/locations/").append(region.empty() ? "global" : target_of(region));
        }
    }
    url.append("/").append(word).append("/").append(operation.id);
    url.append("?api-version=").append(target_of(api_version()));
    return url;
}

void Turn::add_operation_fields(Done& done,
                                const Operation& operation,
                                Runs runs,
                                std::string_view region) const {
    auto& fields = done.answer.fields;
    if (runs == Runs::async_operation || runs == Runs::both) {
        fields.emplace_back("Azure-AsyncOperation",
                            operation_url("operationStatuses", operation, region));
    }
    if (runs == Runs::location || runs == Runs::both) {
        fields.emplace_back("Location", operation_url("operationResults", operation, region));
    }
    fields.emplace_back("Retry-After", std::to_string(knowledge_.rules.retry_after_seconds));
}

}  // namespace armgate::dryrun
