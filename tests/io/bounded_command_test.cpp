#include "io/system/bounded_command.hpp"

#include "support/temporary_folder.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::io {
namespace {

using testing::HasSubstr;

BoundedCommand shell(const std::string& script,
                     std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    return {{"/bin/sh", "-c", script}, {{"PATH", "/usr/bin:/bin"}, {"A", "of mine"}}, "/", limit};
}

TEST(BoundedCommand, GivesStatusOutputAndNothingOfOurEnvironment) {
    ::setenv("ARMGATE_LEAK", "leaked", 1);
    const auto ended =
        run_bounded(shell("pwd; echo \"$A\"; echo err >&2; cat; echo \"<$ARMGATE_LEAK>\"; exit 7"));
    ::unsetenv("ARMGATE_LEAK");
    ASSERT_TRUE(ended) << ended.error().detail;
    EXPECT_EQ(ended->status, 7);
    EXPECT_EQ(ended->output, "/\nof mine\nerr\n<>\n");
    EXPECT_FALSE(ended->timed_out);
}

TEST(BoundedCommand, KeepsErrorsApartWhereThatIsAskedFor) {
    BoundedCommand command = shell("echo out; echo err >&2; exit 7");
    command.errors_apart = true;
    const auto ended = run_bounded(command);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->status, 7);
    EXPECT_EQ(ended->output, "out\n");
    EXPECT_EQ(ended->errors, "err\n");
}

TEST(BoundedCommand, TakesNoShellInItsArguments) {
    BoundedCommand command = shell("");
    command.arguments = {"/usr/bin/printf", "%s", "$HOME; `id`"};
    EXPECT_EQ(run_bounded(command)->output, "$HOME; `id`");
}

TEST(BoundedCommand, ASignalToUsEndsItAndIsNotLost) {
    sigset_t pending;
    const pid_t self = ::getpid();
    const auto ended = run_bounded(
        shell("kill -TERM " + std::to_string(self) + "; sleep 300", std::chrono::seconds(60)));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().detail, "stopped by a signal");
    ::sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGTERM), 0);  // taken, and told by the error
}

TEST(BoundedCommand, InheritsNoDescriptor) {
    const int open = ::dup(STDIN_FILENO);
    EXPECT_EQ(run_bounded(shell("[ ! -e /proc/$$/fd/" + std::to_string(open) + " ]"))->status, 0);
    ::close(open);
}

TEST(BoundedCommand, ASignalAndAProgramThatCannotStartAreToldApart) {
    EXPECT_EQ(run_bounded(shell("kill -SEGV $$"))->status, 128 + SIGSEGV);
    BoundedCommand missing = shell("");
    missing.arguments[0] = "/nonexistent";
    EXPECT_THAT(run_bounded(missing)->failure, HasSubstr("No such file"));
}

TEST(BoundedCommand, KeepsTheFirstOfALongOutputAndLetsItEnd) {
    const auto ended = run_bounded(shell("head -c 1000000 /dev/zero; exit 3"));
    EXPECT_EQ(ended->status, 3);
    EXPECT_EQ(ended->output.size(), kOutputBytes);
    BoundedCommand more = shell("head -c 1000000 /dev/zero");
    more.output_limit = 999999;
    EXPECT_EQ(run_bounded(more)->output.size(), 999999U);
}

TEST(BoundedCommand, EndsAtItsLimitWithAllThatItStarted) {
    const tests::TemporaryFolder folder;
    const std::string note = folder.file("pid");
    const auto before = std::chrono::steady_clock::now();
    const auto ended =
        run_bounded(shell("trap '' TERM INT HUP; sleep 300 & echo $! > " + note + "; wait",
                          std::chrono::milliseconds(500)));
    EXPECT_TRUE(ended->timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
    std::ifstream file(note);
    pid_t started = 0;
    ASSERT_TRUE(file >> started);
    std::string state;  // gone, or a zombie that nobody has reaped yet
    for (int i = 0; i < 200 && std::filesystem::exists("/proc/" + std::to_string(started)); ++i) {
        std::ifstream stat("/proc/" + std::to_string(started) + "/stat");
        std::string skipped;
        stat >> skipped >> skipped >> state;
        if (state == "Z") break;
        ::usleep(10'000);
    }
    EXPECT_TRUE(state == "Z" || !std::filesystem::exists("/proc/" + std::to_string(started)));
}

TEST(BoundedCommand, AProcessLeftBehindThatHoldsTheOutputHoldsNothingUp) {
    const auto before = std::chrono::steady_clock::now();
    const auto ended = run_bounded(shell("sleep 300 & exit 4"));
    EXPECT_EQ(ended->status, 4);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
}

TEST(BoundedCommand, OnlyAnExecutableFileOfAnAbsoluteFolderIsFound) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.file("plain")) << "x";
    std::ofstream(folder.file("tool")) << "x";
    ::chmod(folder.file("tool").c_str(), 0755);
    std::filesystem::create_directory(folder.file("folder"));
    const std::string path = "::.:relative:/nonexistent:" + folder.path();
    EXPECT_EQ(find_program("tool", path), folder.file("tool"));
    EXPECT_EQ(find_program("folder", path), std::nullopt);
    if (::geteuid() != 0) EXPECT_EQ(find_program("plain", path), std::nullopt);
    EXPECT_EQ(find_program("missing", path), std::nullopt);
}

}  // namespace
}  // namespace armgate::io
