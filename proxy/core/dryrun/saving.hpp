// The overlay as text, kept by `--overlay` and resumed from it: resources, tombstones, tags,
// operations and changes, versioned. What comes back is checked like any input. Pure.
#pragma once

#include "core/base/error.hpp"
#include "core/dryrun/world.hpp"

#include <string>
#include <string_view>

namespace armgate::arm {
struct OperationRules;
}

namespace armgate::dryrun {

inline constexpr std::string_view kOverlaySchema = "armgate.overlay/1";

/// One JSON object. Bodies are JSON texts in strings, as they are held.
[[nodiscard]] std::string save_world(const World& world);

/// Errors: `config_invalid`, naming the place (`resources[3].id`) and what is wrong there; unknown
/// and missing members are errors.
[[nodiscard]] Result<World> load_world(std::string_view text, const arm::OperationRules& rules);

}  // namespace armgate::dryrun
