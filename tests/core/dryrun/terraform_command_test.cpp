#include "core/dryrun/terraform_command.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using Words = std::vector<std::string>;

const TerraformRules& rules() {
    static const TerraformRules kRules = load_terraform_rules().value();
    return kRules;
}

std::optional<TerraformCommand> read(const Words& words) {
    return read_terraform_command(words, rules());
}

TEST(TerraformCommand, IsKnownByTheProgramsName) {
    for (const Words& words :
         {Words{"terraform", "apply"}, Words{"/opt/bin/terraform", "apply"}, Words{"tofu", "apply"},
          Words{"TERRAFORM.EXE", "apply"}, Words{"C:\\tf\\Terraform.exe", "apply"},
          Words{"./terraform", "apply"}, Words{"env", "terraform", "apply"},
          Words{"/usr/bin/env", "A=b", "TF_VAR_x=y z", "tofu", "apply"}}) {
        const auto command = read(words);
        ASSERT_TRUE(command) << words.front();
        EXPECT_EQ(command->run, TerraformRun::copy) << words.front();
        EXPECT_EQ(command->subcommand, "apply");
    }
    for (const Words& words :
         {Words{}, Words{"az", "group", "list"}, Words{"terraform-docs", "."},
          Words{"ls", "terraform"}, Words{"env"}, Words{"env", "A=b"},
          Words{"sh", "-c", "az group list"}, Words{"bash", "./terraforming.sh"}}) {
        EXPECT_FALSE(read(words)) << testing::PrintToString(words);
    }
}

TEST(TerraformCommand, VariablesBeforeItAreTaken) {
    const auto command = read({"env", "TF_DATA_DIR=d", "TF_WORKSPACE=a=b", "terraform", "plan"});
    ASSERT_TRUE(command);
    EXPECT_THAT(command->variables,
                ElementsAre(Pair("TF_DATA_DIR", "d"), Pair("TF_WORKSPACE", "a=b")));
    EXPECT_THAT(command->words, ElementsAre("terraform", "plan"));
}

TEST(TerraformCommand, BehindAnotherProgramItIsRefused) {
    for (const Words& words :
         {Words{"terragrunt", "apply"}, Words{"timeout", "60", "terraform", "apply"},
          Words{"sh", "-c", "cd infra && terraform apply"}, Words{"sudo", "-E", "tofu", "plan"},
          Words{"bash", "-c", "x=$(terraform output)"}, Words{"env", "-i", "terraform", "apply"},
          Words{"nice", "terragrunt", "run-all", "apply"},
          Words{"env", "A=b", "time", "terraform"}}) {
        const auto command = read(words);
        ASSERT_TRUE(command) << testing::PrintToString(words);
        EXPECT_EQ(command->run, TerraformRun::refused) << testing::PrintToString(words);
        EXPECT_THAT(command->why, HasSubstr("directly"));
    }
}

TEST(TerraformCommand, EachSubcommandIsTreatedByTheTable) {
    const std::pair<Words, TerraformRun> table[] = {
        {{}, TerraformRun::as_is},
        {{"-version"}, TerraformRun::as_is},
        {{"-help", "apply"}, TerraformRun::as_is},
        {{"apply", "-help"}, TerraformRun::as_is},
        {{"apply", "--help"}, TerraformRun::as_is},
        {{"login", "-h"}, TerraformRun::as_is},
        {{"version"}, TerraformRun::as_is},
        {{"fmt"}, TerraformRun::as_is},
        {{"validate", "-json"}, TerraformRun::as_is},
        {{"init"}, TerraformRun::as_is},
        {{"init", "-reconfigure"}, TerraformRun::as_is},
        {{"init", "-migrate-state"}, TerraformRun::refused},
        {{"init", "-migrate-state=false"}, TerraformRun::as_is},
        {{"init", "--force-copy=true"}, TerraformRun::refused},
        {{"-chdir=x", "providers", "lock"}, TerraformRun::as_is},
        {{"providers"}, TerraformRun::copy},
        {{"apply", "-auto-approve"}, TerraformRun::copy},
        {{"destroy"}, TerraformRun::copy},
        {{"plan"}, TerraformRun::copy},
        {{"refresh"}, TerraformRun::copy},
        {{"import", "a.b", "id"}, TerraformRun::copy},
        {{"state", "mv", "a", "b"}, TerraformRun::copy},
        {{"state", "rm", "a"}, TerraformRun::copy},
        {{"state", "push", "f"}, TerraformRun::copy},
        {{"state", "replace-provider", "a", "b"}, TerraformRun::copy},
        {{"taint", "a"}, TerraformRun::copy},
        {{"untaint", "a"}, TerraformRun::copy},
        {{"output"}, TerraformRun::copy},
        {{"show"}, TerraformRun::copy},
        {{"console"}, TerraformRun::copy},
        {{"graph"}, TerraformRun::copy},
        {{"invented-tomorrow"}, TerraformRun::copy},
        {{"workspace", "show"}, TerraformRun::as_is},
        {{"workspace", "list"}, TerraformRun::as_is},
        {{"workspace", "new", "x"}, TerraformRun::refused},
        {{"workspace", "select", "x"}, TerraformRun::refused},
        {{"workspace", "delete", "x"}, TerraformRun::refused},
        {{"force-unlock", "x"}, TerraformRun::refused},
        {{"login"}, TerraformRun::refused},
        {{"logout"}, TerraformRun::refused}};
    for (const auto& [arguments, run] : table) {
        Words words{"terraform"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        const auto command = read(words);
        ASSERT_TRUE(command);
        EXPECT_EQ(command->run, run) << testing::PrintToString(arguments);
        EXPECT_EQ(command->why.empty(), run != TerraformRun::refused);
    }
}

TEST(TerraformCommand, FilesThatWouldBeWrittenAreFound) {
    const auto apply = read({"terraform", "-chdir=infra", "apply", "-state", "a", "--state-out=b",
                             "-backup=-", "-var", "out=x", "-lock=false", "plan.bin"});
    ASSERT_TRUE(apply);
    EXPECT_EQ(apply->folder, "infra");
    ASSERT_EQ(apply->state_files.size(), 3U);
    EXPECT_EQ(apply->state_files[0].name, "a");
    EXPECT_EQ(apply->state_files[0].word, 4U);
    EXPECT_EQ(apply->state_files[1].prefix, "--state-out=");
    EXPECT_EQ(apply->state_files[1].name, "b");
    EXPECT_EQ(apply->state_files[2].name, "-");
    ASSERT_TRUE(apply->plan);
    EXPECT_EQ(apply->plan->name, "plan.bin");
    EXPECT_THAT(apply->out_files, IsEmpty());
    EXPECT_TRUE(apply->acts);

    const auto plan = read({"terraform", "plan", "-out", "p", "-var-file=v", "-target", "a.b"});
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->out_files.size(), 1U);
    EXPECT_EQ(plan->out_files[0].name, "p");
    EXPECT_FALSE(plan->plan);
    EXPECT_FALSE(plan->acts);
    EXPECT_THAT(read({"terraform", "plan", "-out"})->out_files, IsEmpty());
}

TEST(TerraformCommand, IsWrittenAnewForTheCopy) {
    const auto plain = read({"terraform", "plan", "-out", "p", "-no-color"});
    EXPECT_THAT(moved_words(*plain, "/copy", {{3, "", "/state/p"}}),
                ElementsAre("terraform", "-chdir=/copy", "plan", "-out", "/state/p", "-no-color"));
    const auto moved = read({"terraform", "-chdir=infra", "plan", "--out=p", "-var", "-chdir=x"});
    EXPECT_THAT(
        moved_words(*moved, "/copy", {{3, "--out=", "/state/p"}}),
        ElementsAre("terraform", "-chdir=/copy", "plan", "--out=/state/p", "-var", "-chdir=x"));
}

TEST(TerraformCommand, VariablesThatNameFilesAreRefused) {
    EXPECT_TRUE(refused_variable("TF_CLI_ARGS_plan", "-lock=false -out=p", rules()));
    EXPECT_TRUE(refused_variable("TF_CLI_ARGS", "\"-state=a b\"", rules()));
    EXPECT_TRUE(refused_variable("TF_CLI_ARGS_apply", "-backup x", rules()));
    EXPECT_FALSE(refused_variable("TF_CLI_ARGS_plan", "-lock=false -var-file=x", rules()));
    EXPECT_FALSE(refused_variable("TF_VAR_a", "-out=p", rules()));
}

TEST(TerraformBackend, IsReadFromItsRecord) {
    EXPECT_TRUE(read_terraform_backend("{}")->is_default());
    EXPECT_TRUE(read_terraform_backend(R"({"version":3,"backend":{"type":"local","config":
        {"path":null,"workspace_dir":null},"hash":1}})")
                    ->is_default());
    const auto local = read_terraform_backend(
        R"({"backend":{"type":"local","config":{"path":"../s","workspace_dir":"w"}}})");
    EXPECT_TRUE(local->is_local());
    EXPECT_FALSE(local->is_default());
    EXPECT_EQ(local->path, "../s");
    EXPECT_EQ(local->workspace_dir, "w");
    const auto remote =
        read_terraform_backend(R"({"backend":{"type":"azurerm","config":{"path":"x"}}})");
    EXPECT_EQ(remote->type, "azurerm");
    EXPECT_FALSE(remote->is_local());
    EXPECT_EQ(remote->path, "");
    for (const char* text : {"", "[]", "{", "null"}) EXPECT_FALSE(read_terraform_backend(text));
}

TEST(TerraformState, IsToldFromNone) {
    EXPECT_TRUE(*is_terraform_state(R"({"version":4,"lineage":"a","resources":[]})"));
    EXPECT_TRUE(*is_terraform_state(R"({"serial":1,"lineage":"","encrypted_data":"x"})"));
    EXPECT_FALSE(*is_terraform_state(R"({"version":4,"serial":0,"lineage":""})"));
    EXPECT_FALSE(*is_terraform_state(" \n"));
    EXPECT_FALSE(is_terraform_state("Error: no"));
    EXPECT_FALSE(is_terraform_state("[]"));
}

TEST(TerraformProviders, AreSortedByWhetherArmgateAnswersForThem) {
    const auto providers = read_terraform_providers(
        "# comment\nprovider \"registry.terraform.io/hashicorp/azurerm\" {\n  version = \"4\"\n}\n"
        "provider \"registry.opentofu.org/hashicorp/aws\" {\n}\n"
        "provider \"registry.terraform.io/hashicorp/random\" {\n}\n"
        "provider \"registry.terraform.io/hashicorp/azuread\" {\n}\n",
        rules());
    EXPECT_THAT(providers.real, ElementsAre("hashicorp/aws"));
    EXPECT_THAT(providers.stopped, ElementsAre("hashicorp/azuread"));
}

TEST(TerraformRulesFile, AFaultNamesFileAndKey) {
    for (const char* text : {"", "{}", R"({"programs":"terraform"})",
                             R"({"commands":[{"name":"a","runs":"nowhere"}]})",
                             R"({"commands":[{"name":"a","runs":"refused"}]})"}) {
        const auto parsed = parse_terraform_rules(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::config_invalid);
        EXPECT_THAT(parsed.error().detail, HasSubstr("terraform.json"));
    }
}

}  // namespace
}  // namespace armgate::dryrun
