// The tokens of tests/data/tokens through the proxy itself, in enforce: none gets a write out.
#include "support/hostile_tokens.hpp"

#include "support/proxy_fixture.hpp"

namespace armgate::tests {
namespace {

class HostileTokens : public ProxyTest {};

TEST_F(HostileTokens, GetNoWriteOutInEnforceAndHarmNoOne) {
    settings_.mode = verdict::Mode::enforce;
    Wire wire = arm();
    int bad_request = 0;
    for (const auto& each : test::hostile_tokens()) {
        SCOPED_TRACE(each.name);
        wire.send(request("PUT", kGroup, "Authorization: " + each.value + "\r\n", "{}"));
        const Message answer = wire.read_response("PUT");
        const bool is_field = answer.status() == 401;
        EXPECT_TRUE(is_field || answer.status() == 400) << answer.raw;
        EXPECT_EQ(answer.raw.find("eyJhbG"), std::string::npos) << answer.raw;
        if (is_field) {
            const bool challenged =
                answer.value("WWW-Authenticate").find("claims=") != std::string::npos;
            EXPECT_EQ(challenged, each.clause != "unusable-token") << answer.raw;
            continue;
        }
        ++bad_request;  // no byte of it may stand in a field, so its connection ends
        wire = arm();
    }
    EXPECT_LT(bad_request, 12);
    EXPECT_TRUE(upstream_.requests().empty());
    wire.send(request("PUT", kGroup, service_principal(), "{}"));
    EXPECT_EQ(wire.read_response("PUT").status(), 200);
    EXPECT_EQ(upstream_.requests().size(), 1U);
}

}  // namespace
}  // namespace armgate::tests
