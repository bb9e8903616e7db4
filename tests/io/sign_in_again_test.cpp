// A refused write that comes again: linked to the refusal, and told apart by its token.
#include "core/report/report.hpp"
#include "support/proxy_fixture.hpp"

#include <sstream>

namespace armgate::tests {
namespace {

constexpr const char* kId = "x-ms-client-request-id: 11111111-0000-4000-8000-000000000001\r\n";

std::string refusal_of_arm() {
    const std::string body = R"({"error":{"code":"RequestDisallowedByAzure"}})";
    return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"\", "
           "error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYW"
           "wiOnRydWUsInZhbHVlcyI6WyJwMSJdfX19\"\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

class SignInAgain : public ProxyTest {
  protected:
    SignInAgain() { settings_.mode = verdict::Mode::enforce; }

    static int put(Wire& wire, const std::string& fields) {
        wire.send(request("PUT", kGroup, fields + kId, "{}"));
        return wire.read_response().status();
    }

    /// What `report` says of the trace on disk.
    std::string reported() {
        report::Report report;
        std::istringstream lines(proxy().trace());
        for (std::string line; std::getline(lines, line);) report.add_line(line);
        return report.text(*verdict::load_rules());
    }
};

TEST_F(SignInAgain, ANewTokenOnTheSameConnectionIsLinked) {
    Wire wire = arm();
    EXPECT_EQ(put(wire, user_without_mfa()), 401);
    EXPECT_EQ(put(wire, user_with_mfa()), 200);
    const auto records = proxy().records().requests(2);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_FALSE(records[0].retry);
    ASSERT_TRUE(records[1].retry);
    EXPECT_EQ(records[1].retry->of, records[0].seq);
    EXPECT_EQ(records[1].retry->token, trace::RetryToken::fresh);
    EXPECT_EQ(records[1].connection, records[0].connection);
    const std::string trace = proxy().trace();
    EXPECT_NE(trace.find(R"("retry_of":1,"retry_token":"new"})"), std::string::npos) << trace;
    EXPECT_NE(reported().find("1 recovered by signing in again\n"), std::string::npos)
        << reported();
}

TEST_F(SignInAgain, AnotherConnectionIsLinkedToo) {
    Wire first = arm();
    EXPECT_EQ(put(first, user_without_mfa()), 401);
    Wire second = arm();
    EXPECT_EQ(put(second, user_with_mfa()), 200);
    const auto records = proxy().records().requests(2);
    ASSERT_EQ(records.size(), 2U);
    ASSERT_TRUE(records[1].retry);
    EXPECT_EQ(records[1].retry->of, records[0].seq);
    EXPECT_NE(records[1].connection, records[0].connection);
}

TEST_F(SignInAgain, TheSameTokenAgainIsNoSignIn) {
    Wire wire = arm();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put(wire, user_without_mfa()), 401);
    const auto records = proxy().records().requests(2);
    ASSERT_EQ(records.size(), 2U);
    ASSERT_TRUE(records[1].retry);
    EXPECT_EQ(records[1].retry->token, trace::RetryToken::same);
    EXPECT_NE(reported().find("1 gave up (1 sent again with the same token)"), std::string::npos)
        << reported();
}

TEST_F(SignInAgain, ANewTokenThatIsRefusedAgainRecoversNothing) {
    Wire wire = arm();
    EXPECT_EQ(put(wire, user_without_mfa()), 401);
    const std::string renewed = authorization(
        test::claims(R"("idtyp":"user","scp":"user_impersonation","amr":["pwd"],"uti":"2")"));
    EXPECT_EQ(put(wire, renewed), 401);
    const auto records = proxy().records().requests(2);
    ASSERT_EQ(records.size(), 2U);
    ASSERT_TRUE(records[1].retry);
    EXPECT_EQ(records[1].retry->token, trace::RetryToken::fresh) << "told by the digest alone";
    EXPECT_NE(reported().find(": 1 gave up\n"), std::string::npos) << reported();
}

TEST_F(SignInAgain, TheRefusalOfArmItselfIsAnsweredAsWell) {
    settings_.mode = verdict::Mode::observe;
    upstream_.answer_with([](Wire& wire, const Message& asked) {
        const bool has_mfa = asked.value("Authorization") + "\r\n" == user_with_mfa().substr(15);
        wire.send(has_mfa ? ok() : refusal_of_arm());
        return Afterwards::next_request;
    });
    Wire wire = arm();
    EXPECT_EQ(put(wire, user_without_mfa()), 401);
    EXPECT_EQ(put(wire, user_with_mfa()), 200);
    const auto records = proxy().records().requests(2);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].refused_by, "arm");
    ASSERT_TRUE(records[1].retry);
    EXPECT_EQ(records[1].retry->of, records[0].seq);
    EXPECT_NE(reported().find("1 recovered by signing in again\n"), std::string::npos)
        << reported();
}

TEST_F(SignInAgain, AReadAndAnotherWriteAreNoRetries) {
    Wire wire = arm();
    EXPECT_EQ(put(wire, user_without_mfa()), 401);
    wire.send(request("GET", kGroup, user_with_mfa() + kId));
    EXPECT_EQ(wire.read_response().status(), 200);
    wire.send(request("DELETE", kGroup, user_with_mfa() + kId));
    EXPECT_EQ(wire.read_response("DELETE").status(), 200);
    const auto records = proxy().records().requests(3);
    ASSERT_EQ(records.size(), 3U);
    for (const auto& record : records) EXPECT_FALSE(record.retry) << record.method;
}

}  // namespace
}  // namespace armgate::tests
