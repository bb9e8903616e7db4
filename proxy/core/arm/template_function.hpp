// The functions of ARM's template language whose result follows from their arguments. Pure.
#pragma once

#include "core/arm/template_expression.hpp"

#include <span>
#include <string_view>

namespace armgate::arm {

/// One call of a function.
struct TemplateCall {
    std::span<const Evaluated> arguments;
    const TemplateContext& context;
    base::TextStore& texts;  ///< for a result that is put together
};

/// `name` in any casing. Unknown for functions not known here, for arguments of another type or
/// number than the function takes, and where the result hangs on an argument that is unknown.
[[nodiscard]] Evaluated call_template_function(std::string_view name, const TemplateCall& call);

/// `resourceGroup().name` and the like. Unknown for all but name, id and subscriptionId.
[[nodiscard]] Evaluated builtin_property(std::string_view builtin,
                                         std::string_view property,
                                         const TemplateContext& context,
                                         base::TextStore& texts);

}  // namespace armgate::arm
