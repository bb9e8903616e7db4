// Terraform and OpenTofu in dry-run: the command works on a copy of its configuration and of its
// state, so that no state ever records what was only simulated (contract section 8, second
// paragraph; docs/dry-run-terraform.md). Blocking; before the child starts.
#pragma once

#include "core/base/error.hpp"
#include "core/dryrun/terraform_rules.hpp"
#include "core/wiring/child_environment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace armgate::io {

/// What `--overlay FILE` is at the start of this run.
enum class OverlayFile { none, is_new, resumed };

struct TerraformSurroundings {
    wiring::Environment environment;  ///< all that the child is to get
    std::string folder;               ///< where it is to start; absolute
    std::string scratch;              ///< a private folder that goes at the end of the run
    OverlayFile overlay_file = OverlayFile::none;
    std::string overlay;  ///< its path; the rehearsed state is kept beside it in FILE.terraform
};

/// How to start the child instead.
struct TerraformStart {
    std::vector<std::string> arguments;
    wiring::Environment set;           ///< on top of the environment given
    std::vector<std::string> notices;  ///< what to tell the user, a sentence each
};

/// What to start where `words` start Terraform; nothing where they do not. The state of a remote
/// backend is read with `terraform state pull` in the user's own folder; that, and a backend that
/// is not the default one, take two more starts of Terraform in the environment given. Errors:
/// `usage` for a command that dry-run refuses, `input_invalid` where no copy can be made,
/// `file_unreadable`, `file_unwritable`, `system` where Terraform itself fails at it.
[[nodiscard]] Result<std::optional<TerraformStart>> prepare_terraform(
    const std::vector<std::string>& words,
    const TerraformSurroundings& around,
    const dryrun::TerraformRules& rules);

}  // namespace armgate::io
