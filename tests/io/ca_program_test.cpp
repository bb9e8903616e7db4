// The persistent CA through the built program: rotated under a running proxy, near its end, and
// never read again once the proxy serves.
#include "certs/authority_files.hpp"
#include "support/program_fixture.hpp"
#include "support/tokens.hpp"

#include <csignal>

namespace armgate::tests {
namespace {

using std::chrono::hours;

class CaProgram : public ProgramTest {
  protected:
    /// Runs `armgate ca ...` on the test's folder; its standard output and error.
    std::string ca(std::vector<std::string> arguments, int status = 0) {
        arguments.insert(arguments.begin(), "ca");
        arguments.insert(arguments.end(), {"--ca-dir", folder_.file("ca")});
        ChildProgram program(arguments);
        EXPECT_EQ(program.wait(), status) << program.err();
        return program.out() + program.err();
    }

    /// A CA that was made so long ago that it has `left` to go.
    void make_old_ca(hours left) {
        const auto made = now() - (certs::kAuthorityLife - left);
        const std::vector<std::string> names{"management.azure.com", "management.usgovcloudapi.net",
                                             "management.chinacloudapi.cn"};
        const auto authority = certs::replace_authority(folder_.file("ca"), names, made);
        ASSERT_TRUE(authority) << authority.error().detail;
    }

    void expect_served(Wire& wire) {
        wire.send(std::string("GET /subscriptions HTTP/1.1\r\nHost: ") + kArm + "\r\n\r\n");
        EXPECT_EQ(wire.read_response().status(), 200);
    }
};

TEST_F(CaProgram, ARotationUnderARunningProxyHarmsNoOneWhoTrustsTheOldOne) {
    const auto program = start();
    const std::string old_ca = slurp(folder_.file("ca/ca.pem"));
    Wire before = arm_through(*program);
    EXPECT_NE(ca({"rotate", "--intercept", "arm.example.com"}).find("restart a running"),
              std::string::npos);
    EXPECT_NE(slurp(folder_.file("ca/ca.pem")), old_ca);
    EXPECT_NE(slurp(folder_.file("ca/bundle.pem")).find(slurp(folder_.file("ca/ca.pem"))),
              std::string::npos);
    expect_served(before);
    Wire wire = Wire::connect(program->port());
    wire.send(std::string("CONNECT ") + kArm + ":443 HTTP/1.1\r\n\r\n");
    ASSERT_EQ(wire.read_head().status(), 200);
    wire.start_tls({kArm, {"http/1.1"}, old_ca, 0});
    expect_served(wire);
    // The one that starts next has the new CA, and what it was made to cover.
    const auto next = start({"--intercept", "arm.example.com"});
    Wire after = arm_through(*next);
    expect_served(after);
    EXPECT_THROW(static_cast<void>(arm_through(*program)), WireError)
        << "the old proxy shows the old CA's leaf";
}

TEST_F(CaProgram, ItsEndIsToldThirtyDaysBefore) {
    make_old_ca(hours(24 * 40));
    EXPECT_EQ(ca({"show"}).find("expires in"), std::string::npos);
    make_old_ca(hours(24 * 20 + 1));
    EXPECT_NE(ca({"show"}).find("armgate: the CA expires in 20 days"), std::string::npos);
    const auto program = start();
    EXPECT_TRUE(program->says("armgate: the CA expires in 20 days, on ")) << program->err();
    EXPECT_TRUE(program->says("armgate ca rotate"));
    Wire wire = arm_through(*program);
    expect_served(wire);
    make_old_ca(hours(-1));
    EXPECT_NE(ca({"show"}, 1).find("expired on"), std::string::npos);
    ca({"rotate"});
    EXPECT_EQ(ca({"show"}).find("expire"), std::string::npos);
}

}  // namespace
}  // namespace armgate::tests
