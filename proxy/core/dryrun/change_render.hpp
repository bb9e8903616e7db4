// The three forms of the list of changes; `render_changes` chooses. Pure.
#pragma once

#include "core/dryrun/change.hpp"

#include <string>
#include <vector>

namespace armgate::dryrun {

[[nodiscard]] std::string changes_text(const std::vector<Change>& changes,
                                       const ChangeRules& rules,
                                       const report::LineStyle& style);

[[nodiscard]] std::string changes_json(const std::vector<Change>& changes,
                                       const ChangeRules& rules);

[[nodiscard]] std::string changes_markdown(const std::vector<Change>& changes,
                                           const ChangeRules& rules);

}  // namespace armgate::dryrun
