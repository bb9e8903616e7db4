// The built program where the clock jumps and where names stop resolving and come back.
#include "support/program_fixture.hpp"

#include <csignal>
#include <sstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace armgate::tests {
namespace {

class ShiftedWorld : public ProgramTest {
  protected:
    void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        GTEST_SKIP() << "a sanitizer's library has to be the first that is loaded";
#endif
        jump(0);
        name("");
    }

    [[nodiscard]] ProgramOptions shifted() const {
        ProgramOptions options;
        options.environment = {"LD_PRELOAD=" ARMGATE_SHIFTED_WORLD,
                               "SHIFTED_CLOCK=" + folder_.file("clock"),
                               "SHIFTED_NAMES=" + folder_.file("names")};
        return options;
    }

    void jump(long seconds) const {
        replace("clock", std::to_string(seconds));
    }
    void name(const std::string& lines) const {
        replace("names", lines);
    }

    /// Status and body of the answer to a CONNECT.
    static std::pair<int, std::string> tunnel_to(const ChildProgram& program,
                                                 const std::string& authority) {
        Wire wire = Wire::connect(program.port());
        wire.send("CONNECT " + authority + " HTTP/1.1\r\n\r\n");
        Message answer = wire.read_head();
        if (answer.status() != 200) wire.read_body(answer);
        return {answer.status(), answer.body};
    }

  private:
    void replace(const std::string& file, const std::string& text) const {
        spill(folder_.file(file + ".new"), text);
        std::filesystem::rename(folder_.file(file + ".new"), folder_.file(file));
    }
};

TEST_F(ShiftedWorld, JumpsOfTheClockEndNoWaitAndNoConnection) {
    ChildProgram program(arguments(), shifted());
    Wire wire = arm_through(program);
    EXPECT_EQ(ask(wire, "GET"), 200);
    constexpr long kDay = 86'400;
    for (const long seconds : {3 * kDay, -kDay, 3600L, 0L, 4000 * kDay}) {
        jump(seconds);
        std::this_thread::sleep_for(std::chrono::milliseconds(250));  // two ticks of the limits
        EXPECT_EQ(ask(wire, "PUT"), 200) << seconds;
    }
    EXPECT_EQ(upstream_.connections(), 1U);  // the pooled one was kept
    jump(-kDay);
    Wire fresh = arm_through(program);
    EXPECT_EQ(ask(fresh, "PUT"), 200);
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(std::chrono::milliseconds(5000)), 0);
    std::istringstream lines(trace());
    std::size_t requests = 0;
    bool shifted = false;
    for (std::string line; std::getline(lines, line);) {
        const auto record = nlohmann::json::parse(line);
        if (record["record"] != "request") continue;
        ++requests;
        EXPECT_GE(record["time_ms"]["total"].get<double>(), 0.0);
        EXPECT_LT(record["time_ms"]["total"].get<double>(), 10'000.0);
        shifted = shifted || record["time"].get<std::string>() > "2035";
    }
    EXPECT_EQ(requests, 7U);
    EXPECT_TRUE(shifted) << "the clock did not jump";
}

TEST_F(ShiftedWorld, ANameThatDoesNotResolveIsAskedForAgainAndRecovers) {
    ScriptedUpstream server([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    const std::string authority = "db.shifted.test:" + std::to_string(server.port());
    ChildProgram program(arguments({"--limit", "resolved-life=50ms"}), shifted());
    const auto fails = [&] { return tunnel_to(program, authority).first == 502; };
    EXPECT_THAT(tunnel_to(program, authority).second, testing::HasSubstr("does not resolve"));
    for (int round = 0; round < 2; ++round) {
        // On each of the two threads, which remember addresses on their own.
        EXPECT_TRUE(eventually([&] { return fails() && fails() && fails() && fails(); }));
        name("db.shifted.test 127.0.0.1\n");
        EXPECT_FALSE(fails());  // at once: no failure is remembered
        EXPECT_FALSE(fails());
        name("");
    }
}

TEST_F(ShiftedWorld, MoreLookUpsThanTheLimitFailAtOnceAndThoseUnderWayGoOn) {
    ChildProgram program(arguments(), shifted());
    std::vector<Wire> wires;
    for (int i = 0; i < 80; ++i) {
        wires.push_back(Wire::connect(program.port()));
        wires.back().send("CONNECT slow" + std::to_string(i) +
                          ".shifted.test:443 HTTP/1.1\r\n\r\n");
    }
    int too_many = 0;
    int unresolved = 0;
    for (Wire& wire : wires) {
        Message answer = wire.read_head();
        wire.read_body(answer);
        EXPECT_EQ(answer.status(), 502);
        too_many += answer.body.find("(limit lookups)") != std::string::npos ? 1 : 0;
        unresolved += answer.body.find("does not resolve") != std::string::npos ? 1 : 0;
    }
    EXPECT_GE(too_many, 1);
    EXPECT_GE(unresolved, 60);
    EXPECT_EQ(too_many + unresolved, 80);
}

}  // namespace
}  // namespace armgate::tests
