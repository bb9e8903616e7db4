// ARM's own what-if of a deployment (`--what-if`): a read, asked before the deployment is carried
// out, whose view of each resource is taken where it has one.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"
#include "core/http/target.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

/// ARM takes some ten to a hundred seconds; io waits `after_seconds` before each of these.
constexpr std::size_t kMaxPolls = 30;
constexpr unsigned kMaxWaitSeconds = 15;

unsigned wait_seconds(const Reply& reply) {
    const auto seconds = base::parse_decimal(base::trim(field_of(reply, "Retry-After")));
    return static_cast<unsigned>(
        std::min<unsigned long long>(seconds.value_or(2), kMaxWaitSeconds));
}

}  // namespace

/// False while something is to be asked. A what-if that fails is said, and does without.
bool Turn::ask_what_if() {
    auto body = read_json(request_.body);
    if (!body || !(*body)["properties"].is_object()) return true;
    (*body)["properties"]["whatIfSettings"] = {{"resultFormat", "FullResourcePayloads"}};
    std::string target = target_of(path_.id()) + "/whatIf?api-version=";
    target += target_of(api_version());
    const Reply* reply = inquiry_.ask({"POST", std::move(target), to_text(*body), 0});
    std::unordered_map<std::string, std::size_t> polls;  // by target: it may stay the same
    while (reply != nullptr && reply->status == 202) {
        const auto next = http::parse_request_target(field_of(*reply, "Location"));
        const bool own = next && (!next->absolute_host ||
                                  http::names_host(*next->absolute_host, request_.host, 443));
        std::string origin(own ? next->origin : "");
        if (!own || polls[origin] == kMaxPolls || polls.size() > kMaxPolls) break;
        const std::size_t nth = polls[origin]++;
        reply = inquiry_.ask({"GET", std::move(origin), {}, wait_seconds(*reply)}, nth);
    }
    if (reply == nullptr) return false;
    read_what_if(*reply);
    return true;
}

void Turn::read_what_if(const Reply& reply) {
    const auto body = reply.status == 200 ? read_json(reply.body) : std::nullopt;
    const Json* properties = body ? member(*body, "properties") : nullptr;
    const Json* changes = properties == nullptr ? nullptr : member(*properties, "changes");
    if (changes == nullptr || !changes->is_array()) {
        invent("ARM's what-if gave no result (status " + std::to_string(reply.status) +
               "); the deployment was simulated without it.");
        return;
    }
    for (const Json& change : *changes) {
        const Json* after = member(change, "after");
        const std::string id = text_at(change, "resourceId");
        if (after != nullptr && after->is_object() && !id.empty()) {
            what_if_[path_of(id).key()] = *after;
        }
    }
}

void Turn::add_what_if(const ResourcePath& path, Made& made) const {
    const auto found = what_if_.find(path.key());
    if (found == what_if_.end()) return;
    const auto body = read_json(made.body);
    if (body) made.body = to_text(merge_patch(*body, found->second));
}

}  // namespace armgate::dryrun
