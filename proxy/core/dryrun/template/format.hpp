// .NET's composite formatting, as `format()` uses it. Pure.
#pragma once

#include "core/dryrun/template/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace armgate::dryrun::language {

/// `{index[,width][:form]}` and doubled braces. Forms of whole numbers: D, X, x, N, F and rows of
/// zeros. Nothing for another form, a missing argument or a lone brace.
[[nodiscard]] std::optional<std::string> composite_format(std::string_view pattern,
                                                          std::span<const Json> arguments);

}  // namespace armgate::dryrun::language
