// Where Terraform keeps its state, and the private folder that holds the copy of it: in the run's
// scratch folder, or beside `--overlay FILE` from one run to the next. Blocking.
#pragma once

#include "core/dryrun/terraform_command.hpp"
#include "io/terraform/terraform_copy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::io {

/// Names of Terraform's own, in a configuration's folder.
inline constexpr std::string_view kStateFile = "terraform.tfstate";
inline constexpr std::string_view kStateFolder = "terraform.tfstate.d";

/// A configuration as `terraform init` left it.
struct TerraformProject {
    std::string program;    ///< absolute path of the program
    std::string folder;     ///< canonical
    std::string data;       ///< absolute path of `.terraform`, or of TF_DATA_DIR
    std::string workspace;  ///< `default`, or what was selected
    dryrun::TerraformBackend backend;
};

/// Reads what is there. Errors: `input_invalid`, `file_unreadable`.
[[nodiscard]] Result<TerraformProject> read_terraform_project(
    std::string program, std::string folder, const wiring::Environment& environment);

/// Terraform started for us: its output whole, nothing asked of anybody. Variables that add options
/// to it (TF_CLI_ARGS) are left out. Errors: `system`, with what Terraform says.
[[nodiscard]] Result<std::string> ask_terraform(const TerraformProject& project,
                                                std::vector<std::string> arguments,
                                                const TerraformSurroundings& around);

class StateCopy {
  public:
    /// Opens the folder for this project; one kept by an earlier run is gone on with where the
    /// overlay is. Errors: `file_unwritable`.
    [[nodiscard]] static Result<StateCopy> open(const TerraformProject& project,
                                                const TerraformSurroundings& around);

    /// True where an earlier run left its state here.
    [[nodiscard]] bool resumed() const noexcept { return resumed_; }
    [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

    /// Copies the local state, or pulls the remote one. Errors as `ask_terraform`, and those of
    /// files.
    [[nodiscard]] Result<void> fill(const TerraformProject& project,
                                    const TerraformSurroundings& around);

    /// The place here of a further file that the user calls `path` (absolute): a saved plan, a
    /// state that an option names.
    [[nodiscard]] std::string place_of(const std::string& path) const;

    /// From now on a later run may go on with it. Error: `file_unwritable`.
    [[nodiscard]] Result<void> keep() const;

  private:
    StateCopy() = default;
    [[nodiscard]] Result<void> copy_local(const TerraformProject& project) const;
    [[nodiscard]] Result<void> pull(const TerraformProject& project,
                                    const TerraformSurroundings& around) const;
    /// Where Terraform's local backend looks for a workspace's state.
    [[nodiscard]] std::string state_of(const std::string& workspace) const;

    std::string folder_;
    std::string origin_;  ///< what the folder is for
    bool resumed_ = false;
};

}  // namespace armgate::io
