// What a hostile server may show instead of a certificate that anybody would make (squid once read
// out of bounds on a server's common name, CVE-2023-46724; badssl.com has one of 10,000 names): it
// is verified or refused, and nothing else happens.
#include "certs/upstream_context.hpp"
#include "certs/x509_parts.hpp"
#include "support/test_pki.hpp"

#include <functional>

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace armgate::certs {
namespace {

using std::chrono::hours;

constexpr const char* kHost = "management.azure.com";

/// A root of the test's own, whose key it holds.
struct Root {
    KeyHandle key = make_p256_key();
    X509Handle certificate =
        begin_certificate(key.get(), {tests::now() - hours(240), tests::now() + hours(240)});

    Root() {
        X509* cert = certificate.get();
        EXPECT_TRUE(add_name_part(X509_get_subject_name(cert), NID_commonName, "Root"));
        X509_set_issuer_name(cert, X509_get_subject_name(cert));
        EXPECT_TRUE(add_basic_constraints_ca(cert) && add_key_usage(cert, 5) &&
                    add_subject_key_id(cert));
        EXPECT_GT(X509_sign(cert, key.get(), EVP_sha256()), 0);
    }
};

void set_common_name(X509* cert, const std::string& bytes) {
    X509_NAME* name = X509_get_subject_name(cert);
    while (X509_NAME_entry_count(name) > 0) X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, 0));
    if (bytes.empty()) return;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    EXPECT_EQ(X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_T61STRING, data,
                                         static_cast<int>(bytes.size()), -1, 0),
              1);
}

void set_names(X509* cert, const std::vector<std::string>& names) {
    X509_EXTENSION_free(X509_delete_ext(cert, X509_get_ext_by_NID(cert, NID_subject_alt_name, -1)));
    const Handle<GENERAL_NAMES> list(GENERAL_NAMES_new());
    for (const std::string& each : names) {
        GENERAL_NAME* name = GENERAL_NAME_new();
        ASN1_STRING* text = ASN1_IA5STRING_new();
        ASN1_STRING_set(text, each.data(), static_cast<int>(each.size()));
        GENERAL_NAME_set0_value(name, GEN_DNS, text);
        sk_GENERAL_NAME_push(list.get(), name);
    }
    EXPECT_EQ(X509_add1_ext_i2d(cert, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT), 1);
}

std::vector<std::string> many(std::size_t count, const std::string& last) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back("h" + std::to_string(i) + ".test");
    names.push_back(last);
    return names;
}

struct Case {
    const char* name;
    bool accepted;
    std::function<void(X509*)> change;
};

TEST(HostileCertificates, AreVerifiedOrRefusedAndNothingElse) {
    const std::string host = kHost;
    const std::string nul = host + std::string("\0.evil.test", 11);
    const Case cases[] = {
        {"as it is", true, [](X509*) {}},
        {"no common name", true, [](X509* c) { set_common_name(c, ""); }},
        {"a NUL in the common name", true, [&](X509* c) { set_common_name(c, nul); }},
        {"a NUL in the common name, another SAN", false,
         [&](X509* c) {
             set_common_name(c, nul);
             set_names(c, {"evil.test"});
         }},
        {"bytes that are no UTF-8 in the common name", true,
         [](X509* c) { set_common_name(c, "\xFF\xFE\x80\n\r\x1B[2J"); }},
        {"a NUL in the SAN", false, [&](X509* c) { set_names(c, {nul}); }},
        {"a NUL alone", false, [](X509* c) { set_names(c, {std::string(1, '\0')}); }},
        {"an empty SAN before the good one", true,
         [&](X509* c) {
             set_names(c, {"", host});
         }},
        {"no name in the SAN", false, [](X509* c) { set_names(c, {}); }},
        {"a dot", false,
         [](X509* c) {
             set_names(c, {".", "*", "*.*", "*.com", "*."});
         }},
        {"a dot before", false, [&](X509* c) { set_names(c, {"." + host}); }},
        {"a partial wildcard of two labels", false,
         [](X509* c) {
             set_names(c, {"*.*.azure.com", "*.com", "manage*ment.com"});
         }},
        {"IDNA in raw bytes", false,
         [](X509* c) { set_names(c, {"m\xC3\xA4nagement.azure.com"}); }},
        {"a name of 60,000 bytes", false,
         [](X509* c) { set_names(c, {std::string(60'000, 'a')}); }},
        {"1,000 names, the last is right", true, [&](X509* c) { set_names(c, many(1'000, host)); }},
        {"1,000 names, none is right", false,
         [](X509* c) { set_names(c, many(1'000, "evil.test")); }},
        // Over the bound of what is read of a peer at all (100 KB).
        {"10,000 names, the last is right", false,
         [&](X509* c) { set_names(c, many(10'000, host)); }},
    };
    const Root root;
    const auto context =
        make_upstream_context({}, nullptr, {certificate_pem(root.certificate.get())});
    ASSERT_TRUE(context);
    for (const Case& each : cases) {
        SCOPED_TRACE(each.name);
        Leaf leaf = tests::forge_leaf(root.certificate.get(), root.key.get(), kHost,
                                      tests::Fault::none, tests::now());
        each.change(leaf.certificate.get());
        ASSERT_GT(X509_sign(leaf.certificate.get(), root.key.get(), EVP_sha256()), 0);
        const auto server_context = tests::plain_server_context(leaf);
        const SslHandle server(SSL_new(server_context.get()));
        const auto client = make_upstream_ssl(context->get(), kHost);
        ASSERT_TRUE(client);
        EXPECT_EQ(tests::shake_hands(client->get(), server.get()).done, each.accepted);
        const std::string text = verify_failure_text(client->get());
        for (const char c : text) EXPECT_TRUE(c >= ' ' && c < '\x7F') << text;
        ERR_clear_error();
    }
}

}  // namespace
}  // namespace armgate::certs
