// What is not ARM is tunnelled untouched; what is ARM never passes by that way unseen, and some
// addresses are never dialled.
#include "support/proxy_fixture.hpp"

#include <random>

namespace armgate::tests {
namespace {

std::string random_bytes(std::size_t size, unsigned seed) {
    std::mt19937 generator(seed);
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(generator());
    return out;
}

class Tunnels : public ProxyTest {
  protected:
    static std::string authority(const ScriptedUpstream& server) {
        return "127.0.0.1:" + std::to_string(server.port());
    }

    /// The answer to a CONNECT, whole.
    Message connect_answer(const std::string& authority) {
        Wire wire = dial();
        wire.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
        Message answer = wire.read_head();
        if (answer.status() != 200) wire.read_body(answer);
        return answer;
    }

    /// A port that nothing listens on just now.
    static std::uint16_t unused_port() {
        ScriptedUpstream gone([](Wire&) {});
        return gone.port();
    }

    void expect_forbidden(const std::string& authority) {
        const Message answer = connect_answer(authority);
        EXPECT_EQ(answer.status(), 403) << authority << "\n" << answer.raw;
        EXPECT_TRUE(answer.body.starts_with(R"({"error":{"code":"Forbidden","message":"armgate: )"))
            << answer.body;
    }
};

TEST_F(Tunnels, FourMegabytesEachWayAtOnceArriveAsTheyWereSent) {
    const std::string up = random_bytes(4U << 20U, 1);
    const std::string down = random_bytes(4U << 20U, 2);
    std::string received;
    ScriptedUpstream server([&](Wire& wire) {
        std::thread sender([&] {
            static_cast<void>(wire.try_send(down));
            wire.finish_sending();
        });
        received = wire.read_to_end();
        sender.join();
    });
    Wire wire = dial();
    ASSERT_EQ(connect(wire, authority(server)), 200);
    std::thread sender([&] {
        static_cast<void>(wire.try_send(up));
        wire.finish_sending();
    });
    const std::string got = wire.read_to_end();
    sender.join();
    ASSERT_TRUE(server.wait_for_end());
    EXPECT_TRUE(got == down);
    EXPECT_TRUE(received == up);
    const auto record = proxy().records().tunnels(1).at(0);
    EXPECT_EQ(record.bytes_sent, up.size());
    EXPECT_EQ(record.bytes_received, down.size());
    EXPECT_EQ(record.error, "");
    EXPECT_NE(proxy().trace().find(R"("record":"tunnel")"), std::string::npos);
}

TEST_F(Tunnels, AHalfClosedTunnelGoesOnInTheOtherDirection) {
    ScriptedUpstream server([](Wire& wire) {
        const std::string question = wire.read_to_end();
        wire.send("answer to " + question);
    });
    Wire wire = dial();
    ASSERT_EQ(connect(wire, authority(server)), 200);
    wire.send("question");
    wire.finish_sending();
    EXPECT_EQ(wire.read_to_end(), "answer to question");
    EXPECT_EQ(wire.ending(), Ending::orderly);
}

TEST_F(Tunnels, AServerThatSpeaksFirstIsHeard) {
    settings_.limits.expect_continue = std::chrono::milliseconds(100);
    ScriptedUpstream server([](Wire& wire) {
        wire.send("220 ready\r\n");
        EXPECT_EQ(wire.read_exactly(4), "EHLO");
    });
    Wire wire = dial();
    ASSERT_EQ(connect(wire, authority(server)), 200);
    EXPECT_EQ(wire.read_exactly(11), "220 ready\r\n");
    wire.send("EHLO");
    EXPECT_EQ(wire.read_to_end(), "");
}

TEST_F(Tunnels, BytesSentTogetherWithConnectArrive) {
    ScriptedUpstream server([](Wire& wire) { wire.send("got " + wire.read_exactly(5)); });
    Wire wire = dial();
    wire.send("CONNECT " + authority(server) + " HTTP/1.1\r\n\r\nearly");
    EXPECT_EQ(wire.read_head().status(), 200);
    EXPECT_EQ(wire.read_to_end(), "got early");
}

TEST_F(Tunnels, TlsToAnotherHostIsEndedByThatHostAndNotHere) {
    settings_.connect_to.push_back({"login.microsoftonline.com", 443, "127.0.0.1", 0});
    ScriptedUpstream login(pki_.leaf("login.microsoftonline.com"));
    settings_.connect_to.back().to_port = login.port();
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "login.microsoftonline.com:443"), 200);
    TlsOptions options = tls_options("login.microsoftonline.com");
    options.ca_pem = pki_.ca_pem();
    wire.start_tls(options);
    wire.send("GET / HTTP/1.1\r\nHost: login.microsoftonline.com\r\n\r\n");
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(login.requests().size(), 1U);
    wire.close();
    EXPECT_EQ(proxy().records().tunnels(1).at(0).host, "login.microsoftonline.com");
}

TEST_F(Tunnels, AClientHelloForArmInsideATunnelToAnotherNameIsCut) {
    settings_.connect_to.push_back({"other.test", 443, "127.0.0.1", upstream_.port()});
    for (const std::string name : {"management.azure.com", "MANAGEMENT.azure.com",
                                   "westeurope.management.azure.com", "management.azure.com."}) {
        Wire wire = dial();
        ASSERT_EQ(connect(wire, "other.test:443"), 200);
        TlsOptions options = tls_options(name);
        options.ca_pem.clear();
        EXPECT_THROW(wire.start_tls(options), WireError) << name;
    }
    EXPECT_EQ(upstream_.connections(), 0U);
    const auto records = proxy().records().tunnels(4);
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records.at(0).bytes_sent, 0U);
    EXPECT_NE(records.at(0).error.find("ARM host"), std::string::npos);
}

TEST_F(Tunnels, AClientHelloInPiecesIsSeenAllTheSame) {
    settings_.connect_to.push_back({"other.test", 443, "127.0.0.1", upstream_.port()});
    const certs::ContextHandle context(SSL_CTX_new(TLS_client_method()));
    const certs::SslHandle ssl(SSL_new(context.get()));
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
    set_server_name(ssl.get(), kArm);
    SSL_connect(ssl.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "other.test:443"), 200);
    for (long i = 0; i < size; ++i) {
        if (!wire.try_send({bytes + i, 1})) break;
    }
    EXPECT_EQ(wire.read_to_end(), "");
    EXPECT_EQ(proxy().records().tunnels(1).at(0).bytes_sent, 0U);
}

TEST_F(Tunnels, ConnectToAnAddressWithAnArmNameInTheHelloIsIntercepted) {
    settings_.mode = verdict::Mode::enforce;
    Wire wire = dial();
    ASSERT_EQ(connect(wire, authority(upstream_)), 200);
    wire.start_tls(tls_options());
    const std::string port = std::to_string(upstream_.port());
    const std::string head = std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + ":" +
                             port + "\r\n" + user_without_mfa() + "Content-Length: 2\r\n\r\n{}";
    wire.send(head);
    EXPECT_EQ(wire.read_response().status(), 401);
    EXPECT_EQ(upstream_.requests().size(), 0U);
    EXPECT_EQ(proxy().records().requests(1).at(0).host, kArm);
}

TEST_F(Tunnels, LinkLocalMetadataAndUnspecifiedAddressesAreNeverDialled) {
    for (const std::string address :
         {"169.254.169.254:80", "169.254.0.1:443", "[fe80::1]:443", "[::ffff:169.254.169.254]:80",
          "[::ffff:a9fe:a9fe]:80", "168.63.129.16:80", "0.0.0.0:443", "[::]:443", "224.0.0.1:443",
          "[fd00:ec2::254]:80"}) {
        expect_forbidden(address);
    }
    EXPECT_EQ(proxy().records().tunnels(10).size(), 10U);
}

TEST_F(Tunnels, OtherSpellingsOfAForbiddenAddressAreRefusedAfterResolution) {
    // What inet_aton takes, getaddrinfo resolves.
    for (const std::string address : {"2852039166:80", "0xa9fea9fe:80", "169.254.43518:80"}) {
        expect_forbidden(address);
    }
}

TEST_F(Tunnels, TheProxyItselfIsNeverDialledUnderAnyNameOfLoopback) {
    const std::string port = std::to_string(proxy().port());
    for (const std::string host :
         {"127.0.0.1:", "127.0.0.2:", "localhost:", "LOCALHOST.:", "[::1]:", "[0:0::0:1]:",
          "[::ffff:127.0.0.1]:", "[::ffff:7f00:1]:", "2130706433:", "127.1:", "127.0.1:",
          "0x7f000001:", "0x7f.1:", "0177.0.0.1:", "017700000001:", "0.0.0.0:", "0:", "[::]:"}) {
        expect_forbidden(host + port);
    }
}

TEST_F(Tunnels, TheProxyItselfIsNotDialledWhereConnectToLeadsToIt) {
    const std::uint16_t port = unused_port();
    settings_.connect_to.push_back({"other.test", 443, "localhost", port});
    settings_.listen.port(port);
    expect_forbidden("other.test:443");
}

TEST_F(Tunnels, AnotherPortOfLoopbackIsTunnelled) {
    ScriptedUpstream server([](Wire& wire) { wire.send(wire.read_exactly(4)); });
    for (const std::string host : {"127.0.0.1:", "localhost:", "127.1:", "[::ffff:127.0.0.1]:"}) {
        Wire wire = dial();
        ASSERT_EQ(connect(wire, host + std::to_string(server.port())), 200) << host;
        wire.send("ping");
        EXPECT_EQ(wire.read_exactly(4), "ping") << host;
    }
}

TEST_F(Tunnels, AHostThatIsRedirectedToAForbiddenAddressIsRefused) {
    settings_.connect_to.push_back({"other.test", 443, "169.254.169.254", 80});
    expect_forbidden("other.test:443");
}

TEST_F(Tunnels, AnUnresolvableNameOrAClosedPortIsABadGatewayThatSaysSo) {
    const Message unknown = connect_answer("no-such-host.invalid:443");
    EXPECT_EQ(unknown.status(), 502);
    EXPECT_NE(unknown.body.find("does not resolve"), std::string::npos) << unknown.body;
    const std::uint16_t closed = unused_port();
    const Message refused = connect_answer("127.0.0.1:" + std::to_string(closed));
    EXPECT_EQ(refused.status(), 502);
    EXPECT_NE(refused.body.find("cannot connect"), std::string::npos) << refused.body;
}

TEST_F(Tunnels, AnIdleTunnelEndsAtItsLimit) {
    settings_.limits.tunnel_idle = std::chrono::milliseconds(200);
    settings_.limits.expect_continue = std::chrono::milliseconds(50);
    ScriptedUpstream server([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    Wire wire = dial();
    ASSERT_EQ(connect(wire, authority(server)), 200);
    wire.send("one");
    EXPECT_EQ(wire.read_to_end(), "");
    EXPECT_TRUE(server.wait_for_end());
    EXPECT_NE(proxy().records().tunnels(1).at(0).error, "");
}

}  // namespace
}  // namespace armgate::tests
