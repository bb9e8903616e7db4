#include "certs/context_cache.hpp"

#include "certs/x509_parts.hpp"
#include "support/test_pki.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace armgate::certs {
namespace {

using tests::Handshake;
using tests::shake_hands;

constexpr const char* kHost = "management.azure.com";
constexpr const char* kOtherHost = "eastus.management.azure.com";

class ContextCacheTest : public testing::Test {
  protected:
    ContextHandle client_context() { return tests::strict_client_context(authority_.pem()); }

    Authority authority_ = *create_authority({kHost}, tests::now());
    ContextCache cache_{authority_};
};

bool set_sni(SSL* ssl, std::string name) {
    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

std::string chosen_alpn(const SSL* ssl) {
    const unsigned char* data = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &data, &size);
    return {data, data + size};
}

TEST_F(ContextCacheTest, GivesOneContextAHost) {
    const auto now = tests::now();
    const auto first = cache_.for_host(kHost, now);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->get(), cache_.for_host(kHost, now)->get());
    EXPECT_NE(first->get(), cache_.for_host(kOtherHost, now)->get());
    EXPECT_EQ(cache_.size(), 2U);
}

TEST_F(ContextCacheTest, AHostOutsideTheConstraintsGetsNothing) {
    for (const char* host : {"login.microsoftonline.com", "127.0.0.1", ""}) {
        const auto context = cache_.for_host(host, tests::now());
        ASSERT_FALSE(context);
        EXPECT_EQ(context.error().code, Errc::ca_does_not_cover);
    }
    EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(ContextCacheTest, IssuesAnewOnceLessThanADayIsLeftOrTheClockWentBack) {
    const auto now = tests::now();
    SSL_CTX* const first = cache_.for_host(kHost, now)->get();
    const auto hour = std::chrono::hours(1);
    EXPECT_EQ(cache_.for_host(kHost, now + kLeafLife - kLeafReserve - hour)->get(), first);
    const auto renewed = cache_.for_host(kHost, now + kLeafLife - kLeafReserve + hour);
    EXPECT_NE(renewed->get(), first);
    EXPECT_EQ(cache_.size(), 1U);
    EXPECT_NE(cache_.for_host(kHost, now)->get(), renewed->get());
}

TEST_F(ContextCacheTest, ALeafCutShortByTheCasEndIsStillCached) {
    const auto late = authority_.not_after() - std::chrono::hours(2);
    const auto first = cache_.for_host(kHost, late);
    ASSERT_TRUE(first);
    EXPECT_EQ(cache_.for_host(kHost, late + std::chrono::minutes(1))->get(), first->get());
    EXPECT_FALSE(cache_.for_host(kHost, authority_.not_after()));
}

TEST_F(ContextCacheTest, IsBoundedAndDropsTheOldest) {
    ContextCache small(authority_, 2);
    const auto now = tests::now();
    const auto a = small.for_host("a.management.azure.com", now);
    const auto b = small.for_host("b.management.azure.com", now);
    ASSERT_TRUE(small.for_host("c.management.azure.com", now));
    EXPECT_EQ(small.size(), 2U);
    EXPECT_EQ(small.for_host("b.management.azure.com", now)->get(), b->get());
    // `a` is held here, so its successor cannot have its address.
    EXPECT_NE(small.for_host("a.management.azure.com", now)->get(), a->get());
}

TEST_F(ContextCacheTest, MayBeUsedFromManyThreads) {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                const std::string host =
                    "h" + std::to_string((t + i) % 7) + ".management.azure.com";
                EXPECT_TRUE(cache_.for_host(host, tests::now()));
            }
        });
    }
    threads.clear();
    EXPECT_EQ(cache_.size(), 7U);
}

TEST_F(ContextCacheTest, AStrictClientVerifiesTheLeafForTheHostOnly) {
    const auto context = cache_.for_host(kHost, tests::now());
    const auto client_ctx = client_context();
    const struct {
        const char* expects;
        long want;
    } cases[] = {{kHost, X509_V_OK}, {kOtherHost, X509_V_ERR_HOSTNAME_MISMATCH}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.expects);
        const SslHandle server(SSL_new(context->get()));
        const SslHandle client(SSL_new(client_ctx.get()));
        SSL_set1_host(client.get(), c.expects);
        const Handshake outcome = shake_hands(client.get(), server.get());
        EXPECT_EQ(outcome.verify_result, c.want);
        EXPECT_EQ(outcome.done, c.want == X509_V_OK);
    }
}

TEST_F(ContextCacheTest, AnSniForAnotherHostGetsNoLeaf) {
    const auto context = cache_.for_host(kHost, tests::now());
    const auto client_ctx = client_context();
    const struct {
        const char* sni;  // null: none
        bool served;
    } cases[] = {{nullptr, true},
                 {kHost, true},
                 {"MANAGEMENT.Azure.COM", true},
                 {"management.azure.com.", true},
                 {kOtherHost, false},
                 {"azure.com", false},
                 {".management.azure.com", false},
                 {".azure.com", false},
                 {"*.azure.com", false},
                 {"login.microsoftonline.com", false},
                 {".", false},
                 {"management.azure.com..", false}};
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const auto& c : cases) {
            SCOPED_TRACE(std::string(c.sni == nullptr ? "none" : c.sni) + " " +
                         std::to_string(version));
            const SslHandle server(SSL_new(context->get()));
            const SslHandle client(SSL_new(client_ctx.get()));
            SSL_set_max_proto_version(client.get(), version);
            if (c.sni != nullptr) {
                ASSERT_TRUE(set_sni(client.get(), c.sni));
            }
            const Handshake outcome = shake_hands(client.get(), server.get());
            EXPECT_EQ(outcome.done, c.served);
            EXPECT_EQ(outcome.client_alert, c.served ? -1 : SSL_AD_UNRECOGNIZED_NAME);
            const X509Handle shown(SSL_get1_peer_certificate(client.get()));
            EXPECT_EQ(shown != nullptr, c.served);
        }
    }
}

TEST_F(ContextCacheTest, OnlyHttp11IsEverSelected) {
    const auto context = cache_.for_host(kHost, tests::now());
    const auto client_ctx = client_context();
    const struct {
        const char* offered;
        const char* want;
    } cases[] = {{"", ""},
                 {"\x08http/1.1", "http/1.1"},
                 {"\x02h2\x08http/1.1", "http/1.1"},
                 {"\x02h2", ""},
                 {"\x08http/1.0", ""},
                 {"\x08HTTP/1.1", ""},
                 {"\x09http/1.1 \x07http/1.", ""}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.offered);
        const std::string offered = c.offered;
        const SslHandle server(SSL_new(context->get()));
        const SslHandle client(SSL_new(client_ctx.get()));
        if (!offered.empty()) {
            ASSERT_EQ(SSL_set_alpn_protos(client.get(),
                                          reinterpret_cast<const unsigned char*>(offered.data()),
                                          static_cast<unsigned>(offered.size())),
                      0);
        }
        EXPECT_TRUE(shake_hands(client.get(), server.get()).done);
        EXPECT_EQ(chosen_alpn(client.get()), c.want);
    }
}

TEST_F(ContextCacheTest, OldProtocolsAndWeakCiphersGetNoHandshake) {
    const auto context = cache_.for_host(kHost, tests::now());
    const struct {
        const char* what;
        int version;
        const char* ciphers;
        bool served;
    } cases[] = {
        {"TLS 1.3", TLS1_3_VERSION, "DEFAULT", true},
        {"TLS 1.2", TLS1_2_VERSION, "DEFAULT", true},
        {"TLS 1.1", TLS1_1_VERSION, "ALL:@SECLEVEL=0", false},
        {"TLS 1.0", TLS1_VERSION, "ALL:@SECLEVEL=0", false},
        {"AES-GCM", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", true},
        {"ChaCha20", TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305", true},
        {"CBC", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA", false},
        {"no forward secrecy", TLS1_2_VERSION, "AES128-GCM-SHA256", false},
        {"no encryption", TLS1_2_VERSION, "eNULL:aNULL:@SECLEVEL=0", false},
        {"CCM", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0", false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.what);
        const auto client_ctx = client_context();
        ASSERT_EQ(SSL_CTX_set_cipher_list(client_ctx.get(), c.ciphers), 1);
        SSL_CTX_set_min_proto_version(client_ctx.get(), c.version);
        SSL_CTX_set_max_proto_version(client_ctx.get(), c.version);
        const SslHandle server(SSL_new(context->get()));
        const SslHandle client(SSL_new(client_ctx.get()));
        EXPECT_EQ(shake_hands(client.get(), server.get()).done, c.served);
    }
}

TEST_F(ContextCacheTest, AnUnknownCaAlertReachesTheServer) {
    const auto context = cache_.for_host(kHost, tests::now());
    const auto stranger = create_authority({kHost}, tests::now());
    const auto client_ctx = tests::strict_client_context(stranger->pem());
    const SslHandle server(SSL_new(context->get()));
    const SslHandle client(SSL_new(client_ctx.get()));
    const Handshake outcome = shake_hands(client.get(), server.get());
    EXPECT_FALSE(outcome.done);
    EXPECT_EQ(outcome.server_alert, SSL_AD_UNKNOWN_CA);
}

TEST_F(ContextCacheTest, ContextsReportATruncationAndRefuseRenegotiation) {
    const auto context = cache_.for_host(kHost, tests::now());
    const auto options = SSL_CTX_get_options(context->get());
    EXPECT_EQ(options & SSL_OP_IGNORE_UNEXPECTED_EOF, 0U);
    EXPECT_EQ(options & SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION, 0U);
    EXPECT_NE(options & SSL_OP_NO_RENEGOTIATION, 0U);
    EXPECT_NE(options & SSL_OP_NO_COMPRESSION, 0U);
    EXPECT_EQ(SSL_CTX_get_security_level(context->get()), 2);
}

TEST_F(ContextCacheTest, AConnectionMayOutliveTheCache) {
    SslHandle server;
    {
        ContextCache brief(authority_);
        server.reset(SSL_new(brief.for_host(kHost, tests::now())->get()));
    }
    const auto client_ctx = client_context();
    const SslHandle client(SSL_new(client_ctx.get()));
    ASSERT_TRUE(set_sni(client.get(), kHost));
    EXPECT_TRUE(shake_hands(client.get(), server.get()).done);
}

TEST_F(ContextCacheTest, ServesAllOfTheSimulatorsNeeds) {
    const auto leaf = issue_leaf(authority_, kHost, tests::now());
    const auto context = make_server_context(*leaf);
    ASSERT_TRUE(context);
    const auto client_ctx = client_context();
    const SslHandle server(SSL_new(context->get()));
    const SslHandle client(SSL_new(client_ctx.get()));
    EXPECT_TRUE(shake_hands(client.get(), server.get()).done);
}

TEST_F(ContextCacheTest, LeavesNothingInTheErrorQueue) {
    (void)cache_.for_host(kHost, tests::now());
    (void)cache_.for_host("other.test", tests::now());
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace armgate::certs
