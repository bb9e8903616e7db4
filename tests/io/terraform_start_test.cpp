// Terraform in dry-run, with a script in its place: what it is asked, and what it must never do.
#include "cli/terraform_start.hpp"

#include "support/terraform_fixture.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>

namespace armgate::io {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using tests::slurp;
using tests::snapshot_of;
using tests::spill;
using tests::TerraformTest;

/// With a script in the program's place: it notes how it was started, and may be told to fail.
class FakeTerraform : public TerraformTest {
  protected:
    FakeTerraform() {
        fs::create_directories(home() + "/bin");
        program("echo '{\"version\":4,\"lineage\":\"l\",\"resources\":[]}'");
        environment_["PATH"] = home() + "/bin:/usr/bin:/bin";
        fs::create_directories(infra() + "/.terraform");
        spill(infra() + "/main.tf", "");
    }

    void program(const std::string& body) {
        const std::string path = home() + "/bin/terraform";
        spill(path, "#!/bin/sh\nprintf '%s;' \"$PWD\" \"$@\" >> " + folder_.file("calls") +
                        "\necho >> " + folder_.file("calls") + "\n" + body + "\n");
        ::chmod(path.c_str(), 0755);
    }

    void remote_backend(const std::string& type) {
        spill(infra() + "/.terraform/terraform.tfstate",
              R"({"version":3,"backend":{"type":")" + type + R"(","config":{},"hash":1}})");
    }

    [[nodiscard]] std::string calls() const { return slurp(folder_.file("calls")); }
};

TEST_F(FakeTerraform, WhatIsNotTerraformIsLeftAlone) {
    EXPECT_FALSE(prepare({"az", "group", "list"}).value());
    EXPECT_EQ(calls(), "");
}

TEST_F(FakeTerraform, HarmlessCommandsRunWhereTheyAre) {
    const auto start = prepare({"terraform", "fmt", "-check"}).value();
    ASSERT_TRUE(start);
    EXPECT_THAT(start->arguments, testing::ElementsAre("terraform", "fmt", "-check"));
    EXPECT_TRUE(start->set.empty());
    EXPECT_TRUE(start->notices.empty());
    EXPECT_THAT(prepare({"terraform", "init"}).value()->notices,
                Contains(HasSubstr("runs in your own folder")));
    EXPECT_EQ(calls(), "");
}

TEST_F(FakeTerraform, RefusalsSayWhyAndStartNothing) {
    for (const auto& [words, says] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"terraform", "login"}, "nothing to rehearse"},
             {{"terraform", "workspace", "new", "x"}, "TF_WORKSPACE"},
             {{"terraform", "init", "-migrate-state"}, "to another place"},
             {{"terragrunt", "apply"}, "terragrunt starts Terraform itself"},
             {{"timeout", "9", "terraform", "apply"}, "behind timeout"}}) {
        EXPECT_THAT(refusal(words), HasSubstr(says));
    }
    environment_["TF_CLI_ARGS_plan"] = "-out=x";
    EXPECT_THAT(refusal({"terraform", "plan"}), HasSubstr("TF_CLI_ARGS_plan holds -out"));
    EXPECT_EQ(calls(), "");
}

TEST_F(FakeTerraform, IsAskedForTheStateOnceAndThenToForgetTheBackend) {
    remote_backend("azurerm");
    environment_["TF_CLI_ARGS"] = "-lock=false";
    const auto start = prepare({"terraform", "apply"});
    ASSERT_TRUE(start) << start.error().detail;
    const std::string copy = (*start)->arguments.at(1).substr(std::string("-chdir=").size());
    EXPECT_EQ(calls(), infra() + ";-chdir=" + infra() + ";state;pull;\n" + infra() +
                           ";-chdir=" + copy + ";init;-reconfigure;-input=false;-no-color;\n");
    EXPECT_THAT((*start)->arguments, testing::ElementsAre("terraform", "-chdir=" + copy, "apply"));
    EXPECT_THAT(slurp(copy + "/zzzz_armgate_override.tf"), HasSubstr("backend \"local\""));
    EXPECT_FALSE(fs::exists(copy + "/.terraform/terraform.tfstate"));
    EXPECT_THAT(slurp(copy + "/terraform.tfstate"), HasSubstr("lineage"));
    struct stat found {};
    ASSERT_EQ(::stat((copy + "/terraform.tfstate").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(FakeTerraform, PackagesAreLinkedAndWhatTerraformWritesIsNot) {
    const std::string package = "/.terraform/providers/h/n/t/1.0.0/linux_amd64";
    fs::create_directories(infra() + package);
    spill(infra() + package + "/provider", "binary");
    fs::create_directories(infra() + "/.terraform/modules/m");
    spill(infra() + "/.terraform/modules/m/m.tf", "m");
    spill(infra() + "/.terraform/modules/modules.json", "{}");
    spill(infra() + "/.terraform.lock.hcl", "provider \"registry.terraform.io/hashicorp/aws\" {\n");
    const auto before = snapshot_of(home());
    const auto start = prepare({"terraform", "apply"});
    ASSERT_TRUE(start) << start.error().detail;
    const std::string copy = (*start)->arguments.at(1).substr(std::string("-chdir=").size());
    EXPECT_TRUE(fs::is_symlink(copy + package));
    EXPECT_EQ(slurp(copy + package + "/provider"), "binary");
    EXPECT_EQ(slurp(copy + "/.terraform/modules/m/m.tf"), "m");
    for (const char* name : {"/.terraform/modules/modules.json", "/.terraform.lock.hcl",
                             "/.terraform/providers/h/n/t/1.0.0/new"}) {
        spill(copy + name, "written");
    }
    EXPECT_EQ(snapshot_of(home()), before);
    EXPECT_THAT((*start)->notices, Contains(HasSubstr("is done: hashicorp/aws")));
}

TEST_F(FakeTerraform, AFailureIsToldInItsOwnWordsWithoutSecrets) {
    remote_backend("cloud");
    program("echo; echo '\033[31mError: no token Bearer abc.def' >&2; exit 1");
    const std::string why = refusal({"terraform", "plan"});
    EXPECT_THAT(why, HasSubstr("terraform state pull failed: Error: no token [redacted]"));
    program("echo 'not json'");
    EXPECT_THAT(refusal({"terraform", "plan"}), HasSubstr("is no state"));
    spill(infra() + "/.terraform/terraform.tfstate", "broken");
    EXPECT_THAT(refusal({"terraform", "plan"}), HasSubstr("is not JSON"));
}

TEST_F(FakeTerraform, RunsThatHappenElsewhereAreSaid) {
    remote_backend("cloud");
    const auto start = prepare({"terraform", "plan"});
    ASSERT_TRUE(start) << start.error().detail;
    EXPECT_THAT((*start)->notices, Contains(HasSubstr("happen elsewhere")));
}

TEST_F(FakeTerraform, WithoutProgramOrFolderTheChildWillSayIt) {
    const auto missing = prepare({"tofu", "apply"}).value();
    EXPECT_THAT(missing->arguments, testing::ElementsAre("tofu", "apply"));
    const auto nowhere = prepare({"terraform", "-chdir=nowhere", "apply"}).value();
    EXPECT_THAT(nowhere->arguments, testing::ElementsAre("terraform", "-chdir=nowhere", "apply"));
}

TEST_F(FakeTerraform, AWorkspaceIsNoPath) {
    environment_["TF_WORKSPACE"] = "../../x";
    EXPECT_THAT(refusal({"terraform", "apply"}), HasSubstr("workspace"));
}

TEST_F(FakeTerraform, ARehearsedStateOthersMayReadIsNotUsed) {
    overlay_ = folder_.file("overlay.json");
    fs::create_directories(overlay_ + ".terraform");
    ::chmod((overlay_ + ".terraform").c_str(), 0755);
    EXPECT_THAT(refusal({"terraform", "apply"}), HasSubstr("mode 0700"));
}

TEST_F(FakeTerraform, AnInterruptedStartIsNotGoneOnWith) {
    remote_backend("azurerm");
    overlay_ = folder_.file("overlay.json");
    spill(overlay_, "{}");
    program("case \"$2\" in init) exit 1;; esac; echo '{\"version\":4,\"lineage\":\"l\"}'");
    EXPECT_THAT(refusal({"terraform", "apply"}), HasSubstr("terraform init failed"));
    program("echo '{\"version\":4,\"lineage\":\"fresh\"}'");
    const auto start = prepare({"terraform", "apply"});
    ASSERT_TRUE(start) << start.error().detail;
    const std::string copy = (*start)->arguments.at(1).substr(std::string("-chdir=").size());
    EXPECT_THAT(slurp(copy + "/terraform.tfstate"), HasSubstr("fresh"));
}

TEST_F(FakeTerraform, TheChildOfRunIsChangedAndStderrSaysSo) {
    auto scratch = TemporaryDirectory::create();
    ASSERT_TRUE(scratch);
    ChildCommand other{{"az", "group", "list"}, environment_};
    ASSERT_TRUE(cli::start_on_copy(other, *scratch, {}));
    EXPECT_THAT(other.arguments, testing::ElementsAre("az", "group", "list"));

    ChildCommand terraform{{"terraform", "-chdir=" + infra(), "apply"}, environment_};
    testing::internal::CaptureStderr();
    const auto done = cli::start_on_copy(terraform, *scratch, cli::overlay_choice(""));
    const std::string told = testing::internal::GetCapturedStderr();
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_THAT(told, HasSubstr("armgate: terraform works on a copy of " + infra()));
    EXPECT_THAT(terraform.arguments.at(1), HasSubstr("-chdir=" + scratch->path()));
    EXPECT_EQ(terraform.set.at("GIT_OPTIONAL_LOCKS"), "0");

    ChildCommand refused{{"terraform", "login"}, environment_};
    EXPECT_EQ(cli::start_on_copy(refused, *scratch, {}).error().code, Errc::usage);
}

TEST_F(FakeTerraform, AnOverlayIsGoneOnWithWhereItIs) {
    const std::string path = folder_.file("overlay.json");
    EXPECT_EQ(cli::overlay_choice("").file, OverlayFile::none);
    EXPECT_EQ(cli::overlay_choice(path).file, OverlayFile::is_new);
    spill(path, "");  // as a rehearsal leaves it that changed nothing in ARM
    EXPECT_EQ(cli::overlay_choice(path).file, OverlayFile::resumed);
}

}  // namespace
}  // namespace armgate::io
