// Any bytes as the body of a deployment: never a crash, never without end, the same answer for the
// same body, and where there is an error nothing was written.
#include "core/arm/lenient_json.hpp"
#include "support/deployment_world.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace dryrun = armgate::dryrun;

void require(bool condition) {
    if (!condition) std::abort();
}

dryrun::Deployment deployment_of(std::string_view id, std::string_view body) {
    dryrun::Deployment out;
    out.id = id;
    out.body = body;
    out.tenant = "t";
    out.resource_group_region = "westeurope";
    out.host = "management.azure.com";
    out.group_api_version = "2021-04-01";
    out.now = armgate::base::Timestamp{std::chrono::seconds(1795514400)};
    return out;
}

/// What is written, and the answer.
std::string carried_out(const dryrun::Deployment& deployment) {
    armgate::test::DeploymentWorld world;
    world.resources["/subscriptions/s/resourcegroups/g"] = {
        {"id", "/subscriptions/s/resourceGroups/g"}, {"location", "x"}, {"properties", {{"a", 1}}}};
    world.lists["listKeys /a"] = {{"keys", {{{"value", "k"}}}}};
    const auto result = dryrun::carry_out(deployment, armgate::test::template_rules(), world);
    if (!result) {
        require(world.written.empty());
        require(!dryrun::deployment_fault(result.error()).code.empty());
        return result.error().detail;
    }
    std::string out = result->resource;
    const auto resource = nlohmann::ordered_json::parse(out, nullptr, false);
    require(resource.is_object() && resource["id"] == std::string(deployment.id));
    for (const auto& one : world.written) {
        require(one.id.starts_with('/') && !one.type.empty());
        out += one.id;
    }
    for (const auto& body : world.bodies) {
        out += body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    // The expression alone, too: few bytes make no template.
    std::string wrapped =
        "{properties:{mode:'Incremental',template:{resources:[],outputs:{o:{value:\"";
    wrapped.append(input).append("\"}}}}}");
    for (const std::string_view body : {input, std::string_view(wrapped)}) {
        for (const char* const scope :
             {"/subscriptions/s/resourceGroups/g", "/subscriptions/s", ""}) {
            const std::string id =
                std::string(scope) + "/providers/Microsoft.Resources/deployments/d";
            const auto deployment = deployment_of(id, body);
            require(
                dryrun::deployment_targets(deployment, armgate::test::template_rules()).size() <=
                1000);
            require(carried_out(deployment) == carried_out(deployment));
        }
    }
    return 0;
}
