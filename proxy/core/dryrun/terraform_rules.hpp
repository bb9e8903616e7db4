// config/rules/terraform.json: which of Terraform's commands works on a copy. Pure.
#pragma once

#include "core/base/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun {

enum class TerraformRun { copy, as_is, refused };

struct TerraformCommandRule {
    std::string name;  ///< one word or two
    TerraformRun runs = TerraformRun::copy;
    std::string why;                                     ///< of what is refused
    std::string note;                                    ///< of what runs as it is; may be empty
    bool acts = false;                                   ///< its resources change something
    bool plan_argument = false;                          ///< may be given a saved plan
    std::map<std::string, std::string> refused_options;  ///< name without `-` -> why
};

/// What the lists mean is said in the file.
struct TerraformRules {
    std::vector<std::string> programs;
    std::vector<std::string> starters;
    std::vector<std::string> wrapping;
    std::vector<TerraformCommandRule> commands;
    std::vector<std::string> value_options;
    std::vector<std::string> state_options;
    std::vector<std::string> out_options;
    std::vector<std::string> linked_folders;
    std::vector<std::string> left_out;
    std::vector<std::string> naming_files;
    std::vector<std::string> own_providers;
    std::vector<std::string> harmless_providers;
    std::vector<std::string> stopped_providers;
    std::vector<std::string> remote_runs;
};

/// From `text`, as config/rules/terraform.json. Errors: `config_invalid`, naming file and key.
[[nodiscard]] Result<TerraformRules> parse_terraform_rules(std::string_view text);

/// The embedded file. Errors as `parse_terraform_rules`.
[[nodiscard]] Result<TerraformRules> load_terraform_rules();

}  // namespace armgate::dryrun
