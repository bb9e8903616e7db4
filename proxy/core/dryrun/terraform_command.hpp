// A command line of Terraform or OpenTofu as dry-run has to see it: what it would do to the state,
// and which of its words name files that it would write (contract section 8, second paragraph).
// Terraform's own way of reading its words: `-name=value`, `-name value`, one or two dashes (Go's
// flag package); global options before the subcommand. Pure.
#pragma once

#include "core/dryrun/terraform_rules.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::dryrun {

/// A word that names a file: the whole of it, or what is behind `-name=`.
struct TerraformFile {
    std::size_t word = 0;  ///< position in TerraformCommand::words
    std::string prefix;    ///< `-out=`; empty where the word is the name alone
    std::string name;      ///< as written
};

struct TerraformCommand {
    std::vector<std::string> words;  ///< from the program on, without `env NAME=VALUE`
    std::vector<std::pair<std::string, std::string>> variables;  ///< of that `env`
    TerraformRun run = TerraformRun::as_is;
    std::string why;                ///< of a refusal, one sentence
    std::string note;               ///< of what runs as it is; may be empty
    std::string subcommand;         ///< `apply`, `state mv`; empty where there is none
    std::string folder;             ///< of -chdir; empty: where it is started
    std::size_t after_globals = 1;  ///< where the subcommand's word is, or would be
    bool acts = false;
    std::vector<TerraformFile> state_files;
    std::vector<TerraformFile> out_files;
    std::optional<TerraformFile> plan;  ///< a word that may name a saved plan
};

/// What is in `words`; nothing where Terraform is not in it, as far as the words tell. A refusal is
/// a command too.
[[nodiscard]] std::optional<TerraformCommand> read_terraform_command(
    const std::vector<std::string>& words, const TerraformRules& rules);

/// Why the value of `TF_CLI_ARGS` or `TF_CLI_ARGS_name` keeps a copy from being made: it names
/// state files or files to be written. Nothing where it does not.
[[nodiscard]] std::optional<std::string> refused_variable(std::string_view name,
                                                          std::string_view value,
                                                          const TerraformRules& rules);

/// The words with `-chdir=folder` in the place of an older one, and each file's word written anew.
[[nodiscard]] std::vector<std::string> moved_words(const TerraformCommand& command,
                                                   const std::string& folder,
                                                   const std::vector<TerraformFile>& files);

/// What `.terraform/terraform.tfstate` says of the backend; `type` is empty where there is none.
struct TerraformBackend {
    std::string type;
    std::string path;           ///< of a local one; empty: the default
    std::string workspace_dir;  ///< of a local one; empty: the default

    [[nodiscard]] bool is_local() const { return type.empty() || type == "local"; }
    /// True where nothing but Terraform's defaults says where the state is.
    [[nodiscard]] bool is_default() const {
        return is_local() && path.empty() && workspace_dir.empty();
    }
};

/// Errors: `input_invalid` for a text that is not Terraform's.
[[nodiscard]] Result<TerraformBackend> read_terraform_backend(std::string_view record);

/// Whether `text`, as `state pull` printed it, is a state: there is nothing, or a state without
/// lineage, where none was written yet. Errors: `input_invalid` for anything else.
[[nodiscard]] Result<bool> is_terraform_state(std::string_view text);

/// The providers that a lock file names (`hashicorp/aws`), by whether armgate can answer for them.
struct TerraformProviders {
    std::vector<std::string> real;     ///< what they do is done
    std::vector<std::string> stopped;  ///< act on what dry run keeps shut
};
[[nodiscard]] TerraformProviders read_terraform_providers(std::string_view lock_file,
                                                          const TerraformRules& rules);

}  // namespace armgate::dryrun
