// Enforce: what it refuses never reaches the upstream, and the refusal is ARM's, byte for byte.
#include "support/proxy_fixture.hpp"

namespace armgate::tests {
namespace {

constexpr const char* kChallenge =
    "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/"
    "authorize\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3N"
    "lbnRpYWwiOnRydWUsInZhbHVlcyI6WyJwMSJdfX19\"";

class Enforce : public ProxyTest {
  protected:
    Enforce() { settings_.mode = verdict::Mode::enforce; }

    Message ask(const std::string& method,
                const std::string& fields,
                const std::string& body = "{}") {
        Wire wire = arm();
        wire.send(request(method, kGroup, fields, method == "GET" ? "" : body));
        return wire.read_response();
    }

    static std::string expired_token() {
        return "Authorization: " +
               test::bearer(
                   R"({"aud":"https://management.azure.com/","exp":1600000000,"idtyp":"app"})") +
               "\r\n";
    }
};

TEST_F(Enforce, AWriteOfAUserWithoutMfaGetsArmsOwnRefusal) {
    const Message answer = ask("PUT", user_without_mfa());
    EXPECT_EQ(answer.start_line(), "HTTP/1.1 401 Unauthorized");
    EXPECT_NE(answer.head.find(std::string("\r\nWWW-Authenticate: ") + kChallenge + "\r\n"),
              std::string::npos)
        << answer.head;
    EXPECT_EQ(answer.values("WWW-Authenticate").size(), 1U);
    EXPECT_EQ(answer.value("x-armgate-verdict"), "user-without-mfa");
    EXPECT_TRUE(
        answer.body.starts_with(R"({"error":{"code":"RequestDisallowedByAzure","target":"demo",)"))
        << answer.body;
    EXPECT_EQ(upstream_.accepted(), 0U);
    const auto record = proxy().records().requests(1).at(0);
    EXPECT_EQ(record.action, trace::Action::refused);
    EXPECT_EQ(record.status, 401U);
    EXPECT_EQ(record.policy, "sys.mfa-write");
    EXPECT_EQ(record.request_id, answer.value("x-ms-request-id"));
}

TEST_F(Enforce, ThePolicyRefusalNamesTheAssignmentAtTheResourcesSubscription) {
    settings_.refusal = arm::RefusalStyle::policy;
    const Message answer = ask("PUT", user_without_mfa());
    EXPECT_EQ(answer.status(), 401);
    EXPECT_TRUE(
        answer.body.starts_with(R"({"error":{"code":"RequestDisallowedByPolicy","target":"demo",)"))
        << answer.body;
    const std::string scope =
        R"("policyAssignmentScope":"/subscriptions/11111111-2222-3333-4444-555555555555")";
    EXPECT_NE(answer.body.find(scope), std::string::npos) << answer.body;
    EXPECT_NE(proxy().records().requests(1).at(0).policy.find("4e6c27d5"), std::string::npos);
}

TEST_F(Enforce, TheSameWriteIsForwardedInObserveAndRecordedAsAFailure) {
    settings_.mode = verdict::Mode::observe;
    EXPECT_EQ(ask("PUT", user_without_mfa()).status(), 200);
    const auto record = proxy().records().requests(1).at(0);
    EXPECT_EQ(record.verdict.outcome, verdict::Outcome::fail);
    EXPECT_EQ(record.action, trace::Action::forwarded);
}

TEST_F(Enforce, ReadsAndCallersWithMfaAndServicePrincipalsPass) {
    EXPECT_EQ(ask("GET", user_without_mfa()).status(), 200);
    EXPECT_EQ(ask("PUT", user_with_mfa()).status(), 200);
    EXPECT_EQ(ask("DELETE", service_principal()).status(), 200);
    EXPECT_EQ(upstream_.requests().size(), 3U);
    EXPECT_EQ(upstream_.requests().at(1).value("Authorization") + "\r\n",
              user_with_mfa().substr(15));
}

TEST_F(Enforce, ARefusedWriteWithASmallBodyLeavesTheConnectionUsable) {
    Wire wire = arm();
    for (int i = 0; i < 3; ++i) {
        wire.send(request("PUT", kGroup, user_without_mfa(), std::string(50'000, 'x')));
        EXPECT_EQ(wire.read_response().status(), 401);
    }
    wire.send(std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" +
              user_without_mfa() + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    EXPECT_EQ(wire.read_response().status(), 401);
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().size(), 1U);
}

TEST_F(Enforce, ARefusedWriteWithALargeBodyStillShowsItsAnswer) {
    // Clients that send all of it before they read, as Python's do: ARM takes 4 MiB at most.
    for (const std::size_t size : {std::size_t{3} << 20U, std::size_t{4} << 20U}) {
        Wire wire = arm();
        wire.send(request("PUT", kGroup, user_without_mfa(), std::string(size, 'x')));
        const Message answer = wire.read_response();
        EXPECT_EQ(answer.status(), 401);
    }
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(Enforce, ARefusedWriteWithExpectGetsNoContinue) {
    Wire wire = arm();
    wire.send(std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" +
              user_without_mfa() + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.status(), 401);
    EXPECT_EQ(answer.value("Connection"), "close");
    EXPECT_EQ(wire.read_to_end(), "");
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(Enforce, AnUnusableTokenGetsTheOrdinary401AndNotTheChallenge) {
    for (const std::string& field :
         {std::string("Authorization: Bearer nonsense\r\n"),
          std::string("Authorization: Basic eDp5\r\n"), expired_token()}) {
        const Message answer = ask("PUT", field);
        EXPECT_EQ(answer.status(), 401) << field;
        EXPECT_NE(answer.value("WWW-Authenticate").find("error=\"invalid_token\""),
                  std::string::npos);
        EXPECT_EQ(answer.head.find("insufficient_claims"), std::string::npos);
        EXPECT_EQ(answer.value("x-armgate-verdict"), "unusable-token");
    }
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(Enforce, TwoAuthorizationFieldsNeverPass) {
    const Message answer = ask("PUT", user_with_mfa() + service_principal());
    EXPECT_EQ(answer.status(), 401);
    EXPECT_EQ(answer.value("x-armgate-verdict"), "unknown-identity");
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(Enforce, WithoutATokenArmAnswersItself) {
    EXPECT_EQ(ask("PUT", "").status(), 200);
    EXPECT_EQ(proxy().records().requests(1).at(0).verdict.clause, verdict::ClauseId::no_token);
}

TEST_F(Enforce, UncertainBlockHoldsActionsBackAndForwardLetsDoubtfulCallersOut) {
    settings_.uncertain = verdict::UncertainPolicy::block;
    EXPECT_EQ(ask("POST", user_without_mfa()).status(), 401);
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(Enforce, UncertainForwardLetsAnUnknownCallerOut) {
    settings_.uncertain = verdict::UncertainPolicy::forward;
    const std::string unknown =
        authorization(test::claims(R"("idtyp":"device","scp":"user_impersonation")"));
    EXPECT_EQ(ask("PUT", unknown).status(), 200);
    EXPECT_EQ(ask("PUT", user_without_mfa()).status(), 401);  // certain: never let out
    EXPECT_EQ(upstream_.requests().size(), 1U);
}

TEST_F(Enforce, UncertainByCauseRefusesAnUnknownCallerAndForwardsAnAction) {
    const std::string unknown =
        authorization(test::claims(R"("idtyp":"device","scp":"user_impersonation")"));
    EXPECT_EQ(ask("PUT", unknown).value("x-armgate-verdict"), "unknown-identity");
    EXPECT_EQ(ask("POST", user_without_mfa()).status(), 200);
    EXPECT_EQ(upstream_.requests().size(), 1U);
}

TEST_F(Enforce, AClientsCorrelationIdComesBackAndCannotAddAField) {
    const Message answer =
        ask("PUT", user_without_mfa() + "x-ms-correlation-request-id: abc-1\r\n");
    EXPECT_EQ(answer.value("x-ms-correlation-request-id"), "abc-1");
}

// --- the upstream's certificate
// -------------------------------------------------------------------

class UpstreamCertificate : public ProxyTest {
  protected:
    /// What a client gets where the upstream shows a leaf with this fault.
    Message ask_behind(Fault fault) {
        ScriptedUpstream faulty(pki_.leaf(kArm, fault));
        settings_.connect_to = {{kArm, 443, "127.0.0.1", faulty.port()}};
        TestProxy proxy(settings_, pki_.ca_pem(), false);
        Wire wire = Wire::connect(proxy.port());
        EXPECT_EQ(connect(wire, "management.azure.com:443"), 200);
        wire.start_tls({kArm, {"http/1.1"}, proxy.ca_pem(), 0});
        wire.send(request("PUT", kGroup, user_with_mfa(), "{}"));
        const Message answer = wire.read_response();
        EXPECT_EQ(faulty.requests().size(), 0U) << "bytes of a request were sent";
        EXPECT_EQ(proxy.records().requests(1).at(0).action, trace::Action::failed);
        return answer;
    }

    void expect_rejected(Fault fault, const std::string& reason) {
        const Message answer = ask_behind(fault);
        EXPECT_EQ(answer.status(), 502);
        EXPECT_TRUE(
            answer.body.starts_with(R"({"error":{"code":"BadGateway","message":"armgate: )"));
        EXPECT_NE(answer.body.find(reason), std::string::npos) << answer.body;
        EXPECT_TRUE(answer.body.ends_with(".\"}}") && !answer.body.ends_with("..\"}}"))
            << answer.body;
    }
};

TEST_F(UpstreamCertificate, ExpiredIsABadGateway) {
    expect_rejected(Fault::expired, "expired");
}
TEST_F(UpstreamCertificate, NotYetValidIsABadGateway) {
    expect_rejected(Fault::not_yet_valid, "not valid yet");
}
TEST_F(UpstreamCertificate, AnotherNameIsABadGateway) {
    expect_rejected(Fault::wrong_name, "name");
}
TEST_F(UpstreamCertificate, ACommonNameAloneIsABadGateway) {
    expect_rejected(Fault::common_name_only, "name");
}
TEST_F(UpstreamCertificate, SelfSignedIsABadGateway) {
    expect_rejected(Fault::self_signed, "sign");
}
TEST_F(UpstreamCertificate, AClientsCertificateIsABadGateway) {
    expect_rejected(Fault::client_only, "");
}
TEST_F(UpstreamCertificate, ANulInTheNameIsABadGateway) {
    expect_rejected(Fault::nul_in_name, "");
}

TEST_F(UpstreamCertificate, AnUnknownRootNamesTheOptionThatHelps) {
    const TestPki other(now());
    ScriptedUpstream upstream(other.leaf(kArm));
    settings_.connect_to = {{kArm, 443, "127.0.0.1", upstream.port()}};
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.status(), 502);
    EXPECT_NE(answer.body.find("--upstream-ca"), std::string::npos) << answer.body;
    EXPECT_EQ(upstream.requests().size(), 0U);
}

TEST_F(UpstreamCertificate, AnUpstreamWithoutTlsIsABadGateway) {
    ScriptedUpstream plain([](Wire& wire) {
        static_cast<void>(wire.read_some());
        wire.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    settings_.connect_to = {{kArm, 443, "127.0.0.1", plain.port()}};
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().status(), 502);
}

TEST_F(UpstreamCertificate, AHandshakeThatNeverEndsIsAGatewayTimeout) {
    ScriptedUpstream silent([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    settings_.connect_to = {{kArm, 443, "127.0.0.1", silent.port()}};
    settings_.limits.upstream_tls = std::chrono::milliseconds(200);
    Wire wire = arm();
    wire.send(request("PUT", kGroup));
    EXPECT_EQ(wire.read_response().status(), 504);
    EXPECT_EQ(silent.accepted(), 1U);
}

// --- proxy credentials
// ----------------------------------------------------------------------------

class ProxyCredentials : public ProxyTest {
  protected:
    ProxyCredentials() { settings_.proxy_auth = "armgate:secret"; }

    static std::string connect_with(const std::string& fields) {
        return "CONNECT management.azure.com:443 HTTP/1.1\r\nHost: management.azure.com\r\n" +
               fields + "\r\n";
    }
};

TEST_F(ProxyCredentials, WithoutOrWithOthersTheAnswerIs407) {
    for (const std::string field :
         {"", "Proxy-Authorization: Basic YXJtZ2F0ZTp3cm9uZw==\r\n",
          "Proxy-Authorization: Basic\r\n", "Proxy-Authorization: Bearer YXJtZ2F0ZTpzZWNyZXQ=\r\n",
          "Proxy-Authorization: Basic YXJtZ2F0ZTpzZWNyZXQ=\r\nProxy-Authorization: Basic x\r\n"}) {
        Wire wire = dial();
        wire.send(connect_with(field));
        const Message answer = wire.read_response();
        EXPECT_EQ(answer.status(), 407) << field;
        EXPECT_EQ(answer.value("Proxy-Authenticate"), "Basic realm=\"armgate\"");
    }
}

TEST_F(ProxyCredentials, WithThemTheRequestIsServedAndTheyStayHere) {
    Wire wire = dial();
    wire.send(connect_with(""));
    EXPECT_EQ(wire.read_response().status(), 407);
    // On the same connection, as curl does it.
    wire.send(connect_with("Proxy-Authorization: basic YXJtZ2F0ZTpzZWNyZXQ=\r\n"));
    EXPECT_EQ(wire.read_head().status(), 200);
    wire.start_tls(tls_options());
    wire.send(request("GET", kGroup, "Proxy-Authorization: Basic YXJtZ2F0ZTpzZWNyZXQ=\r\n"));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_FALSE(upstream_.requests().at(0).has("Proxy-Authorization"));
}

TEST_F(ProxyCredentials, GuessesOnOneConnectionEnd) {
    Wire wire = dial();
    for (int i = 0; i < 10; ++i) {
        if (!wire.try_send(connect_with("Proxy-Authorization: Basic eDp5\r\n"))) break;
    }
    const std::string all = wire.read_to_end();
    EXPECT_LE(all.size(), 3 * std::string_view("HTTP/1.1 407 Proxy Authentication Required\r\n"
                                               "Proxy-Authenticate: Basic realm=\"armgate\"\r\n"
                                               "Content-Length: 0\r\n\r\n")
                                  .size());
}

}  // namespace
}  // namespace armgate::tests
