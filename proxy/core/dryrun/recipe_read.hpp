// Reads recipes: strict, every key known, every placeholder checked, so that nothing can go wrong
// when a resource is made. Pure.
#pragma once

#include "core/base/error.hpp"
#include "core/dryrun/recipe_model.hpp"

#include <string>
#include <string_view>

namespace armgate::dryrun {

/// `text` is a file of config/recipes; `name` is what messages call it. Errors: `config_invalid`,
/// naming file, key and reason.
[[nodiscard]] Result<Recipe> read_recipe(const std::string& name,
                                         std::string_view text,
                                         const Suffixes& suffixes);

/// `text` is config/rules/recipes.json. Errors: `config_invalid`.
[[nodiscard]] Result<CommonRules> read_common_rules(std::string_view text);

}  // namespace armgate::dryrun
