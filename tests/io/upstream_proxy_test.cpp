// Going out through a corporate proxy: a scripted server that answers CONNECT and then plays the
// target itself.
#include "io/net/upstream_proxy.hpp"

#include "certs/context_cache.hpp"
#include "cli/options.hpp"
#include "io/system/clock.hpp"
#include "support/proxy_fixture.hpp"

namespace armgate::tests {
namespace {

class CorporateProxy : public ProxyTest {
  protected:
    CorporateProxy() : context_(std::move(*certs::make_server_context(pki_.leaf(kArm)))) {
        corporate_.converse([this](Wire& wire) { serve(wire); });
        settings_.connect_to.clear();
        settings_.upstream_proxy = io::UpstreamProxy{"127.0.0.1", corporate_.port(), {}, {}};
    }

    /// CONNECT is answered with `answer_`; then ARM over TLS, or an echo for other hosts.
    void serve(Wire& wire) {
        const Message asked = wire.read_head();
        corporate_.log(asked);
        wire.send(answer_);
        if (answer_.find(" 200 ") == std::string::npos) return;
        if (asked.start_line().find(kArm) == std::string::npos) {
            wire.send(wire.read_exactly(5));
            return;
        }
        wire.accept_tls(context_.get());
        while (!wire.read_request().head.empty()) wire.send(ok());
    }

    certs::ContextHandle context_;
    std::string answer_ = "HTTP/1.1 200 Connection established\r\n\r\n";
    ScriptedUpstream corporate_{[](Wire&) {}};
};

TEST_F(CorporateProxy, ArmIsReachedThroughIt) {
    settings_.upstream_proxy->credentials = "me:secret";
    Wire wire = arm();
    wire.send(request("GET", kGroup, service_principal()));
    EXPECT_EQ(wire.read_response().status(), 200);
    ASSERT_TRUE(corporate_.wait_for_requests(1));
    const Message asked = corporate_.requests().at(0);
    EXPECT_EQ(asked.start_line(), "CONNECT management.azure.com:443 HTTP/1.1");
    EXPECT_EQ(asked.value("Host"), "management.azure.com:443");
    EXPECT_EQ(asked.value("Proxy-Authorization"), "Basic bWU6c2VjcmV0");
}

TEST_F(CorporateProxy, TunnelsGoThroughItTooAndLoseNoByte) {
    answer_ += "early";  // a server that speaks first: its bytes come with the proxy's answer
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "other.test:443"), 200);
    wire.send("hello");
    EXPECT_EQ(wire.read_exactly(10), "earlyhello");
    EXPECT_EQ(corporate_.requests().at(0).start_line(), "CONNECT other.test:443 HTTP/1.1");
}

TEST_F(CorporateProxy, ItsOwnStatusIsWhatTheClientReads) {
    answer_ = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    Wire wire = arm();
    wire.send(request("PUT", kGroup, service_principal(), "{}"));
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.status(), 502);
    EXPECT_NE(answer.body.find("answered 407"), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("--upstream-proxy"), std::string::npos) << answer.body;
}

TEST_F(CorporateProxy, GarbageAndSilenceAreGatewayFaults) {
    answer_ = "SSH-2.0-OpenSSH\r\n\r\n";
    Wire wire = arm();
    wire.send(request("GET", kGroup, service_principal()));
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.status(), 502);
    EXPECT_NE(answer.body.find("not HTTP"), std::string::npos) << answer.body;
}

TEST_F(CorporateProxy, HostsOfNoProxyAndConnectToAreDialledDirectly) {
    settings_.upstream_proxy->no_proxy = {"127.0.0.1"};
    settings_.connect_to = {{kArm, 443, "127.0.0.1", upstream_.port()}};
    Wire wire = arm();
    wire.send(request("GET", kGroup, service_principal()));
    EXPECT_EQ(wire.read_response().status(), 200);
    ScriptedUpstream direct([](Wire& server) { server.send("hi"); });
    Wire tunnel = dial();
    ASSERT_EQ(connect(tunnel, "127.0.0.1:" + std::to_string(direct.port())), 200);
    EXPECT_EQ(tunnel.read_exactly(2), "hi");
    EXPECT_EQ(corporate_.accepted(), 0U);
}

TEST_F(CorporateProxy, ForbiddenAddressesStayForbidden) {
    Wire wire = dial();
    EXPECT_EQ(connect(wire, "169.254.169.254:443"), 403);
    EXPECT_EQ(corporate_.accepted(), 0U);
}

TEST(UpstreamProxyUrl, IsReadInEveryUsualForm) {
    const auto full = io::parse_upstream_proxy("http://me:p%40ss@proxy.corp:3128/");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->host, "proxy.corp");
    EXPECT_EQ(full->port, 3128);
    EXPECT_EQ(full->credentials, "me:p@ss");
    const auto bare = io::parse_upstream_proxy("Proxy.Corp");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->host, "proxy.corp");
    EXPECT_EQ(bare->port, 80);
    EXPECT_EQ(io::parse_upstream_proxy("http://[::1]:8080")->host, "::1");
    for (const char* url : {"", "https://proxy:443", "socks5://proxy:1080", "http://me@proxy:1",
                            "http://proxy:0", "http://proxy:70000", "http://a b:80"}) {
        SCOPED_TRACE(url);
        const auto refused = io::parse_upstream_proxy(url);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::usage);
    }
}

TEST(UpstreamProxyChoice, FollowsOptionThenEnvironmentAndNeverArmgateItself) {
    const io::tcp::endpoint listen(boost::asio::ip::make_address("127.0.0.1"), 8642);
    const wiring::Environment corporate{{"HTTPS_PROXY", "http://proxy.corp:3128"},
                                        {"NO_PROXY", "a.corp, .b.corp"}};
    const auto chosen = cli::choose_upstream_proxy("", corporate, listen);
    ASSERT_TRUE(chosen && chosen->proxy);
    EXPECT_EQ(chosen->proxy->port, 3128);
    EXPECT_TRUE(chosen->proxy->bypasses("x.b.corp"));
    EXPECT_FALSE(chosen->proxy->bypasses("management.azure.com"));
    EXPECT_FALSE(cli::choose_upstream_proxy("none", corporate, listen)->proxy);
    EXPECT_EQ(cli::choose_upstream_proxy("http://other:1", corporate, listen)->proxy->host,
              "other");

    for (const wiring::Environment& own :
         {wiring::Environment{{"HTTPS_PROXY", "http://127.0.0.1:8642"}},
          wiring::Environment{{"https_proxy", "http://u:p@localhost:1234"},
                              {"ARMGATE_ACTIVE", "1"}}}) {
        const auto ignored = cli::choose_upstream_proxy("", own, listen);
        ASSERT_TRUE(ignored);
        EXPECT_FALSE(ignored->proxy);
        EXPECT_NE(ignored->notice.find("armgate itself"), std::string::npos);
    }
    const auto bad =
        cli::choose_upstream_proxy("", {{"HTTPS_PROXY", "https://me:topsecret@p:1"}}, listen);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().detail.find("topsecret"), std::string::npos);
}

}  // namespace
}  // namespace armgate::tests
