// What real clients write on the wire, as it was seen: all of it is served.
#include "support/proxy_fixture.hpp"

namespace armgate::tests {
namespace {

class ClientForms : public ProxyTest {
  protected:
    /// Sends this CONNECT, then a GET over TLS; its status.
    int get_after(const std::string& connect_head) {
        Wire wire = dial();
        wire.send(connect_head);
        if (const int status = wire.read_head().status(); status != 200) return status;
        wire.start_tls(tls_options());
        wire.send(request("GET", kGroup));
        return wire.read_response().status();
    }

    int get_with(const TlsOptions& options) {
        Wire wire = dial();
        EXPECT_EQ(connect(wire, "management.azure.com:443"), 200);
        wire.start_tls(options);
        wire.send(request("GET", kGroup));
        return wire.read_response().status();
    }
};

TEST_F(ClientForms, ConnectInHttp10WithoutAnyFieldIsServed) {
    EXPECT_EQ(get_after("CONNECT management.azure.com:443 HTTP/1.0\r\n\r\n"), 200);
}

TEST_F(ClientForms, ConnectionCloseOnAConnectIsIgnored) {
    EXPECT_EQ(get_after("CONNECT management.azure.com:443 HTTP/1.1\r\n"
                        "host: management.azure.com\r\nconnection: close\r\n\r\n"),
              200);
    EXPECT_EQ(get_after("CONNECT management.azure.com:443 HTTP/1.1\r\n"
                        "Host: management.azure.com:443\r\nProxy-Connection: close\r\n\r\n"),
              200);
}

TEST_F(ClientForms, HostNamesCountWithoutCaseAndTrailingDot) {
    EXPECT_EQ(get_after("CONNECT Management.AZURE.com:443 HTTP/1.1\r\n"
                        "Host: MANAGEMENT.azure.com:443\r\n\r\n"),
              200);
    EXPECT_EQ(get_after("CONNECT management.azure.com.:443 HTTP/1.1\r\n"
                        "Host: management.azure.com.:443\r\n\r\n"),
              200);
    EXPECT_EQ(upstream_.requests().size(), 2U);
    EXPECT_EQ(upstream_.requests().at(0).value("Host"), kArm);
}

TEST_F(ClientForms, ClientsWithoutAlpnOrWithOtherProtocolsAreServed) {
    TlsOptions options = tls_options();
    for (const std::vector<std::string>& alpn :
         {std::vector<std::string>{}, {"http/1.0"}, {"h2", "http/1.1"}, {"http/1.1"}}) {
        options.alpn = alpn;
        EXPECT_EQ(get_with(options), 200);
    }
}

TEST_F(ClientForms, Tls12ClientsAreServed) {
    TlsOptions options = tls_options();
    options.max_version = TLS1_2_VERSION;
    EXPECT_EQ(get_with(options), 200);
}

TEST_F(ClientForms, MetadataWithTwoSlashesIsForwardedByteForByteWithoutToken) {
    const std::string target = "//metadata/endpoints?api-version=2022-09-01";
    Wire wire = arm();
    wire.send(request("GET", target));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().at(0).start_line(), "GET " + target + " HTTP/1.1");
    const auto records = proxy().records().requests(1);
    EXPECT_EQ(records.at(0).path, "//metadata/endpoints");
    EXPECT_EQ(records.at(0).verdict.outcome, verdict::Outcome::pass);
}

TEST_F(ClientForms, OddTargetsOfRealClientsAreForwardedByteForByte) {
    Wire wire = arm();
    for (const std::string target : {"/subscriptions/s/resourcegroups/G/?api-version=1",
                                     "/a//b%2Fc/West%20Europe?$filter=x+eq+'y'",
                                     "/subscriptions/%2Fsubscriptions%2Fx?$top=1", "/x?a=%25&b="}) {
        wire.send(request("GET", target));
        EXPECT_EQ(wire.read_response().status(), 200) << target;
        EXPECT_EQ(upstream_.requests().back().start_line(), "GET " + target + " HTTP/1.1");
    }
}

TEST_F(ClientForms, ATokenOfTwelveKilobytesPasses) {
    const std::string groups(12'000, 'g');
    const std::string token = authorization(test::claims(
        R"("idtyp":"user","scp":"user_impersonation","amr":["mfa"],"groups":[")" + groups + "\"]"));
    Wire wire = arm();
    wire.send(request("PUT", kGroup, token, "{}"));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ("Authorization: " + upstream_.requests().at(0).value("Authorization") + "\r\n",
              token);
    EXPECT_EQ(proxy().records().requests(1).at(0).verdict.clause, verdict::ClauseId::user_with_mfa);
}

TEST_F(ClientForms, AVerdictHoldsForOneRequestAndNotForItsConnection) {
    settings_.mode = verdict::Mode::enforce;
    Wire wire = arm();
    wire.send(request("PUT", kGroup, user_without_mfa(), "{}"));
    EXPECT_EQ(wire.read_response().status(), 401);
    wire.send(request("PUT", kGroup, user_with_mfa(), "{}"));
    EXPECT_EQ(wire.read_response().status(), 200);
    wire.send(request("PUT", kGroup, user_without_mfa(), "{}"));
    EXPECT_EQ(wire.read_response().status(), 401);
    wire.send(request("PUT", kGroup, service_principal(), "{}"));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().size(), 2U);
    EXPECT_EQ(proxy().records().requests(4).size(), 4U);
}

TEST_F(ClientForms, AClientHelloSentTogetherWithConnectIsServed) {
    // A ClientHello made beforehand: the whole CONNECT and the first flight in one segment.
    const certs::ContextHandle context(SSL_CTX_new(TLS_client_method()));
    const certs::SslHandle ssl(SSL_new(context.get()));
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), in, out);
    set_server_name(ssl.get(), kArm);
    SSL_connect(ssl.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    Wire wire = dial();
    wire.send("CONNECT management.azure.com:443 HTTP/1.1\r\n\r\n" +
              std::string(bytes, static_cast<std::size_t>(size)));
    EXPECT_EQ(wire.read_head().status(), 200);
    EXPECT_EQ(wire.read_exactly(1), "\x16");  // a handshake record, not an alert
}

TEST_F(ClientForms, AClientThatDoesNotTrustTheCertificateIsReported) {
    Wire wire = dial();
    wire.send("CONNECT management.azure.com:443 HTTP/1.1\r\nUser-Agent: curl/8\r\n\r\n");
    EXPECT_EQ(wire.read_head().status(), 200);
    TlsOptions options = tls_options();
    options.ca_pem = pki_.ca_pem();
    EXPECT_THROW(wire.start_tls(options), WireError);
    EXPECT_EQ(proxy().records().untrusting(1).at(0), "management.azure.com curl/8");
}

}  // namespace
}  // namespace armgate::tests
