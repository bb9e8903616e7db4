// One user of Terraform: a home, a configuration, and a scratch folder for each run of armgate.
#pragma once

#include "io/system/bounded_command.hpp"
#include "io/terraform/terraform_copy.hpp"
#include "support/folder_snapshot.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace armgate::tests {

class TerraformTest : public testing::Test {
  protected:
    TerraformTest() {
        std::filesystem::create_directories(infra());
        std::filesystem::create_directories(home() + "/modules/pet");
        spill(home() + "/rc", "disable_checkpoint = true\n");
        const char* path = std::getenv("PATH");
        environment_ = {{"HOME", home()},
                        {"PATH", path != nullptr ? path : "/usr/bin:/bin"},
                        {"TF_CLI_CONFIG_FILE", home() + "/rc"},
                        {"CHECKPOINT_DISABLE", "1"},
                        {"TF_IN_AUTOMATION", "1"}};
    }

    [[nodiscard]] std::string home() const { return folder_.file("home"); }
    [[nodiscard]] std::string infra() const { return home() + "/infra"; }

    /// Runs words as the user would without armgate.
    io::BoundedResult run(std::vector<std::string> words,
                          const wiring::Environment& set = {},
                          const std::string& folder = {}) {
        io::BoundedCommand command{std::move(words), environment_,
                                   folder.empty() ? infra() : folder, std::chrono::minutes(2)};
        for (const auto& [name, value] : set) command.environment[name] = value;
        const auto found = io::find_program(command.arguments.front(), environment_.at("PATH"));
        if (found) command.arguments.front() = *found;
        return io::run_bounded(command).value();
    }

    Result<std::optional<io::TerraformStart>> prepare(const std::vector<std::string>& words) {
        scratch_ = folder_.file("scratch" + std::to_string(++runs_));
        std::filesystem::create_directories(scratch_);
        io::TerraformSurroundings around;
        around.environment = environment_;
        around.folder = start_in_.empty() ? infra() : start_in_;
        around.scratch = scratch_;
        around.overlay = overlay_;
        if (!overlay_.empty()) {
            around.overlay_file = std::filesystem::exists(overlay_) ? io::OverlayFile::resumed
                                                                    : io::OverlayFile::is_new;
        }
        const auto rules = dryrun::load_terraform_rules();
        return io::prepare_terraform(words, around, rules.value());
    }

    /// Runs words as dry-run does; the output, the notices in `notices_`.
    std::string rehearse(const std::vector<std::string>& words, int status = 0) {
        const auto start = prepare(words);
        if (!start) {
            ADD_FAILURE() << start.error().detail;
            return {};
        }
        notices_ = (*start)->notices;
        const auto ended = run((*start)->arguments, (*start)->set, start_in_);
        EXPECT_EQ(ended.status, status) << ended.failure << ended.output;
        if (!overlay_.empty()) spill(overlay_, "{}");
        last_scratch_ = scratch_;
        return ended.output;
    }

    std::string refusal(const std::vector<std::string>& words) {
        const auto start = prepare(words);
        return start ? "" : start.error().detail;
    }

    tests::TemporaryFolder folder_;
    wiring::Environment environment_;
    std::string overlay_;
    std::string start_in_;
    std::string scratch_;
    std::string last_scratch_;
    std::vector<std::string> notices_;
    int runs_ = 0;
};

}  // namespace armgate::tests
