#include "certs/upstream_context.hpp"

#include "certs/bundle.hpp"
#include "certs/context_cache.hpp"
#include "certs/x509_parts.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace armgate::certs {
namespace {

using tests::Fault;
using tests::Handshake;
using tests::shake_hands;
using tests::spill;
using tests::TemporaryFolder;
using tests::TestPki;

constexpr const char* kHost = "management.azure.com";

struct Attempt {
    bool done;
    std::string text;
};

/// A handshake of `context` for `host` with a server that shows `leaf`.
Attempt attempt(SSL_CTX* context, const Leaf& leaf, const std::string& host = kHost) {
    const auto server_context = tests::plain_server_context(leaf);
    const SslHandle server(SSL_new(server_context.get()));
    const auto client = make_upstream_ssl(context, host);
    EXPECT_TRUE(client);
    const Handshake outcome = shake_hands(client->get(), server.get());
    return {outcome.done, verify_failure_text(client->get())};
}

TEST(UpstreamContext, AcceptsAGoodCertificateAndSaysWhichCheckAnotherFails) {
    const TestPki pki(tests::now());
    const auto context = make_upstream_context({}, nullptr, {pki.ca_pem()});
    ASSERT_TRUE(context) << context.error().detail;
    const struct {
        Fault fault;
        bool accepted;
        const char* says;
    } cases[] = {
        {Fault::none, true, ""},
        {Fault::wildcard, true, ""},
        {Fault::expired, false, "expired"},
        {Fault::not_yet_valid, false, "not valid yet"},
        {Fault::wrong_name, false, "another name (expected management.azure.com)"},
        {Fault::common_name_only, false, "another name (expected management.azure.com)"},
        {Fault::nul_in_name, false, "another name (expected management.azure.com)"},
        {Fault::self_signed, false, "self-signed"},
        {Fault::client_only, false, "not meant for a server"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.says);
        const Attempt made = attempt(context->get(), pki.leaf(kHost, c.fault));
        EXPECT_EQ(made.done, c.accepted);
        if (!c.accepted) {
            EXPECT_NE(made.text.find(c.says), std::string::npos) << made.text;
        }
    }
}

TEST(UpstreamContext, AnUnknownIssuerPointsAtTheInspectingProxy) {
    const TestPki pki(tests::now());
    const TestPki company(tests::now());
    const auto context = make_upstream_context({}, nullptr, {pki.ca_pem()});
    const Attempt made = attempt(context->get(), company.leaf(kHost));
    EXPECT_FALSE(made.done);
    EXPECT_NE(made.text.find("unknown issuer"), std::string::npos) << made.text;
    EXPECT_NE(made.text.find("'Test root'"), std::string::npos) << made.text;
    EXPECT_NE(made.text.find("--upstream-ca FILE"), std::string::npos) << made.text;
}

TEST(UpstreamContext, TheIssuersNameIsQuotedWithoutWhatCouldDoHarm) {
    const TestPki pki(tests::now());
    const auto context = make_upstream_context({}, nullptr, {pki.ca_pem()});
    const KeyHandle key = make_p256_key();
    const X509Handle ca = begin_certificate(
        key.get(), {tests::now() - std::chrono::hours(1), tests::now() + std::chrono::hours(1)});
    const std::string hostile = "a\r\nX: <b>'\"\x1B[31m" + std::string(40, 'x');
    ASSERT_TRUE(add_name_part(X509_get_subject_name(ca.get()), NID_commonName, hostile));
    ASSERT_TRUE(add_subject_key_id(ca.get()));
    ASSERT_GT(X509_sign(ca.get(), key.get(), EVP_sha256()), 0);
    const auto leaf = tests::forge_leaf(ca.get(), key.get(), kHost, Fault::none, tests::now());
    const std::string text = attempt(context->get(), leaf).text;
    EXPECT_NE(text.find("'a??X: ?b????[31mxxx"), std::string::npos) << text;
    for (const char c : text) EXPECT_TRUE(c >= ' ' && c < '\x7F');
}

TEST(UpstreamContext, AddressesAreCheckedAgainstTheAddressesOfTheSan) {
    const TestPki pki(tests::now());
    const auto context = make_upstream_context({}, nullptr, {pki.ca_pem()});
    const Attempt made = attempt(context->get(), pki.leaf("127.0.0.1"), "127.0.0.1");
    EXPECT_FALSE(made.done);
    EXPECT_NE(made.text.find("expected 127.0.0.1"), std::string::npos) << made.text;
    const auto client = make_upstream_ssl(context->get(), "::1");
    ASSERT_TRUE(client);
    EXPECT_EQ(SSL_get_servername(client->get(), TLSEXT_NAMETYPE_host_name), nullptr);
}

TEST(UpstreamContext, AHostThatIsNeitherANameNorAnAddressIsRefused) {
    const auto context = make_upstream_context({}, nullptr, {TestPki(tests::now()).ca_pem()});
    for (const std::string& host :
         {std::string(), std::string("."), std::string(".azure.com"), std::string("a b"),
          std::string("*.azure.com"), std::string("127.0.0.1\0.x", 12),
          std::string("management.azure.com\0.x", 23), std::string("[::1]")}) {
        SCOPED_TRACE(host);
        const auto ssl = make_upstream_ssl(context->get(), host);
        ASSERT_FALSE(ssl);
        EXPECT_EQ(ssl.error().code, Errc::bad_host);
    }
}

TEST(UpstreamContext, ItsOwnCaIsNeverTrusted) {
    const TemporaryFolder folder;
    const auto own = create_authority({kHost}, tests::now());
    const TestPki pki(tests::now());
    spill(folder.file("bundle.pem"), pki.ca_pem() + own->pem());
    const auto context = make_upstream_context({folder.file("bundle.pem")}, &*own);
    ASSERT_TRUE(context) << context.error().detail;
    const auto own_leaf = issue_leaf(*own, kHost, tests::now());
    EXPECT_FALSE(attempt(context->get(), *own_leaf).done);
    EXPECT_TRUE(attempt(context->get(), pki.leaf(kHost)).done);

    const auto alone = make_upstream_context({}, &*own, {own->pem()});
    ASSERT_FALSE(alone);
    EXPECT_EQ(alone.error().code, Errc::input_invalid);
}

TEST(UpstreamContext, NoCaOfArmgatesIsTrustedFromTheSystemsFile) {
    const auto persistent = create_authority({kHost}, tests::now());
    const auto own = create_authority({kHost}, tests::now());
    const std::string pem = TestPki(tests::now()).ca_pem() + persistent->pem();
    const struct {
        RootSource source;
        int want;
    } cases[] = {{RootSource::system, 1}, {RootSource::named, 2}};
    for (const auto& c : cases) {
        const Handle<X509_STORE> store(X509_STORE_new());
        ASSERT_TRUE(add_roots(store.get(), {pem, "roots.pem", c.source}, &*own));
        EXPECT_EQ(sk_X509_OBJECT_num(X509_STORE_get0_objects(store.get())), c.want);
    }
}

TEST(UpstreamContext, AnotherArmgateMayBeNamedAsTheSimulatorIs) {
    const auto own = create_authority({kHost}, tests::now());
    const auto simulator = create_authority({kHost}, tests::now());
    const auto context = make_upstream_context({}, &*own, {simulator->pem()});
    ASSERT_TRUE(context);
    const auto leaf = issue_leaf(*simulator, kHost, tests::now());
    const auto server_context = make_server_context(*leaf);
    const SslHandle server(SSL_new(server_context->get()));
    const auto client = make_upstream_ssl(context->get(), kHost);
    EXPECT_TRUE(shake_hands(client->get(), server.get()).done);
    const unsigned char* alpn = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client->get(), &alpn, &size);
    EXPECT_EQ(std::string(alpn, alpn + size), "http/1.1");
}

TEST(UpstreamContext, AnIntermediateMayBeNamedAsAnAnchor) {
    const TestPki pki(tests::now());
    const auto leaf = pki.leaf(kHost);
    const auto context =
        make_upstream_context({}, nullptr, {certificate_pem(leaf.certificate.get())});
    ASSERT_TRUE(context);
    EXPECT_TRUE(attempt(context->get(), leaf).done);
}

TEST(UpstreamContext, ARootsFileThatCannotServeStopsTheStartAndIsNamed) {
    const TemporaryFolder folder;
    const TestPki pki(tests::now());
    const std::string good = pki.ca_pem();
    spill(folder.file("empty.pem"), "");
    spill(folder.file("garbage.pem"), "\xFF\xFEgarbage");
    spill(folder.file("damaged.pem"),
          good + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    spill(folder.file("key.pem"), private_key_pem(make_p256_key().get()));
    spill(folder.file("cut.pem"), good.substr(0, good.size() / 2));
    for (const char* name :
         {"missing.pem", "", "empty.pem", "garbage.pem", "damaged.pem", "key.pem", "cut.pem"}) {
        SCOPED_TRACE(name);
        const auto context = make_upstream_context({folder.file(name)}, nullptr, {good});
        ASSERT_FALSE(context);
        EXPECT_NE(context.error().detail.find(folder.file(name)), std::string::npos)
            << context.error().detail;
    }
}

TEST(UpstreamContext, TrustsTheSystemsRootsAndNotTheEnvironments) {
    const TemporaryFolder folder;
    const TestPki attacker(tests::now());
    spill(folder.file("attacker.pem"), attacker.ca_pem());
    ::setenv("SSL_CERT_FILE", folder.file("attacker.pem").c_str(), 1);
    ::setenv("SSL_CERT_DIR", folder.path().c_str(), 1);
    const auto context = make_upstream_context({}, nullptr);
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
    if (!system_roots_path()) {
        EXPECT_EQ(context.error().code, Errc::file_unreadable);
        return;
    }
    ASSERT_TRUE(context) << context.error().detail;
    EXPECT_FALSE(attempt(context->get(), attacker.leaf(kHost)).done);
    STACK_OF(X509_OBJECT)* roots = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context->get()));
    EXPECT_GT(sk_X509_OBJECT_num(roots), 10);
}

TEST(UpstreamContext, NeverResumesAndAlwaysVerifies) {
    const auto context = make_upstream_context({}, nullptr, {TestPki(tests::now()).ca_pem()});
    ASSERT_TRUE(context);
    EXPECT_EQ(SSL_CTX_get_verify_mode(context->get()), SSL_VERIFY_PEER);
    EXPECT_EQ(SSL_CTX_get_session_cache_mode(context->get()), SSL_SESS_CACHE_OFF);
    EXPECT_EQ(SSL_CTX_get_min_proto_version(context->get()), TLS1_2_VERSION);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace armgate::certs
