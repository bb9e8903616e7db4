// POST on a resource: what a recipe answers, and which actions only read. Pure.
#pragma once

#include "core/dryrun/recipe_model.hpp"

#include <optional>
#include <string_view>

namespace armgate::dryrun {

/// As `Recipes::answer_action`.
[[nodiscard]] std::optional<ActionAnswer> act_by_recipe(const RecipeBook& book,
                                                        const Making& making,
                                                        std::string_view action,
                                                        const Json& resource,
                                                        const Json& sent);

/// As `Recipes::view`.
[[nodiscard]] std::optional<Json> view_by_recipe(const RecipeBook& book,
                                                 const Making& making,
                                                 std::string_view name,
                                                 const Json& resource);

/// As `Recipes::is_reading_action`: what the type's recipe says, else the common rules.
[[nodiscard]] bool reads_only(const RecipeBook& book,
                              std::string_view type,
                              std::string_view action);

}  // namespace armgate::dryrun
