// The functions of ARM's template language whose result follows from their arguments. Pure.
#pragma once

#include "core/arm/template_expression.hpp"

#include <string_view>
#include <vector>

namespace armgate::arm {

/// `name` in lower case. Unknown for functions not known here, for arguments of another type or
/// number than the function takes, and where the result hangs on an argument that is unknown.
[[nodiscard]] Evaluated call_template_function(std::string_view name,
                                               const std::vector<Evaluated>& arguments,
                                               const TemplateContext& context);

/// `resourceGroup().name` and the like. Unknown for all but name, id and subscriptionId.
[[nodiscard]] Evaluated builtin_property(std::string_view builtin,
                                         std::string_view property,
                                         const TemplateContext& context);

}  // namespace armgate::arm
