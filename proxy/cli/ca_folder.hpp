// Where the persistent CA lives.
#pragma once

#include "core/base/error.hpp"

#include <string>

namespace armgate::cli {

/// `given`, or `$XDG_CONFIG_HOME/armgate`, or `~/.config/armgate`. Error: `usage` where none is
/// known.
[[nodiscard]] Result<std::string> ca_folder(const std::string& given);

}  // namespace armgate::cli
