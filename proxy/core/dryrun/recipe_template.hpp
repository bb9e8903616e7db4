// Values of a recipe: JSON whose strings may hold placeholders, `{name}` or `{lower:body:sku.name}`
// (docs/recipes.md lists them). Checked when the recipe is read, filled in when a resource is made.
// Pure.
#pragma once

#include "core/dryrun/recipe_path.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::dryrun {

struct Making;

/// What a value may speak of, beside the resource itself.
enum class Speaks {
    of_resource,
    of_element,  ///< also `{element:...}`, `{elementName}`, `{elementId}`
    of_action,   ///< also `{sent:...}`: the body of the POST
};

/// What placeholders are filled from. Views into the caller's memory.
struct TemplateScope {
    const Making& making;
    const Json& body;               ///< the resource as it is so far
    const Json* element = nullptr;  ///< where the value belongs to an element of an array
    std::string_view element_id;    ///< empty: the element is none that has an id
    const Json* sent = nullptr;     ///< the body of an action
    /// Names of the cloud's endpoints: `blob` to `blob.core.windows.net`.
    const std::vector<std::pair<std::string, std::string>>& suffixes;
};

/// Why `value` is no value of a recipe, in words that follow a key ("has an unknown placeholder");
/// nothing where it is one. `suffixes`: the names that `{suffix:...}` may take.
[[nodiscard]] std::optional<std::string> value_fault(
    const Json& value,
    Speaks speaks,
    const std::vector<std::pair<std::string, std::string>>& suffixes);

/// `value` with its placeholders filled in. A string that is one placeholder becomes the value
/// itself, whatever its type. Nothing where a placeholder has no value: members and elements that
/// come to nothing are left out. `value` passed `value_fault`.
[[nodiscard]] std::optional<Json> fill_in(const Json& value, const TemplateScope& scope);

}  // namespace armgate::dryrun
