// Makes of what was sent what a resource provider would hold, by a recipe. Pure.
#pragma once

#include "core/dryrun/recipe_model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun {

struct MadeResource {
    std::string id;
    std::string type;
    Json body;
    std::optional<Json> whole;
};

struct MadeResources {
    Json body;
    std::optional<Json> whole;  ///< with what is never shown, where there is any
    std::vector<MadeResource> children;
    std::vector<std::string> gone;      ///< ids
    std::vector<std::string> invented;  ///< each once
};

/// As `Recipes::make`, with values instead of text.
[[nodiscard]] MadeResources make_resource(const RecipeBook& book,
                                          const Making& making,
                                          const Json& sent,
                                          const Json* before);

/// As `Recipes::show_in_parent`.
[[nodiscard]] bool show_inline(const RecipeBook& book,
                               std::string_view type,
                               std::string_view name,
                               const Json* child,
                               Json& parent);

}  // namespace armgate::dryrun
