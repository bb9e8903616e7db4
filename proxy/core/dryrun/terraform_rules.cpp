#include "core/dryrun/terraform_rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"

#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

using nlohmann::json;

TerraformRun run_of(base::RuleFile& file, const json& entry) {
    const std::string runs = file.text(entry, "runs");
    if (runs == "as-is") return TerraformRun::as_is;
    if (runs == "refused") return TerraformRun::refused;
    if (runs != "copy") file.fault("runs", "is none of copy, as-is and refused");
    return TerraformRun::copy;
}

TerraformCommandRule read_command(base::RuleFile& file, const json& entry) {
    file.expect_keys(entry, "commands",
                     {"name", "runs", "why", "note", "acts", "plan_argument", "refused_options"});
    TerraformCommandRule rule;
    rule.name = file.text(entry, "name");
    rule.runs = run_of(file, entry);
    if (rule.runs == TerraformRun::refused) rule.why = file.text(entry, "why");
    rule.note = file.optional_text(entry, "note");
    rule.acts = file.flag(entry, "acts");
    rule.plan_argument = file.flag(entry, "plan_argument");
    if (entry.is_object() && entry.contains("refused_options")) {
        for (auto& [option, why] : file.pairs(entry, "refused_options")) {
            rule.refused_options.emplace(option, why);
        }
    }
    return rule;
}

}  // namespace

Result<TerraformRules> parse_terraform_rules(std::string_view text) {
    base::RuleFile file("terraform.json");
    const json root = file.parse(text);
    file.expect_keys(root, "terraform.json",
                     {"comment", "programs", "starters", "wrapping", "commands", "value_options",
                      "state_options", "out_options", "linked_folders", "left_out", "naming_files",
                      "own_providers", "harmless_providers", "stopped_providers", "remote_runs"});
    TerraformRules rules;
    rules.programs = file.texts(root, "programs");
    rules.starters = file.texts(root, "starters");
    rules.wrapping = file.texts(root, "wrapping");
    for (const json& entry : file.array(root, "commands")) {
        rules.commands.push_back(read_command(file, entry));
    }
    rules.value_options = file.texts(root, "value_options");
    rules.state_options = file.texts(root, "state_options");
    rules.out_options = file.texts(root, "out_options");
    rules.linked_folders = file.texts(root, "linked_folders");
    rules.left_out = file.texts(root, "left_out");
    rules.naming_files = file.texts(root, "naming_files");
    rules.own_providers = file.texts(root, "own_providers");
    rules.harmless_providers = file.texts(root, "harmless_providers");
    rules.stopped_providers = file.texts(root, "stopped_providers");
    rules.remote_runs = file.texts(root, "remote_runs");
    if (file.error()) return *file.error();
    return rules;
}

Result<TerraformRules> load_terraform_rules() {
    return parse_terraform_rules(base::embedded_rules("terraform"));
}

}  // namespace armgate::dryrun
