// The trace of the built program through kills, removal, rotation and links: what is there can be
// read, and in enforce no write goes out that could not be recorded.
#include "support/program_fixture.hpp"

#include <algorithm>
#include <csignal>
#include <map>
#include <random>
#include <sstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace armgate::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kSessionLine = R"({"schema":"armgate.trace/1","record":"session")";

class TraceFaults : public ProgramTest {
  protected:
    /// Lines by kind of record; `torn` are those that are no JSON.
    static std::map<std::string, int> kinds_of(const std::string& text) {
        std::map<std::string, int> out;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            const auto record = nlohmann::json::parse(line, nullptr, false);
            ++out[record.is_discarded() ? "torn" : record.value("record", "none")];
        }
        return out;
    }
};

TEST_F(TraceFaults, KillsAtManyMomentsLeaveAFileThatTheNextStartGoesOnWith) {
    constexpr int kKills = 12;
    std::mt19937 random(5);
    std::atomic<int> answered{0};
    for (int round = 0; round < kKills; ++round) {
        ChildProgram program(arguments());
        ASSERT_NE(program.port(), 0);
        std::vector<std::thread> clients;
        const int before = answered;
        for (int i = 0; i < 3; ++i) {
            clients.emplace_back([&] {
                try {
                    for (Wire wire = arm_through(program);;) {
                        if (ask(wire, "PUT") == 200) ++answered;
                    }
                } catch (const WireError&) {
                    return;  // killed
                }
            });
        }
        const int wanted = static_cast<int>(random() % 40);
        EXPECT_TRUE(eventually([&] { return answered - before >= wanted; }));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
        program.signal(SIGKILL);
        EXPECT_EQ(program.wait(), 128 + SIGKILL);
        for (std::thread& client : clients) client.join();
    }
    const std::string text = trace();
    auto kinds = kinds_of(text);
    EXPECT_EQ(kinds["session"], kKills);
    EXPECT_GE(kinds["request"], answered);
    EXPECT_LE(kinds["torn"], kKills);
    EXPECT_EQ(kinds["session"] + kinds["request"] + kinds["tunnel"] + kinds["torn"],
              std::count(text.begin(), text.end(), '\n'));
}

TEST_F(TraceFaults, AFileThatWasRemovedIsBegunAnewAndThatIsSaidOnce) {
    ChildProgram program(arguments());
    Wire wire = arm_through(program);
    EXPECT_EQ(ask(wire, "PUT"), 200);
    ASSERT_EQ(::unlink(trace_path().c_str()), 0);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(wire, "PUT"), 200);
    EXPECT_THAT(trace(), StartsWith(kSessionLine));
    EXPECT_EQ(kinds_of(trace())["request"], 3);
    EXPECT_THAT(program.err(), HasSubstr("was removed: a new one is begun"));
    const std::string err = program.err();
    EXPECT_EQ(err.find("was removed"), err.rfind("was removed"));
}

TEST_F(TraceFaults, AFileThatWasRemovedAndCannotBeBegunAnewHoldsWritesBackInEnforce) {
    const std::string folder = folder_.file("traces");
    std::filesystem::create_directory(folder);
    std::vector<std::string> words = arguments({"--mode", "enforce"});
    std::replace(words.begin(), words.end(), trace_path(), folder + "/t.jsonl");
    ChildProgram program(words);
    Wire wire = arm_through(program);
    EXPECT_EQ(ask(wire, "PUT"), 200);
    std::filesystem::remove(folder + "/t.jsonl");
    std::filesystem::rename(folder, folder + "-away");
    for (int i = 0; i < 2; ++i) EXPECT_EQ(ask(wire, "PUT"), 503);
    EXPECT_EQ(ask(wire, "GET"), 200);
    EXPECT_EQ(upstream_.requests().size(), 2U);  // of the writes the first alone
    EXPECT_TRUE(program.says("cannot be written"));
    ASSERT_EQ(::symlink("/dev/null", (folder_.file("traces")).c_str()), 0);
    EXPECT_EQ(ask(wire, "PUT"), 503);  // no folder either
    std::filesystem::remove(folder);
    // The same folder: to the confinement one that is made anew is another (docs/staying-up.md).
    std::filesystem::rename(folder + "-away", folder);
    EXPECT_EQ(ask(wire, "PUT"), 200);
    auto kinds = kinds_of(slurp(folder + "/t.jsonl"));
    EXPECT_EQ(kinds["session"], 1);
    EXPECT_EQ(kinds["gap"], 1);
    EXPECT_EQ(kinds["request"], 1);
    EXPECT_THAT(slurp(folder + "/t.jsonl"), HasSubstr(R"({"record":"gap","lost":4})"));
}

TEST_F(TraceFaults, ALinkAtThePathIsRefusedAtTheStartAndAtAHangUp) {
    spill(folder_.file("target"), "");
    ASSERT_EQ(::symlink(folder_.file("target").c_str(), trace_path().c_str()), 0);
    {
        ChildProgram refused(arguments());
        EXPECT_EQ(refused.wait(), 1);
        EXPECT_THAT(refused.err(), HasSubstr("symbolic link"));
    }
    std::filesystem::remove(trace_path());
    ChildProgram program(arguments());
    Wire wire = arm_through(program);
    std::filesystem::rename(trace_path(), folder_.file("old"));
    ASSERT_EQ(::symlink(folder_.file("target").c_str(), trace_path().c_str()), 0);
    program.signal(SIGHUP);
    EXPECT_TRUE(program.says("symbolic link"));
    EXPECT_EQ(ask(wire, "PUT"), 200);
    EXPECT_EQ(slurp(folder_.file("target")), "");
    EXPECT_EQ(kinds_of(slurp(folder_.file("old")))["request"], 1);
}

TEST_F(TraceFaults, RotationUnderLoadLosesNothing) {
    ChildProgram program(arguments());
    std::atomic<bool> stop{false};
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back([&] {
            Wire wire = arm_through(program);
            while (!stop) answered += ask(wire, "PUT") == 200 ? 1 : 0;
        });
    }
    constexpr int kRotations = 5;
    for (int i = 0; i < kRotations; ++i) {
        const int before = answered;
        EXPECT_TRUE(eventually([&] { return answered > before + 10; }));
        std::filesystem::rename(trace_path(), folder_.file("old-" + std::to_string(i)));
        program.signal(SIGHUP);
        EXPECT_TRUE(eventually([&] { return std::filesystem::exists(trace_path()); }));
    }
    stop = true;
    for (std::thread& client : clients) client.join();
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(std::chrono::milliseconds(5000)), 0);
    int requests = kinds_of(trace())["request"];
    EXPECT_THAT(trace(), StartsWith(kSessionLine));
    for (int i = 0; i < kRotations; ++i) {
        const std::string old = slurp(folder_.file("old-" + std::to_string(i)));
        EXPECT_THAT(old, StartsWith(kSessionLine));
        EXPECT_EQ(kinds_of(old)["torn"], 0);
        requests += kinds_of(old)["request"];
    }
    EXPECT_EQ(requests, answered);
}

}  // namespace
}  // namespace armgate::tests
