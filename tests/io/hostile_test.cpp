// Clients that are broken or mean it: answered with the reason where one can be given, closed, and
// nothing of it reaches the upstream.
#include "core/base/text.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

namespace armgate::tests {
namespace {

class Hostile : public ProxyTest {
  protected:
    /// What a plain connection gets for these bytes, up to its end.
    std::string say_plainly(const std::string& bytes) {
        Wire wire = dial();
        static_cast<void>(wire.try_send(bytes));
        return wire.read_to_end();
    }

    /// What an intercepted connection gets for these bytes, up to its end, followed by a request
    /// that must not be served.
    std::string say_to_arm(const std::string& bytes) {
        Wire wire = arm();
        static_cast<void>(wire.try_send(bytes));
        static_cast<void>(wire.try_send(request("GET", "/smuggled")));
        return wire.read_to_end();
    }

    void expect_refused(const std::string& bytes, const std::string& status) {
        const std::string answer = say_to_arm(bytes);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + status)) << bytes << "\n->\n" << answer;
        EXPECT_NE(answer.find("x-armgate-verdict: not-forwardable\r\n"), std::string::npos)
            << answer;
        EXPECT_EQ(answer.find("HTTP/1.1 2", 8), std::string::npos) << "answered twice: " << bytes;
    }

    static std::string put(const std::string& fields, const std::string& body = "") {
        return std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + fields +
               "\r\n" + body;
    }
};

TEST_F(Hostile, AMalformedConnectIsABadRequest) {
    for (const std::string line :
         {"CONNECT management.azure.com HTTP/1.1", "CONNECT management.azure.com:0 HTTP/1.1",
          "CONNECT management.azure.com:65536 HTTP/1.1", "CONNECT :443 HTTP/1.1",
          "CONNECT u@management.azure.com:443 HTTP/1.1",
          "CONNECT https://management.azure.com/ HTTP/1.1",
          "CONNECT management.azure.com:443/x HTTP/1.1", "CONNECT /x HTTP/1.1",
          "CONNECT management.azure.com:+443 HTTP/1.1", "CONNECT a..b:443 HTTP/1.1",
          "CONNECT management.azure.com:443 HTTP/2.0", "CONNECT management.azure.com:443",
          "CONNECT  management.azure.com:443 HTTP/1.1"}) {
        const std::string answer = say_plainly(line + "\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << line << "\n" << answer;
        EXPECT_NE(answer.find(R"({"error":{"code":"BadRequest","message":"armgate: )"),
                  std::string::npos);
    }
}

TEST_F(Hostile, AConnectWhoseHostDisagreesOrThatHasABodyIsABadRequest) {
    for (const std::string fields :
         {"Host: other.test\r\n", "Host: management.azure.com\r\nHost: management.azure.com\r\n",
          "Host: management.azure.com:444\r\n", "Content-Length: 5\r\n",
          "Transfer-Encoding: chunked\r\n"}) {
        const std::string answer = say_plainly("CONNECT management.azure.com:443 HTTP/1.1\r\n" +
                                               std::string(fields) + "\r\n");
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << fields << "\n" << answer;
    }
}

TEST_F(Hostile, PlainHttpIsRefusedWithTheReason) {
    const std::string answer = say_plainly(
        "GET http://management.azure.com/x HTTP/1.1\r\n"
        "Host: management.azure.com\r\n" +
        user_with_mfa() + "\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
    EXPECT_NE(answer.find("a token would go out in the clear"), std::string::npos);
    const std::string direct = say_plainly("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    EXPECT_TRUE(direct.starts_with("HTTP/1.1 400 ")) << direct;
    EXPECT_NE(direct.find("HTTPS_PROXY"), std::string::npos);
}

TEST_F(Hostile, WhatIsRefusedBeforeATunnelIsRecordedWithoutItsSecrets) {
    static_cast<void>(
        say_plainly("PUT http://u:pw@management.azure.com/x?sig=s3cret HTTP/1.1\r\n"
                    "Host: management.azure.com\r\nUser-Agent: curl/8.1\r\n" +
                    user_without_mfa() + "\r\n"));
    static_cast<void>(say_plainly("CONNECT u:pw@management.azure.com:443 HTTP/1.1\r\n\r\n"));
    static_cast<void>(say_plainly("CONNECT management.azure.com:443 HTTP/1.1\r\nX : y\r\n\r\n"));
    const auto records = proxy().records().requests(3);
    for (const trace::RequestRecord& record : records) {
        EXPECT_EQ(record.action, trace::Action::refused);
        EXPECT_EQ(record.verdict.clause, verdict::ClauseId::not_forwardable);
        EXPECT_EQ(record.host, "management.azure.com");
        EXPECT_EQ(record.query, "");
    }
    EXPECT_EQ(records.at(0).method, "PUT");
    EXPECT_EQ(records.at(0).path, "/x");
    EXPECT_EQ(records.at(0).tool.tool, "curl");
    EXPECT_EQ(records.at(0).identity.kind, identity::IdentityKind::user);
    EXPECT_EQ(records.at(0).status, 403U);
    EXPECT_TRUE(records.at(0).error.starts_with("plain_http: ")) << records.at(0).error;
    EXPECT_EQ(records.at(1).method, "CONNECT");
    EXPECT_EQ(records.at(1).status, 400U);
    EXPECT_TRUE(records.at(1).error.starts_with("bad_target: ")) << records.at(1).error;
    EXPECT_EQ(records.at(2).method, "CONNECT");
    EXPECT_TRUE(records.at(2).error.starts_with("bad_field: ")) << records.at(2).error;
    EXPECT_EQ(proxy().trace().find("u:pw"), std::string::npos) << proxy().trace();
    EXPECT_EQ(proxy().trace().find("s3cret"), std::string::npos) << proxy().trace();
}

TEST_F(Hostile, GarbageInsteadOfAConnectIsAnsweredAndClosed) {
    for (const std::string& bytes :
         {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string("\r\n\r\n"),
          std::string("\0\0\0\0\r\n\r\n", 8), std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
        const std::string answer = say_plainly(bytes);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    }
    // Only what begins a request has a record: of these, the last.
    EXPECT_THAT(proxy().trace(), testing::HasSubstr(R"("method":"PRI")"));
    EXPECT_THAT(proxy().trace(), testing::Not(testing::HasSubstr(R"("method":"")")));
}

TEST_F(Hostile, PlainHttpForAnotherHostIsOnRecordAndCountsNowhere) {
    const std::string answer =
        say_plainly("POST http://other.test/x HTTP/1.1\r\nHost: other.test\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
    EXPECT_THAT(proxy().trace(), testing::HasSubstr(R"("host":"other.test")"));
    static_cast<void>(say_plainly(
        "GET http://management.azure.com/ HTTP/1.1\r\nHost: management.azure.com\r\n\r\n"));
    const auto records = proxy().records().requests(1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records.at(0).host, "management.azure.com");
}

TEST_F(Hostile, GarbageInsteadOfTlsClosesThatConnectionAlone) {
    for (const std::string bytes :
         {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff garbage", "\x80"}) {
        Wire wire = dial();
        ASSERT_EQ(connect(wire, "management.azure.com:443"), 200);
        wire.send(bytes);
        wire.finish_sending();
        static_cast<void>(wire.read_to_end());
    }
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().status(), 200);
}

TEST_F(Hostile, AnotherNameInTheHelloGetsNoCertificate) {
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "management.azure.com:443"), 200);
    TlsOptions options = tls_options("other.test");
    options.ca_pem.clear();
    EXPECT_THROW(wire.start_tls(options), WireError);
}

TEST_F(Hostile, OldTlsIsRefused) {
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "management.azure.com:443"), 200);
    TlsOptions options = tls_options();
    options.max_version = TLS1_1_VERSION;
    EXPECT_THROW(wire.start_tls(options), WireError);
}

TEST_F(Hostile, FramingFaultsAreRefusedAndNothingReachesTheUpstream) {
    const std::vector<std::string> faults{
        put("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        put("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"),
        put("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        put("Transfer-Encoding: xchunked\r\n"),
        put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        put("Transfer-Encoding: identity\r\nContent-Length: 2\r\n", "{}"),
        put("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
        put("Content-Length: 2, 2\r\n", "{}"),
        put("Content-Length: 02\r\n", "{}"),
        put("Content-Length: +2\r\n", "{}"),
        put("Content-Length: -2\r\n", "{}"),
        put("Content-Length: 0x2\r\n", "{}"),
        put("Content-Length: 99999999999999999999\r\n"),
        put("Content-Length : 2\r\n", "{}"),
        put("Content-Length:\r\n"),
        put("X: a\r\n Content-Length: 2\r\n"),
        put("X: a\rContent-Length: 2\r\n"),
        put("X: a\nContent-Length: 2\r\n"),
        put(std::string("X: a\0b\r\n", 8)),
        put(": no name\r\n"),
        put("no colon\r\n"),
        put("Connection: Authorization\r\n" + user_with_mfa()),
        put("Connection: Content-Length\r\nContent-Length: 2\r\n", "{}"),
        std::string("PUT ") + kGroup + " HTTP/1.0\r\nHost: " + kArm +
            "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /x HTTP/1.1\r\n\r\n",
        "PUT /x HTTP/1.1\r\nHost: management.azure.com\r\nHost: management.azure.com\r\n\r\n",
        "PUT /x\r\n\r\n",
        "PUT  /x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "PUT /x y HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "\r\nPUT /x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "PUT /x HTTP/1.1\nHost: management.azure.com\n\n\r\n\r\n",
        "PUT /a\\b HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "PUT /a#b HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "PUT /a%00b HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "PUT /\xc3\xa4 HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "PUT x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "PUT http://management.azure.com/x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
        "CONNECT management.azure.com:443 HTTP/1.1\r\nHost: management.azure.com\r\n\r\n"};
    for (const std::string& fault : faults) expect_refused(fault, "400 ");
    EXPECT_EQ(upstream_.accepted(), 0U);
    const auto records = proxy().records().requests(faults.size());
    ASSERT_EQ(records.size(), faults.size());
    for (const auto& record : records) {
        EXPECT_EQ(record.action, trace::Action::refused);
        EXPECT_EQ(record.verdict.clause, verdict::ClauseId::not_forwardable);
        EXPECT_NE(record.error, "");
    }
}

TEST_F(Hostile, AChunkThatIsNoneIsRefusedAndTheUpstreamsConnectionCut) {
    for (const std::string chunk :
         {"zz\r\n", "-1\r\nx\r\n", "+1\r\nx\r\n", "0x1\r\nx\r\n", "1\nx\r\n", "1\r\nxx\r\n",
          "fffffffffffffffff\r\nx\r\n", "1;a=\"\n\"\r\nx\r\n"}) {
        const std::string answer =
            say_to_arm(put("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n" + std::string(chunk)));
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << chunk << "\n" << answer;
        EXPECT_EQ(answer.find("HTTP/1.1 2", 8), std::string::npos) << answer;
    }
    EXPECT_EQ(upstream_.requests().size(), 0U);  // none of them was ever whole
    const auto records = proxy().records().requests(8);
    ASSERT_EQ(records.size(), 8U);
    for (const auto& record : records) {
        EXPECT_EQ(record.action, trace::Action::refused);
        EXPECT_EQ(record.verdict.clause, verdict::ClauseId::not_forwardable);
    }
}

TEST_F(Hostile, AnotherHostInsideAnInterceptedConnectionIsMisdirected) {
    for (const std::string bytes :
         {"PUT /x HTTP/1.1\r\nHost: other.test\r\n\r\n",
          "PUT /x HTTP/1.1\r\nHost: management.azure.com:444\r\n\r\n",
          "PUT /x HTTP/1.1\r\nHost: westeurope.management.azure.com\r\n\r\n",
          "PUT https://other.test/x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n",
          "PUT https://management.azure.com/x HTTP/1.1\r\nHost: other.test\r\n\r\n",
          "PUT https://u@management.azure.com/x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n"}) {
        expect_refused(bytes, "421 ");
    }
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(Hostile, AnAbsoluteTargetThatAgreesIsForwardedInOriginForm) {
    Wire wire = arm();
    wire.send(
        "GET https://Management.azure.com:443/x?y HTTP/1.1\r\nHost: management.azure.com\r\n\r\n");
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().at(0).start_line(), "GET /x?y HTTP/1.1");
}

TEST_F(Hostile, UnknownMethodsAndMethodOverridesAreRefusedInObserveToo) {
    for (const std::string method : {"put", "Put", "PUTX", "TRACE", "PROPFIND", "MERGE", "G-E-T"}) {
        expect_refused(method + " /x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n", "400 ");
    }
    for (const std::string field :
         {"X-HTTP-Method-Override", "x-http-method", "X-Method-Override"}) {
        expect_refused(
            "GET /x HTTP/1.1\r\nHost: management.azure.com\r\n" + field + ": DELETE\r\n\r\n",
            "400 ");
    }
    EXPECT_EQ(upstream_.accepted(), 0U);
    const auto records = proxy().records().requests(10);
    ASSERT_EQ(records.size(), 10U);
    for (const auto& record : records) {
        EXPECT_EQ(record.action, trace::Action::refused);
        EXPECT_EQ(record.verdict.clause, verdict::ClauseId::not_forwardable);
    }
    EXPECT_NE(proxy().trace().find(R"("clause":"not-forwardable")"), std::string::npos);
}

TEST_F(Hostile, AHeadThatComesTooSlowlyIsTimedOut) {
    settings_.limits.client_head = std::chrono::milliseconds(150);
    Wire wire = arm();
    wire.send("GET /x HTTP/1.1\r\nHost: manage");
    EXPECT_EQ(wire.read_response().status(), 408);
    Wire plain = dial();
    plain.send("CONNECT management.az");
    EXPECT_TRUE(plain.read_to_end().starts_with("HTTP/1.1 408 "));
    Wire silent = dial();  // a handshake that does not come
    ASSERT_EQ(connect(silent, "management.azure.com:443"), 200);
}

TEST_F(Hostile, SilentClientsAreClosedAtTheirLimits) {
    settings_.limits.client_tls = std::chrono::milliseconds(150);
    settings_.limits.client_idle = std::chrono::milliseconds(150);
    Wire silent = dial();
    ASSERT_EQ(connect(silent, "management.azure.com:443"), 200);
    EXPECT_EQ(silent.read_to_end(), "");
    Wire idle = arm();
    idle.send(request("GET", kGroup));
    EXPECT_EQ(idle.read_response().status(), 200);
    EXPECT_EQ(idle.read_to_end(), "");
}

TEST_F(Hostile, AnOversizedHeadIsRefusedWithItsOwnStatus) {
    expect_refused(put("X: " + std::string(70'000, 'x') + "\r\n"), "431 ");
    const std::string answer = say_plainly(
        "CONNECT management.azure.com:443 HTTP/1.1\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(Hostile, AClientThatStallsInItsBodyIsCutAndRecorded) {
    settings_.limits.body_progress = std::chrono::milliseconds(200);
    Wire wire = arm();
    wire.send(put("Content-Length: 10\r\n", "half"));
    static_cast<void>(wire.read_to_end());
    const auto record = proxy().records().requests(1).at(0);
    EXPECT_EQ(record.action, trace::Action::failed);
    EXPECT_NE(record.error.find("timed_out"), std::string::npos) << record.error;
    EXPECT_EQ(upstream_.requests().size(), 0U);
}

TEST_F(Hostile, ClientsThatLeaveInTheMiddleHarmNoOne) {
    for (int i = 0; i < 20; ++i) {
        Wire wire = arm();
        wire.send(
            put("Content-Length: 1000\r\n", std::string(static_cast<std::size_t>(i) * 40, 'x')));
        i % 2 == 0 ? wire.reset() : wire.close();
    }
    EXPECT_EQ(proxy().records().requests(20).size(), 20U);
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().status(), 200);
}

TEST_F(Hostile, ARefusedRequestKeepsItsPathInTheTraceAndNoSecret) {
    const std::string path = "/subscriptions/s/resourceGroups/g";
    const std::string target = path + "?api-version=1&sig=CANARY&code=CANARY";
    const std::string host = std::string("Host: ") + kArm + "\r\n";
    const std::string heads[] = {
        "PUT " + target + " HTTP/1.1\r\n" + host + host,
        "put " + target + " HTTP/1.1\r\n" + host,
        "PUT " + target + " HTTP/1.1\r\n" + host + "X-HTTP-Method-Override: GET\r\n",
        "PUT " + target + " HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n",
        "PUT " + target + " HTTP/1.1\r\n" + host + "Bad Field: x\r\n",
        "PUT " + target + " HTTP/1.1\r\n" + host + "Expect: CANARY\r\n",
        "PUT " + path + "#access_token=CANARY HTTP/1.1\r\n" + host,
        "PUT https://CANARY:CANARY@other.test" + target + " HTTP/1.1\r\n" + host,
        "PUT https://user:CANARY@management.azure.com" + target + " HTTP/1.1\r\n" + host};
    for (const std::string& head : heads) {
        EXPECT_NE(say_to_arm(head + "\r\n").find("not-forwardable"), std::string::npos) << head;
    }
    const auto records = proxy().records().requests(std::size(heads));
    ASSERT_EQ(records.size(), std::size(heads));
    for (std::size_t i = 0; i < records.size(); ++i) {
        SCOPED_TRACE(heads[i]);
        EXPECT_EQ(records[i].path, path);
        EXPECT_EQ(base::to_lower(records[i].method), "put");
        EXPECT_EQ(records[i].verdict.clause, verdict::ClauseId::not_forwardable);
    }
    EXPECT_EQ(proxy().trace().find("CANARY"), std::string::npos) << proxy().trace();
}

TEST_F(Hostile, NoTokenEverReachesTheTrace) {
    const std::string field = user_with_mfa();
    const std::string token = field.substr(22, field.size() - 24);
    const std::string signature = token.substr(token.rfind('.') + 1);
    Wire wire = arm();
    wire.send(request("PUT", "/x/" + token + "?sig=" + signature,
                      field + "Cookie: " + signature + "\r\n"));
    EXPECT_EQ(wire.read_response().status(), 200);
    static_cast<void>(say_to_arm("PUT /x#" + token + " HTTP/1.1\r\nHost: management.azure.com\r\n" +
                                 field + "\r\n"));
    static_cast<void>(say_to_arm(token + " " + token + " HTTP/1.1\r\n" + token + "\r\n\r\n"));
    EXPECT_EQ(proxy().records().requests(3).size(), 3U);
    EXPECT_EQ(proxy().trace().find(signature), std::string::npos) << proxy().trace();
}

}  // namespace
}  // namespace armgate::tests
