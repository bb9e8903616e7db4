// Terraform in dry-run, with the real program where the machine has it: the built-in terraform_data
// needs no provider and no network.
#include "support/scripted_upstream.hpp"
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

/// With the real program.
class RealTerraform : public TerraformTest {
  protected:
    void SetUp() override {
        if (!find_program("terraform", environment_.at("PATH"))) {
            GTEST_SKIP() << "terraform is not on this machine";
        }
        configure("one");
    }

    void configure(const std::string& input, const std::string& backend = "") {
        spill(infra() + "/main.tf", backend +
                                        "variable \"who\" {\n  default = \"nobody\"\n}\n"
                                        "resource \"terraform_data\" \"a\" {\n  input = \"" +
                                        input +
                                        "\"\n}\n"
                                        "module \"pet\" {\n  source = \"../modules/pet\"\n}\n"
                                        "output \"who\" {\n  value = var.who\n}\n"
                                        "output \"cwd\" {\n  value = path.cwd\n}\n"
                                        "output \"ws\" {\n  value = terraform.workspace\n}\n");
        spill(
            home() + "/modules/pet/main.tf",
            "resource \"terraform_data\" \"pet\" {\n  input = file(\"${path.module}/name\")\n}\n");
        spill(home() + "/modules/pet/name", "rex");
    }

    /// What the user did before: init, and an apply for real.
    void apply_for_real() {
        succeed({"terraform", "init", "-no-color"});
        succeed({"terraform", "apply", "-auto-approve", "-no-color"});
    }

    void succeed(const std::vector<std::string>& words, const wiring::Environment& set = {}) {
        const auto ended = run(words, set);
        ASSERT_EQ(ended.status, 0) << ended.output;
    }
};

TEST_F(RealTerraform, ApplyDestroyAndRefreshLeaveTheUsersTreeBitForBit) {
    apply_for_real();
    configure("two");
    const auto before = snapshot_of(home());
    const std::vector<std::pair<std::vector<std::string>, std::string>> table{
        {{"apply", "-auto-approve"}, "0 added, 1 changed, 0 destroyed"},
        {{"destroy", "-auto-approve"}, "2 destroyed"},
        {{"refresh"}, "terraform_data.a"},
        {{"state", "rm", "terraform_data.a"}, "Removed terraform_data.a"},
        {{"state", "mv", "terraform_data.a", "terraform_data.b"}, "Successfully moved"},
        {{"taint", "terraform_data.a"}, "has been marked as tainted"},
        {{"plan", "-out=saved"}, "1 to change"},
        {{"apply", "-replace=terraform_data.a", "-auto-approve"}, "1 added"},
        {{"output", "who"}, "nobody"},
        {{"show"}, "rex"},
        {{"import", "terraform_data.c", "x"}, "does not exist in the configuration"}};
    for (auto [words, says] : table) {
        words.insert(words.begin(), "terraform");
        if (words[1] != "state") words.insert(words.begin() + 2, "-no-color");
        const int status = words[1] == "import" ? 1 : 0;
        EXPECT_THAT(rehearse(words, status), HasSubstr(says)) << testing::PrintToString(words);
        EXPECT_THAT(notices_, Contains(HasSubstr("on a copy of " + infra())));
        EXPECT_EQ(snapshot_of(home()), before) << testing::PrintToString(words);
    }
}

TEST_F(RealTerraform, ValuesAreThoseOfTheUsersOwnFolder) {
    apply_for_real();
    const std::string out = rehearse({"terraform", "apply", "-auto-approve", "-no-color"});
    EXPECT_THAT(out, HasSubstr("cwd = \"" + infra() + "\""));
    EXPECT_THAT(out, HasSubstr("0 added, 0 changed, 0 destroyed"));
}

TEST_F(RealTerraform, FilesNamedRelativelyAreFound) {
    apply_for_real();
    spill(infra() + "/in.tfvars", "who = \"inside\"\n");
    spill(home() + "/out.tfvars", "who = \"outside\"\n");
    const auto before = snapshot_of(home());
    for (const auto& [file, who] :
         {std::pair("in.tfvars", "inside"), std::pair("../out.tfvars", "outside")}) {
        EXPECT_THAT(rehearse({"terraform", "plan", "-no-color", std::string("-var-file=") + file}),
                    HasSubstr(std::string("-> \"") + who + "\""));
    }
    start_in_ = home();
    EXPECT_THAT(rehearse({"terraform", "-chdir=infra", "plan", "-no-color", "-var-file=in.tfvars"}),
                HasSubstr("-> \"inside\""));
    environment_["TF_CLI_ARGS_plan"] = "-var-file=../out.tfvars";
    EXPECT_THAT(rehearse({"terraform", "-chdir=infra", "plan", "-no-color"}),
                HasSubstr("-> \"outside\""));
    EXPECT_EQ(snapshot_of(home()), before);
}

TEST_F(RealTerraform, TheRehearsedStateIsKeptBesideTheOverlay) {
    apply_for_real();
    configure("two");
    const auto before = snapshot_of(home());
    overlay_ = folder_.file("overlay.json");
    EXPECT_THAT(rehearse({"terraform", "apply", "-auto-approve", "-no-color"}),
                HasSubstr("1 changed"));
    EXPECT_THAT(notices_, Contains(HasSubstr("is kept in " + overlay_ + ".terraform")));
    EXPECT_THAT(rehearse({"terraform", "plan", "-no-color"}), HasSubstr("No changes."));
    EXPECT_THAT(notices_, Contains(HasSubstr("goes on with the state of the last dry run")));
    rehearse({"terraform", "plan", "-destroy", "-out=gone", "-no-color"});
    EXPECT_THAT(rehearse({"terraform", "show", "-no-color", "gone"}), HasSubstr("2 to destroy"));
    EXPECT_THAT(rehearse({"terraform", "apply", "-no-color", "gone"}), HasSubstr("2 destroyed"));
    EXPECT_THAT(rehearse({"terraform", "plan", "-no-color"}), HasSubstr("2 to add"));
    EXPECT_EQ(snapshot_of(home()), before);
    struct stat found {};
    ASSERT_EQ(::stat((overlay_ + ".terraform").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0700U);

    fs::remove(overlay_);  // begun anew, the state is the user's own again
    EXPECT_THAT(rehearse({"terraform", "plan", "-no-color"}), HasSubstr("1 to change"));
}

TEST_F(RealTerraform, AStateElsewhereIsCopiedAndOverridden) {
    fs::create_directories(home() + "/states");
    configure("one", "terraform {\n  backend \"local\" {\n    path = \"" + home() +
                         "/states/s.json\"\n  }\n}\n");
    apply_for_real();
    ASSERT_NE(slurp(home() + "/states/s.json"), "");
    const auto before = snapshot_of(home());
    EXPECT_THAT(rehearse({"terraform", "destroy", "-auto-approve", "-no-color"}),
                HasSubstr("2 destroyed"));
    EXPECT_EQ(snapshot_of(home()), before);
    succeed({"terraform", "plan", "-out=p", "-no-color"});
    EXPECT_THAT(refusal({"terraform", "apply", "p"}), HasSubstr("names the state that it is for"));
}

TEST_F(RealTerraform, WorkspacesAndADataFolderOfOnesOwnAreKept) {
    environment_["TF_DATA_DIR"] = "own-data";
    apply_for_real();
    succeed({"terraform", "workspace", "new", "-no-color", "prod"});
    succeed({"terraform", "apply", "-auto-approve", "-no-color", "-var=who=prod"});
    const auto before = snapshot_of(home());
    EXPECT_THAT(rehearse({"terraform", "apply", "-auto-approve", "-no-color"}),
                HasSubstr("ws = \"prod\""));
    EXPECT_EQ(snapshot_of(home()), before);
    environment_["TF_WORKSPACE"] = "default";
    EXPECT_THAT(rehearse({"terraform", "output", "-no-color"}), HasSubstr("who = \"nobody\""));
    environment_["TF_DATA_DIR"] = infra() + "/own-data";
    EXPECT_THAT(rehearse({"terraform", "output", "-no-color"}), HasSubstr("who = \"nobody\""));
    fs::rename(infra() + "/own-data", home() + "/data");
    const auto moved = snapshot_of(home());
    environment_["TF_DATA_DIR"] = "../data";
    EXPECT_THAT(rehearse({"env", "TF_WORKSPACE=prod", "terraform", "plan", "-no-color"}),
                HasSubstr("\"prod\" -> \"nobody\""));
    EXPECT_EQ(snapshot_of(home()), moved);
}

TEST_F(RealTerraform, ANamedStateFileInsideIsRehearsedAndOneOutsideIsRefused) {
    configure("one");
    succeed({"terraform", "init", "-no-color"});
    fs::create_directories(infra() + "/states");
    succeed({"terraform", "apply", "-auto-approve", "-no-color", "-state=states/s"});
    const auto before = snapshot_of(home());
    EXPECT_THAT(rehearse({"terraform", "destroy", "-auto-approve", "-no-color", "-state=states/s"}),
                HasSubstr("2 destroyed"));
    EXPECT_EQ(snapshot_of(home()), before);
    for (const char* path : {"../s", "/s", "states/../../s"}) {
        EXPECT_THAT(refusal({"terraform", "apply", "-state", path}),
                    HasSubstr("cannot be kept from being written"));
    }
}

/// A remote backend on loopback that counts what is written to it.
class RemoteState {
  public:
    RemoteState() : server_([this](tests::Wire& wire) { serve(wire); }) {}

    [[nodiscard]] std::string backend() const {
        return "terraform {\n  backend \"http\" {\n    address = \"http://127.0.0.1:" +
               std::to_string(server_.port()) + "/state\"\n  }\n}\n";
    }
    [[nodiscard]] std::string content() {
        const std::lock_guard lock(mutex_);
        return content_;
    }
    [[nodiscard]] std::size_t writes() {
        const std::lock_guard lock(mutex_);
        return writes_;
    }
    void fail(bool fails) { fails_ = fails; }

  private:
    void serve(tests::Wire& wire) {
        for (;;) {
            const tests::Message request = wire.read_request();
            if (request.head.empty()) return;
            const std::lock_guard lock(mutex_);
            const bool reads = request.head.starts_with("GET ");
            if (!reads) {
                ++writes_;
                content_ = request.body;
            }
            const bool none = reads && content_.empty();
            const std::string body = reads ? content_ : "";
            wire.send(std::string("HTTP/1.1 ") +
                      (fails_ ? "403 Forbidden"
                       : none ? "404 Not Found"
                              : "200 OK") +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        }
    }

    std::mutex mutex_;
    std::string content_;
    std::size_t writes_ = 0;
    std::atomic<bool> fails_ = false;
    tests::ScriptedUpstream server_;
};

TEST_F(RealTerraform, ARemoteStateIsReadOnceAndNeverWritten) {
    RemoteState remote;
    configure("one", remote.backend());
    apply_for_real();
    const std::string state = remote.content();
    const std::size_t writes = remote.writes();
    ASSERT_THAT(state, HasSubstr("terraform_data"));
    configure("two", remote.backend());
    const auto before = snapshot_of(home());
    for (const auto& [command, says] :
         {std::pair("plan", "1 to change"), std::pair("apply", "1 changed"),
          std::pair("destroy", "2 destroyed"), std::pair("refresh", "nobody")}) {
        std::vector<std::string> words{"terraform", command, "-no-color"};
        const std::string name = command;
        if (name == "apply" || name == "destroy") words.emplace_back("-auto-approve");
        EXPECT_THAT(rehearse(words), HasSubstr(says));
        EXPECT_THAT(notices_, Contains(HasSubstr("its state in http (workspace default)")));
        EXPECT_EQ(remote.content(), state);
        EXPECT_EQ(remote.writes(), writes);
        EXPECT_EQ(snapshot_of(home()), before);
    }
    overlay_ = folder_.file("overlay.json");
    EXPECT_THAT(rehearse({"terraform", "apply", "-auto-approve", "-no-color"}),
                HasSubstr("1 changed"));
    remote.fail(true);  // it is not asked again
    EXPECT_THAT(rehearse({"terraform", "plan", "-no-color"}), HasSubstr("No changes."));
    EXPECT_EQ(remote.writes(), writes);
}

TEST_F(RealTerraform, ARemoteStateThatCannotBeReadIsARefusal) {
    RemoteState remote;
    configure("one", remote.backend());
    apply_for_real();
    remote.fail(true);
    const std::string why = refusal({"terraform", "apply", "-auto-approve"});
    EXPECT_THAT(why, HasSubstr("cannot work on a copy of " + infra()));
    EXPECT_THAT(why, HasSubstr("terraform state pull failed"));
    remote.fail(false);
    succeed({"terraform", "plan", "-out=p", "-no-color"});
    EXPECT_THAT(refusal({"terraform", "apply", "p"}), HasSubstr("names the state that it is for"));
}

TEST_F(RealTerraform, AnEmptyRemoteStateIsAnEmptyOne) {
    RemoteState remote;
    configure("one", remote.backend());
    succeed({"terraform", "init", "-no-color"});
    EXPECT_THAT(rehearse({"terraform", "apply", "-auto-approve", "-no-color"}),
                HasSubstr("2 added"));
    EXPECT_EQ(remote.writes(), 0U);
}

}  // namespace
}  // namespace armgate::io
