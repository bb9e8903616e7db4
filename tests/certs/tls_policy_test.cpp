#include "certs/tls_policy.hpp"

#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace armgate::certs {
namespace {

constexpr const char* kHostileConfiguration =
    "openssl_conf = init\n"
    "[init]\nssl_conf = ssl\n"
    "[ssl]\nsystem_default = floor\nclient = floor\nserver = floor\n"
    "[floor]\nMinProtocol = TLSv1\nMaxProtocol = TLSv1.1\n"
    "CipherString = ALL:COMPLEMENTOFALL:@SECLEVEL=0\nCiphersuites = TLS_AES_128_CCM_8_SHA256\n"
    "Groups = secp224r1\nSignatureAlgorithms = RSA+SHA1\n"
    "Options = UnsafeLegacyRenegotiation,Compression,-SessionTicket\n";

/// Runs `test` of this program in a fresh process with `configuration` in OPENSSL_CONF.
int run_with_configuration(const std::string& test, const std::string& configuration) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("OPENSSL_CONF", configuration.c_str(), 1);
        const std::string filter = "--gtest_filter=" + test;
        ::execl("/proc/self/exe", "armgate_certs_tests", filter.c_str(),
                "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void expect_floor(SSL_CTX* context) {
    EXPECT_EQ(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
    EXPECT_EQ(SSL_CTX_get_max_proto_version(context), 0);
    EXPECT_EQ(SSL_CTX_get_security_level(context), 2);
    const auto options = SSL_CTX_get_options(context);
    EXPECT_EQ(options & SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION, 0U);
    EXPECT_EQ(options & SSL_OP_LEGACY_SERVER_CONNECT, 0U);
    EXPECT_EQ(options & SSL_OP_IGNORE_UNEXPECTED_EOF, 0U);
    EXPECT_NE(options & SSL_OP_NO_COMPRESSION, 0U);
    EXPECT_NE(options & SSL_OP_NO_RENEGOTIATION, 0U);
    STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context);
    EXPECT_EQ(sk_SSL_CIPHER_num(ciphers), 9);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
        EXPECT_EQ(SSL_CIPHER_is_aead(cipher), 1) << SSL_CIPHER_get_name(cipher);
        const int exchange = SSL_CIPHER_get_kx_nid(cipher);
        EXPECT_TRUE(exchange == NID_kx_ecdhe || exchange == NID_kx_any);
    }
}

TEST(TlsPolicy, IsAeadAndForwardSecrecyFromTls12On) {
    for (const Side side : {Side::server, Side::client}) {
        const auto context = new_tls_context(side);
        ASSERT_TRUE(context);
        expect_floor(context->get());
    }
}

// Runs in the process that the next test starts, where nothing has used OpenSSL before.
TEST(TlsPolicy, DISABLED_HoldsInAFreshProcess) {
    for (const Side side : {Side::server, Side::client}) {
        const auto context = new_tls_context(side);
        ASSERT_TRUE(context);
        expect_floor(context->get());
    }
}

// Runs likewise, after something else has loaded the configuration: only what the code sets holds.
TEST(TlsPolicy, DISABLED_HoldsAfterTheConfigurationWasLoaded) {
    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, nullptr);
    const ContextHandle lowered(SSL_CTX_new(TLS_client_method()));
    ASSERT_EQ(SSL_CTX_get_max_proto_version(lowered.get()), TLS1_1_VERSION)
        << "the configuration is not as hostile as it should be";
    for (const Side side : {Side::server, Side::client}) {
        const auto context = new_tls_context(side);
        ASSERT_TRUE(context);
        expect_floor(context->get());
    }
}

TEST(TlsPolicy, AHostileOpensslConfLowersNothing) {
    const tests::TemporaryFolder folder;
    tests::spill(folder.file("openssl.cnf"), kHostileConfiguration);
    EXPECT_EQ(run_with_configuration("TlsPolicy.DISABLED_HoldsInAFreshProcess",
                                     folder.file("openssl.cnf")),
              0);
    EXPECT_EQ(run_with_configuration("TlsPolicy.DISABLED_HoldsAfterTheConfigurationWasLoaded",
                                     folder.file("openssl.cnf")),
              0);
}

}  // namespace
}  // namespace armgate::certs
