// When a part of a recipe applies. Pure.
#pragma once

#include "core/dryrun/recipe_model.hpp"
#include "core/dryrun/recipe_template.hpp"

#include <vector>

namespace armgate::dryrun {

/// True where all conditions hold; so it is for none.
[[nodiscard]] bool holds(const std::vector<Condition>& conditions, const TemplateScope& scope);

}  // namespace armgate::dryrun
