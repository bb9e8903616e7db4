// A recipe may come from anyone who adds a type. Whatever the file holds: it is refused with a
// sentence, or resources can be made by it, alike each time, as JSON, in the place that it may
// touch.
#include "core/dryrun/recipe.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace {

using namespace armgate;
using Json = nlohmann::ordered_json;

constexpr std::string_view kGroup = "/subscriptions/s/resourceGroups/rg";

void require(bool condition) {
    if (!condition) std::abort();
}

dryrun::Made make(const dryrun::Recipes& recipes, std::string_view type, const Json* before) {
    static const Json kSent = Json::parse(R"({"location": "West Europe", "sku": {"name": "S1"},
        "identity": {"type": "SystemAssigned"}, "tags": null, "properties": {"label": "x",
        "subnets": [{"name": "a", "properties": {"n": 1}}, {"name": "b"}, 7]}})");
    const std::string id = std::string(kGroup) + "/providers/" + std::string(type) + "/r2";
    dryrun::Making making;
    making.method = "PUT";
    making.id = id;
    making.type = type;
    making.name = "r2";
    making.api_version = "2024-01-01";
    making.host = "management.azure.com";
    making.tenant = "t";
    dryrun::Made made = recipes.make(making, kSent, before);
    const Json body = Json::parse(made.body);
    require(body.is_object());
    for (const char* action : {"wave", "listKeys"}) {
        const auto answer = recipes.answer_action(making, action, body, kSent);
        require(!answer || answer->body.empty() || Json::accept(answer->body));
    }
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::pair<std::string, std::string> file{
        "fuzz.json", std::string(reinterpret_cast<const char*>(data), size)};
    const auto recipes = dryrun::Recipes::parse({&file, 1});
    if (!recipes) {
        require(recipes.error().detail.starts_with("config/recipes/fuzz.json: "));
        return 0;
    }
    const std::string type = "Contoso.Toys/robots";
    const dryrun::Made first = make(*recipes, type, nullptr);
    require(make(*recipes, type, nullptr).body == first.body);
    for (const dryrun::MadeChild& child : first.children) {
        require(child.id.starts_with(kGroup) && Json::accept(child.body));
    }
    const Json before = Json::parse(first.body);
    static_cast<void>(make(*recipes, type, &before));
    return 0;
}
