// Recipes for tests: the embedded ones, and a caller to make resources for.
#pragma once

#include "core/dryrun/recipe.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace armgate::test {

using Json = nlohmann::ordered_json;

inline const dryrun::Recipes& recipes() {
    static const dryrun::Recipes kRecipes = dryrun::Recipes::load().value();
    return kRecipes;
}

inline constexpr base::Timestamp kRecipeTime{
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

/// `{ns}/{type}/...` of an id, in its own casing.
inline std::string type_of_id(std::string_view id) {
    const auto at = id.rfind("/providers/");
    if (at == std::string_view::npos) return "Microsoft.Resources/resourceGroups";
    std::string type;
    bool name = false;  // the namespace, then pairs of type and name
    for (std::string_view rest = id.substr(at + 11); !rest.empty();) {
        const auto slash = rest.find('/');
        if (!name) type += (type.empty() ? "" : "/") + std::string(rest.substr(0, slash));
        name = type.find('/') != std::string::npos && !name;
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    }
    return type;
}

/// Made from an id; the type is `type`, or what the id says.
struct TestMaking {
    explicit TestMaking(std::string resource_id, std::string resource_type = "")
        : id(std::move(resource_id)),
          type(resource_type.empty() ? type_of_id(id) : std::move(resource_type)) {
        making.method = "PUT";
        making.id = id;
        making.type = type;
        making.name = std::string_view(id).substr(id.rfind('/') + 1);
        making.api_version = "2024-01-01";
        making.host = "management.azure.com";
        making.caller = "ada@example.org";
        making.caller_type = "User";
        making.tenant = "11111111-aaaa-4bbb-8ccc-222222222222";
        making.object_id = "33333333-aaaa-4bbb-8ccc-444444444444";
        making.now = kRecipeTime;
    }
    TestMaking(const TestMaking&) = delete;
    TestMaking& operator=(const TestMaking&) = delete;

    std::string id;
    std::string type;
    dryrun::Making making;
};

inline Json made_body(const dryrun::Made& made) {
    return Json::parse(made.body);
}

}  // namespace armgate::test
