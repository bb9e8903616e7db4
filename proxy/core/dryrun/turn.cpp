#include "core/dryrun/turn.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::dryrun {

Turn::Turn(const Knowledge& knowledge,
           World& world,
           Inquiry& inquiry,
           const Request& request,
           const Moment& moment)
    : knowledge_(knowledge),
      world_(world),
      inquiry_(inquiry),
      request_(request),
      moment_(moment),
      path_(request.path, knowledge.arm.operations),
      query_(request.query) {
}

Step Turn::run() {
    const bool reads = arm::class_of_method(request_.method) == arm::RequestClass::read;
    if (!reads && !path_.is_text()) return not_simulated("a change to what the path names");
    switch (arm::class_of_method(request_.method)) {
        case arm::RequestClass::read:
            return read();
        case arm::RequestClass::write:
            return write();
        case arm::RequestClass::del:
            return remove();
        case arm::RequestClass::action:
            return act();
        case arm::RequestClass::other:
            break;
    }
    return not_simulated("a request of this method");
}

std::optional<Done> Turn::check_request() {
    if (path_.type().empty() || !path_.item() || path_.provider()) {
        return not_simulated("a change to what the path names");
    }
    if (api_version().empty()) return fault("missing_api_version");
    return std::nullopt;
}

std::optional<Done> Turn::read_body(Json& body) const {
    body = Json::object();
    if (base::trim(request_.body).empty()) return std::nullopt;
    auto sent = read_json(request_.body);
    std::string_view reason = "it is no JSON";
    if (sent && sent->is_object()) {
        reason = {};
        for (const char* key : {"properties", "tags"}) {
            const Json* value = member(*sent, key);
            if (value != nullptr && !value->is_object() && !value->is_null()) {
                reason = "a member that has to be an object is none";
            }
        }
        const Json* tags = member(*sent, "tags");
        const auto is_text = [](const Json& value) { return !value.is_structured(); };
        if (tags != nullptr && !std::all_of(tags->begin(), tags->end(), is_text)) {
            reason = "a tag's value has to be a string";
        }
        for (const char* key : {"location", "etag"}) {
            const Json* value = member(*sent, key);
            if (value != nullptr && !value->is_string() && !value->is_null()) {
                reason = "a member that has to be a string is none";
            }
        }
    } else if (sent) {
        reason = "it is no object";
    }
    if (!reason.empty()) return fault("invalid_content", {{"reason", reason}});
    body = std::move(*sent);
    return std::nullopt;
}

Making Turn::making_of(const ResourcePath& path,
                       std::string_view method,
                       std::string_view api_version) const {
    Making making;
    making.method = method;
    making.id = path.id();
    making.type = path.type();
    making.name = path.last();
    making.api_version = api_version;
    making.host = request_.host;
    making.caller = request_.caller;
    making.caller_type = request_.caller_type;
    making.tenant = request_.tenant;
    making.object_id = request_.object_id;
    making.now = moment_.context.now;
    return making;
}

}  // namespace armgate::dryrun
