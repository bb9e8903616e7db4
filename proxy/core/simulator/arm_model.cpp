#include "core/simulator/arm_model.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

namespace armgate::simulator {

using base::ascii_iequals;
using nlohmann::json;

namespace {

constexpr std::string_view kHost = "https://management.azure.com";
constexpr std::string_view kSlowType = "Microsoft.Compute/virtualMachines";

/// A path as its non-empty segments; ids compare without case, casing is the caller's.
struct Path {
    std::vector<std::string> segments;

    [[nodiscard]] bool is(std::size_t at, std::string_view name) const {
        return at < segments.size() && ascii_iequals(segments[at], name);
    }
    [[nodiscard]] std::string id() const {
        std::string out;
        for (const std::string& segment : segments) out += "/" + segment;
        return out;
    }
    [[nodiscard]] std::string key() const { return base::to_lower(id()); }

    /// Type of the resource after the last `providers`, e.g. `Microsoft.Storage/storageAccounts`.
    [[nodiscard]] std::string type() const {
        std::size_t at = segments.size();
        while (at > 0 && !ascii_iequals(segments[at - 1], "providers")) --at;
        if (at == 0 || at == segments.size()) return "Microsoft.Resources/resourceGroups";
        std::string out = segments[at];
        for (std::size_t i = at + 1; i < segments.size(); i += 2) out += "/" + segments[i];
        return out;
    }
};

Path parse_path(std::string_view text) {
    Path path;
    for (const std::string_view part : base::split(text, '/')) {
        if (part.empty()) continue;
        path.segments.push_back(base::percent_decode(part).value_or(std::string(part)));
    }
    return path;
}

bool is_write(std::string_view method) {
    return method == "PUT" || method == "PATCH" || method == "DELETE" || method == "POST";
}

std::string text_of(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

struct ArmModel::State {
    struct Operation {
        int polls_left;
        std::string resource_key;  ///< empty: a deletion
    };

    std::map<std::string, json> resources;  ///< by lower-case id
    std::map<std::string, Operation> operations;
    std::uint64_t writes = 0;

    // of the request under way
    const arm::AnswerContext* context = nullptr;

    [[nodiscard]] arm::LocalAnswer answer(unsigned status, const json& body) const;
    [[nodiscard]] arm::LocalAnswer empty(unsigned status) const;
    [[nodiscard]] arm::LocalAnswer error(unsigned status,
                                         const char* code,
                                         const std::string& text) const;
    [[nodiscard]] arm::LocalAnswer route(const Request& request, const Path& path);
    [[nodiscard]] arm::LocalAnswer group(const Request& request, const Path& path);
    [[nodiscard]] arm::LocalAnswer resource(const Request& request, const Path& path);
    [[nodiscard]] arm::LocalAnswer put(const Request& request, const Path& path);
    [[nodiscard]] arm::LocalAnswer patch(const Request& request, const Path& path);
    [[nodiscard]] arm::LocalAnswer poll(const std::string& id, bool by_location);
    [[nodiscard]] arm::LocalAnswer list(const std::string& prefix, std::size_t depth) const;
    [[nodiscard]] std::string start_operation(std::string resource_key);
    void erase_tree(const std::string& key);
};

arm::LocalAnswer ArmModel::State::empty(unsigned status) const {
    arm::LocalAnswer out;
    out.status = status;
    out.fields = {{"Cache-Control", "no-cache"},
                  {"Pragma", "no-cache"},
                  {"x-ms-request-id", context->request_id},
                  {"x-ms-correlation-request-id", context->correlation_id},
                  {"Date", base::format_http_date(context->now)}};
    return out;
}

arm::LocalAnswer ArmModel::State::answer(unsigned status, const json& body) const {
    arm::LocalAnswer out = empty(status);
    out.fields.emplace_back("Content-Type", "application/json; charset=utf-8");
    out.body = text_of(body);
    return out;
}

arm::LocalAnswer ArmModel::State::error(unsigned status,
                                        const char* code,
                                        const std::string& text) const {
    return arm::arm_error(status, code, text, *context);
}

std::string ArmModel::State::start_operation(std::string resource_key) {
    const std::string id = context->request_id;
    operations[id] = {kPolls, std::move(resource_key)};
    return id;
}

void ArmModel::State::erase_tree(const std::string& key) {
    std::erase_if(resources, [&key](const auto& entry) {
        return entry.first == key || entry.first.starts_with(key + "/");
    });
}

arm::LocalAnswer ArmModel::State::list(const std::string& prefix, std::size_t depth) const {
    json value = json::array();
    for (const auto& [key, resource] : resources) {
        const auto slashes = static_cast<std::size_t>(std::count(key.begin(), key.end(), '/'));
        if (key.starts_with(prefix) && slashes == depth) value.push_back(resource);
    }
    return answer(200, {{"value", value}});
}

arm::LocalAnswer ArmModel::State::poll(const std::string& id, bool by_location) {
    const auto found = operations.find(id);
    if (found == operations.end()) return error(404, "NotFound", "The operation was not found.");
    Operation& operation = found->second;
    const bool done = operation.polls_left > 0 ? --operation.polls_left == 0 : true;
    if (done && !operation.resource_key.empty()) {
        const auto resource = resources.find(operation.resource_key);
        if (resource != resources.end()) {
            resource->second["properties"]["provisioningState"] = "Succeeded";
        }
    }
    if (by_location) return empty(done ? 200 : 202);
    arm::LocalAnswer out = answer(200, {{"id", id}, {"status", done ? "Succeeded" : "InProgress"}});
    out.fields.emplace_back("Retry-After", "0");
    return out;
}

arm::LocalAnswer ArmModel::State::put(const Request& request, const Path& path) {
    const auto body = request.body.empty()
                          ? json::object()
                          : base::parse_json(request.body, base::kBodyDepth).value_or(json());
    if (!body.is_object()) {
        return error(400, "InvalidRequestContent",
                     "The request content was invalid and could not be deserialized.");
    }
    const std::string key = path.key();
    const bool existed = resources.contains(key);
    const bool slow = ascii_iequals(path.type(), kSlowType);
    json resource = body;
    resource["id"] = path.id();
    resource["name"] = path.segments.back();
    resource["type"] = path.type();
    if (!resource["properties"].is_object()) resource["properties"] = json::object();
    resource["properties"]["provisioningState"] = slow ? "Creating" : "Succeeded";
    resources[key] = resource;
    arm::LocalAnswer out = answer(existed ? 200 : 201, resource);
    if (slow) {
        const std::string id = start_operation(key);
        out.fields.emplace_back(
            "Azure-AsyncOperation",
            std::string(kHost) + "/subscriptions/" + path.segments[1] +
                "/providers/Microsoft.Compute/locations/westeurope/operations/" + id +
                "?api-version=2024-07-01");
        out.fields.emplace_back("Retry-After", "0");
    }
    return out;
}

arm::LocalAnswer ArmModel::State::patch(const Request& request, const Path& path) {
    const auto found = resources.find(path.key());
    if (found == resources.end())
        return error(404, "ResourceNotFound", "The resource was not found.");
    const auto body = base::parse_json(request.body, base::kBodyDepth);
    if (!body || !body->is_object()) {
        return error(400, "InvalidRequestContent",
                     "The request content was invalid and could not be deserialized.");
    }
    json& resource = found->second;
    const json before = resource;
    resource.merge_patch(*body);
    // What a resource is does not change, and a poll has to find its properties.
    for (const char* name : {"id", "name", "type"}) resource[name] = before[name];
    if (!resource["properties"].is_object()) resource["properties"] = before["properties"];
    return answer(200, resource);
}

arm::LocalAnswer ArmModel::State::group(const Request& request, const Path& path) {
    const std::string key = path.key();
    const auto found = resources.find(key);
    if (request.method == "PUT") return put(request, path);
    if (request.method == "HEAD") return empty(found == resources.end() ? 404 : 204);
    if (found == resources.end()) {
        return error(404, "ResourceGroupNotFound",
                     "Resource group '" + path.segments.back() + "' could not be found.");
    }
    if (request.method == "GET") return answer(200, found->second);
    if (request.method == "PATCH") return patch(request, path);
    if (request.method == "DELETE") {
        erase_tree(key);
        arm::LocalAnswer out = empty(202);
        out.fields.emplace_back("Location", std::string(kHost) + "/subscriptions/" +
                                                path.segments[1] + "/operationresults/" +
                                                start_operation({}) + "?api-version=2021-04-01");
        out.fields.emplace_back("Retry-After", "0");
        return out;
    }
    return error(405, "MethodNotAllowed", "The method is not allowed on a resource group.");
}

arm::LocalAnswer ArmModel::State::resource(const Request& request, const Path& path) {
    Path group_path;
    group_path.segments.assign(path.segments.begin(), path.segments.begin() + 4);
    if (!resources.contains(group_path.key())) {
        return error(404, "ResourceGroupNotFound",
                     "Resource group '" + path.segments[3] + "' could not be found.");
    }
    const bool is_collection = path.segments.size() % 2 == 1;
    const auto found = resources.find(path.key());
    if (request.method == "POST") return answer(200, json::object());
    if (request.method == "GET" && is_collection) {
        return list(path.key() + "/", path.segments.size() + 1);
    }
    if (is_collection && is_write(request.method)) {
        return error(405, "MethodNotAllowed", "The method is not allowed on a collection.");
    }
    if (request.method == "PUT") return put(request, path);
    if (request.method == "DELETE" && found == resources.end()) return empty(204);
    if (found == resources.end()) {
        return error(404, "ResourceNotFound",
                     "The Resource '" + path.type() + "/" + path.segments.back() +
                         "' under resource group '" + path.segments[3] +
                         "' was not found. For more details please go to "
                         "https://aka.ms/ARMResourceNotFoundFix");
    }
    if (request.method == "PATCH") return patch(request, path);
    if (request.method == "HEAD") return empty(204);
    if (request.method == "DELETE") {
        erase_tree(path.key());
        return empty(200);
    }
    return answer(200, found->second);
}

arm::LocalAnswer ArmModel::State::route(const Request& request, const Path& path) {
    const json subscription = {{"id", "/subscriptions/" + std::string(kSubscription)},
                               {"subscriptionId", kSubscription},
                               {"displayName", "armgate demo"},
                               {"state", "Enabled"}};
    const std::size_t size = path.segments.size();
    if (path.is(0, "metadata")) {
        return answer(200, json::array({{{"name", "AzureCloud"}, {"resourceManager", kHost}}}));
    }
    if (!request.has_authorization) {
        return error(401, "AuthenticationFailed",
                     "Authentication failed. The 'Authorization' header is missing.");
    }
    if (request.query.find("api-version=") == std::string_view::npos) {
        return error(
            400, "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.");
    }
    if (!path.is(0, "subscriptions")) return error(404, "NotFound", "The path is not simulated.");
    if (size == 1) return answer(200, {{"value", json::array({subscription})}});
    if (!path.is(1, kSubscription)) {
        return error(404, "SubscriptionNotFound",
                     "The subscription '" + path.segments[1] + "' could not be found.");
    }
    if (size == 2) return answer(200, subscription);
    if (path.is(2, "operationresults") && size == 4) return poll(path.segments[3], true);
    if (path.is(2, "providers") && size > 4) return poll(path.segments.back(), false);
    if (!path.is(2, "resourceGroups")) return error(404, "NotFound", "The path is not simulated.");
    if (size == 3) return list(path.key() + "/", 4);
    if (size == 4) return group(request, path);
    if (path.is(4, "resources") && size == 5) {
        Path below;
        below.segments.assign(path.segments.begin(), path.segments.begin() + 4);
        return list(below.key() + "/providers/", 8);
    }
    if (path.is(4, "providers") && size >= 7) return resource(request, path);
    return error(404, "NotFound", "The path is not simulated.");
}

ArmModel::ArmModel() : state_(std::make_unique<State>()) {
}
ArmModel::~ArmModel() = default;
ArmModel::ArmModel(ArmModel&&) noexcept = default;

arm::LocalAnswer ArmModel::handle(const Request& request, const arm::AnswerContext& context) {
    if (is_write(request.method)) ++state_->writes;
    state_->context = &context;
    arm::LocalAnswer out = state_->route(request, parse_path(request.path));
    state_->context = nullptr;
    return out;
}

std::uint64_t ArmModel::writes() const noexcept {
    return state_->writes;
}

}  // namespace armgate::simulator
