// What a serving proxy gives up. The rules are tried in a forked child, since they hold for good;
// that the built program serves under them is shown through its sockets.
#include "io/system/confine.hpp"

#include "io/system/landlock.hpp"
#include "io/system/sanitizers.hpp"
#include "support/child_program.hpp"
#include "support/scripted_upstream.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <netdb.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace armgate::tests {
namespace {

/// Runs `body` in a child; its result is the child's exit status.
int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool has_landlock() {
    return in_child([] {
               io::Confinement nothing;
               return io::confine(nothing).find("Landlock ") != std::string::npos ? 0 : 1;
           }) == 0;
}

int error_of_opening(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    return fd >= 0 ? 0 : errno;
}

class Confine : public ::testing::Test {
  protected:
    void SetUp() override {
        if (io::kSanitized) GTEST_SKIP() << "not confined in a build with a sanitizer";
    }

    TemporaryFolder folder_;
};

TEST_F(Confine, FilesElsewhereAreOutOfReachAndTheTracesFolderIsNot) {
    if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";
    const std::string inside = folder_.file("trace");
    const std::string outside = folder_.file("home");
    for (const std::string& made : {inside, outside}) std::filesystem::create_directory(made);
    spill(outside + "/token", "secret");
    spill(inside + "/old", "x");
    const int failed = in_child([&] {
        const auto needs = io::confinement_of_proxy({inside + "/t.jsonl"});
        if (!needs) return 1;
        static_cast<void>(io::confine(*needs));
        if (error_of_opening(outside + "/token", O_RDONLY) != EACCES) return 2;
        if (error_of_opening(outside + "/token", O_WRONLY) != EACCES) return 3;
        if (error_of_opening(outside + "/new", O_WRONLY | O_CREAT) != EACCES) return 4;
        if (::unlink((outside + "/token").c_str()) == 0) return 5;
        if (::mkdir((inside + "/folder").c_str(), 0700) == 0) return 6;
        if (::symlink("/etc", (inside + "/link").c_str()) == 0) return 7;
        if (error_of_opening("/etc/armgate-none", O_WRONLY | O_CREAT) != EACCES) return 8;
        if (error_of_opening(inside + "/t.jsonl", O_WRONLY | O_CREAT | O_APPEND) != 0) return 9;
        if (::rename((inside + "/old").c_str(), (inside + "/older").c_str()) != 0) return 10;
        return 0;
    });
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(slurp(outside + "/token"), "secret");
}

TEST_F(Confine, NoProgramIsStartedAndNoProcessLookedInto) {
    const int failed = in_child([] {
        static_cast<void>(io::confine({}));
        char name[] = "/bin/true";
        char* arguments[] = {name, nullptr};
        char* variables[] = {nullptr};
        ::execve(name, arguments, variables);
        if (errno != EPERM && errno != EACCES) return 1;
        errno = 0;
        if (::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr) == 0) return 2;
        return errno == EPERM ? 0 : 3;
    });
    EXPECT_EQ(failed, 0);
}

TEST_F(Confine, NamesAreStillLookedUp) {
    const int failed = in_child([] {
        const auto needs = io::confinement_of_proxy({});
        if (!needs) return 1;
        static_cast<void>(io::confine(*needs));
        addrinfo* found = nullptr;
        if (::getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return 2;
        ::freeaddrinfo(found);
        return 0;
    });
    EXPECT_EQ(failed, 0);
}

TEST_F(Confine, APathThatIsNotThereIsPassedOver) {
    EXPECT_EQ(in_child([] {
                  const std::string said = io::confine({{"/no/such/path", "/etc/hosts"}, {"/no"}});
                  const bool known = said.starts_with("confined: no new privileges; ");
                  return known && error_of_opening("/etc/hosts", O_RDONLY) == 0 ? 0 : 1;
              }),
              0);
}

TEST_F(Confine, TheProxyServesUnderItAndSaysSo) {
    ScriptedUpstream server([](Wire& wire) { wire.send(wire.read_exactly(4)); });
    std::filesystem::create_directory(folder_.file("a"));
    std::filesystem::create_directory(folder_.file("elsewhere"));
    ChildProgram program({"proxy", "--listen", "127.0.0.1:0", "--log-level", "debug", "--trace",
                          folder_.file("a/trace.jsonl")});
    const std::uint16_t port = program.port();
    ASSERT_NE(port, 0) << program.err();
    EXPECT_TRUE(program.says("armgate: confined: no new privileges; ")) << program.err();
    const std::string status = slurp("/proc/" + std::to_string(program.pid()) + "/status");
    EXPECT_NE(status.find("NoNewPrivs:\t1"), std::string::npos) << status;
    EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos) << status;

    // A name, and a trace that is opened anew after it was moved away.
    for (int round = 0; round < 2; ++round) {
        Wire wire = Wire::connect(port);
        wire.send("CONNECT localhost:" + std::to_string(server.port()) + " HTTP/1.1\r\n\r\n");
        ASSERT_EQ(wire.read_head().status(), 200);
        wire.send("ping");
        EXPECT_EQ(wire.read_exactly(4), "ping");
        wire.close();
        const auto is_recorded = [&] {
            return slurp(folder_.file("a/trace.jsonl")).find("\"tunnel\"") != std::string::npos;
        };
        EXPECT_TRUE(eventually(is_recorded)) << round;
        std::filesystem::rename(folder_.file("a/trace.jsonl"), folder_.file("a/old.jsonl"));
        program.signal(SIGHUP);
        const auto is_back = [&] { return std::filesystem::exists(folder_.file("a/trace.jsonl")); };
        EXPECT_TRUE(eventually(is_back)) << program.err();
    }
    if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";

    // The same path, leading out of the folder that it may write to.
    std::filesystem::rename(folder_.file("a"), folder_.file("moved"));
    std::filesystem::create_directory_symlink(folder_.file("elsewhere"), folder_.file("a"));
    program.signal(SIGHUP);
    EXPECT_TRUE(program.says("trace.jsonl")) << program.err();
    EXPECT_FALSE(std::filesystem::exists(folder_.file("elsewhere/trace.jsonl")));
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(), 0);
}

TEST_F(Confine, TheChildOfRunKeepsItsRights) {
    ChildProgram program({"run", "--", "grep", "-E", "NoNewPrivs|^Seccomp:", "/proc/self/status"});
    EXPECT_EQ(program.wait(), 0);
    EXPECT_EQ(program.out(), slurp("/proc/self/status").find("NoNewPrivs:\t1") == std::string::npos
                                 ? "NoNewPrivs:\t0\nSeccomp:\t0\n"
                                 : "NoNewPrivs:\t1\nSeccomp:\t0\n");
}

}  // namespace
}  // namespace armgate::tests
