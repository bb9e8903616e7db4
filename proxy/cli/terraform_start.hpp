// `run --mode dry-run -- terraform ...`: the child started on a copy of its configuration and
// state.
#pragma once

#include "core/base/error.hpp"
#include "io/system/child.hpp"
#include "io/system/temporary_directory.hpp"
#include "io/terraform/terraform_copy.hpp"

#include <string>

namespace armgate::cli {

/// `--overlay FILE` as one of a dry run.
struct OverlayChoice {
    std::string path;  ///< empty: none
    io::OverlayFile file = io::OverlayFile::none;
};

/// To be asked before the dry run starts, which makes the file where there is none: whether it is
/// gone on with decides whether the rehearsed state beside it is, too.
[[nodiscard]] OverlayChoice overlay_choice(const std::string& path);

/// Before `command` starts, with the proxy listening already: where it starts Terraform, its words
/// and variables become those that work on a copy in `folder`, and stderr says so. Everything else
/// is left as it is. Errors as io::prepare_terraform, and `config_invalid`.
[[nodiscard]] Result<void> start_on_copy(io::ChildCommand& command,
                                         const io::TemporaryDirectory& folder,
                                         const OverlayChoice& overlay);

}  // namespace armgate::cli
