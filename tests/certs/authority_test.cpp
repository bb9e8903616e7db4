#include "certs/authority.hpp"

#include "certs/x509_parts.hpp"
#include "support/test_pki.hpp"

#include <set>

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace armgate::certs {
namespace {

using tests::Fault;

const std::vector<std::string> kNames{"management.azure.com", "management.usgovcloudapi.net"};

Authority authority(const std::vector<std::string>& names = kNames) {
    return *create_authority(names, tests::now());
}

/// The code that X509_verify_cert gives for `leaf` under `ca`, strictly, for `host` (may be empty).
int verify(const Authority& ca, X509* leaf, const std::string& host) {
    const Handle<X509_STORE> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), ca.certificate());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store.get(), leaf, nullptr);
    X509_STORE_CTX_set_default(context, "ssl_server");
    X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
    if (!host.empty()) X509_VERIFY_PARAM_set1_host(param, host.c_str(), host.size());
    const int result = X509_verify_cert(context);
    const int code = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return result == 1 ? X509_V_OK : code;
}

std::set<int> extensions_of(const X509* cert) {
    std::set<int> nids;
    for (int i = 0; i < X509_get_ext_count(cert); ++i) {
        nids.insert(OBJ_obj2nid(X509_EXTENSION_get_object(X509_get_ext(cert, i))));
    }
    return nids;
}

TEST(Authority, IsAConstrainedCaThatMaySignLeavesOnly) {
    const Authority ca = authority();
    X509* cert = ca.certificate();
    EXPECT_EQ(X509_get_version(cert), X509_VERSION_3);
    EXPECT_EQ(X509_check_ca(cert), 1);
    EXPECT_EQ(X509_get_pathlen(cert), 0);
    EXPECT_EQ(X509_get_key_usage(cert), static_cast<unsigned>(KU_KEY_CERT_SIGN));
    EXPECT_TRUE(is_critical(cert, NID_basic_constraints));
    EXPECT_TRUE(is_critical(cert, NID_key_usage));
    EXPECT_TRUE(is_critical(cert, NID_name_constraints));
    EXPECT_NE(X509_get0_subject_key_id(cert), nullptr);
    EXPECT_EQ(permitted_dns_names(cert), kNames);
    EXPECT_TRUE(excludes_all_addresses(cert));
    EXPECT_TRUE(is_p256(ca.key()));
}

TEST(Authority, SaysWhatItIsAndOnWhichMachine) {
    const Authority ca = authority();
    EXPECT_TRUE(ca.subject().starts_with("CN=armgate local CA (")) << ca.subject();
    EXPECT_NE(ca.subject().find('@'), std::string::npos);
    EXPECT_NE(ca.subject().find(base::format_rfc3339(tests::now()).substr(0, 7)),
              std::string::npos);
    EXPECT_TRUE(ca.subject().ends_with("O=armgate"));
    EXPECT_EQ(ca.fingerprint_sha256().size(), 32U * 3 - 1);
}

TEST(Authority, IsValidFromADayAgoForTwoYears) {
    const auto now = tests::now();
    const auto ca = create_authority(kNames, now);
    const auto second = std::chrono::seconds(1);
    EXPECT_LE(ca->not_before(), now - kBackdate);
    EXPECT_GT(ca->not_before(), now - kBackdate - second);
    EXPECT_LE(ca->not_after(), now + kAuthorityLife);
    EXPECT_GT(ca->not_after(), now + kAuthorityLife - second);
}

TEST(Authority, PemHoldsTheCertificateAndNeverTheKey) {
    const std::string pem = authority().pem();
    EXPECT_TRUE(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
    EXPECT_TRUE(pem.ends_with("-----END CERTIFICATE-----\n"));
    EXPECT_EQ(pem.find("KEY"), std::string::npos);
}

TEST(Authority, IsNotMadeWithoutNamesOrForWhatIsNotADnsName) {
    const std::vector<std::string> cases[] = {{},
                                              {""},
                                              {"."},
                                              {"10.0.0.1"},
                                              {"::1"},
                                              {"[::1]"},
                                              {"a..b"},
                                              {".azure.com"},
                                              {"-a.test"},
                                              {"a b.test"},
                                              {"a.test,DNS:b.test"},
                                              {std::string("a.test\0.b.test", 14)},
                                              {"*"},
                                              {"a.*.test"},
                                              {"m\xC3\xBCnchen.test"},
                                              {std::string(64, 'a') + ".test"},
                                              {"management.azure.com", ""}};
    for (const auto& names : cases) {
        SCOPED_TRACE(names.empty() ? "no names" : names.back());
        const auto made = create_authority(names, tests::now());
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::input_invalid);
    }
}

TEST(Authority, NamesAreNormalisedAndNotRepeated) {
    const Authority ca =
        authority({"Management.AZURE.com.", "*.management.azure.com", "private.example"});
    const std::vector<std::string> want{"management.azure.com", "private.example"};
    EXPECT_EQ(ca.permitted_names(), want);
}

TEST(Authority, CoversItsNamesAndWhatIsBelowThem) {
    const Authority ca = authority();
    for (const char* host : {"management.azure.com", "MANAGEMENT.azure.COM.",
                             "westeurope.management.azure.com", "a.b.management.azure.com"}) {
        EXPECT_TRUE(ca.covers(host)) << host;
    }
    for (const char* host :
         {"", "azure.com", "evilmanagement.azure.com", "management.azure.com.evil", "127.0.0.1",
          "::1", ".management.azure.com", "login.microsoft.com"}) {
        EXPECT_FALSE(ca.covers(host)) << host;
    }
}

TEST(Authority, APairThatIsNotOneIsRefused) {
    const Authority a = authority();
    const Authority b = authority();
    const auto clone = [](X509* cert) { return X509Handle(X509_dup(cert)); };
    const auto key_of = [](const Authority& ca) {
        EVP_PKEY_up_ref(ca.key());
        return KeyHandle(ca.key());
    };
    EXPECT_TRUE(Authority::from_pair(clone(a.certificate()), key_of(a)));
    const auto mixed = Authority::from_pair(clone(a.certificate()), key_of(b));
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code, Errc::ca_invalid);
    auto leaf = issue_leaf(a, "management.azure.com", tests::now());
    EXPECT_FALSE(Authority::from_pair(std::move(leaf->certificate), std::move(leaf->key)));
}

TEST(Leaf, IsForOneHostAndNothingElse) {
    const Authority ca = authority();
    const auto leaf = issue_leaf(ca, "WestEurope.management.azure.com.", tests::now());
    ASSERT_TRUE(leaf);
    X509* cert = leaf->certificate.get();
    EXPECT_EQ(X509_check_ca(cert), 0);
    EXPECT_EQ(X509_get_key_usage(cert), static_cast<unsigned>(KU_DIGITAL_SIGNATURE));
    EXPECT_EQ(X509_get_extended_key_usage(cert), static_cast<unsigned>(XKU_SSL_SERVER));
    const std::set<int> want{NID_basic_constraints,      NID_key_usage,
                             NID_ext_key_usage,          NID_subject_alt_name,
                             NID_subject_key_identifier, NID_authority_key_identifier};
    EXPECT_EQ(extensions_of(cert), want);
    EXPECT_EQ(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(cert),
                                    X509_get0_subject_key_id(ca.certificate())),
              0);
    const Handle<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr)));
    ASSERT_EQ(sk_GENERAL_NAME_num(names.get()), 1);
    EXPECT_EQ(X509_check_host(cert, "westeurope.management.azure.com", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(cert, "management.azure.com", 0, 0, nullptr), 0);
}

TEST(Leaf, HasItsOwnKeyAndALongRandomSerial) {
    const Authority ca = authority();
    const auto first = issue_leaf(ca, "management.azure.com", tests::now());
    const auto second = issue_leaf(ca, "management.azure.com", tests::now());
    EXPECT_NE(EVP_PKEY_eq(first->key.get(), second->key.get()), 1);
    EXPECT_NE(EVP_PKEY_eq(first->key.get(), ca.key()), 1);
    const ASN1_INTEGER* serial = X509_get0_serialNumber(first->certificate.get());
    EXPECT_GE(ASN1_STRING_length(serial), 16);
    EXPECT_LE(ASN1_STRING_length(serial), 20);
    EXPECT_NE(ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(second->certificate.get())), 0);
}

TEST(Leaf, LivesForDaysAndNeverBeyondTheCa) {
    const auto now = tests::now();
    const auto ca = create_authority(kNames, now);
    const auto early = issue_leaf(*ca, kNames[0], now);
    EXPECT_EQ(early->not_after, now + kLeafLife);
    EXPECT_GE(early->not_before, ca->not_before());
    const auto late = issue_leaf(*ca, kNames[0], now + kAuthorityLife - std::chrono::hours(30));
    EXPECT_EQ(late->not_after, ca->not_after());
}

TEST(Leaf, IsNotIssuedWhenTheCaIsNotValid) {
    const auto now = tests::now();
    const auto ca = create_authority(kNames, now);
    for (const auto when : {now + kAuthorityLife, now - 2 * kBackdate}) {
        const auto leaf = issue_leaf(*ca, kNames[0], when);
        ASSERT_FALSE(leaf);
        EXPECT_EQ(leaf.error().code, Errc::ca_invalid);
        EXPECT_NE(leaf.error().detail.find("armgate ca rotate"), std::string::npos);
    }
}

TEST(Leaf, IsNotIssuedOutsideTheConstraints) {
    const Authority ca = authority();
    for (const char* host : {"graph.microsoft.com", "azure.com", "127.0.0.1", "",
                             "*.management.azure.com", "a\nb.management.azure.com"}) {
        SCOPED_TRACE(host);
        const auto leaf = issue_leaf(ca, host, tests::now());
        ASSERT_FALSE(leaf);
        EXPECT_EQ(leaf.error().code, Errc::ca_does_not_cover);
        EXPECT_EQ(leaf.error().detail.find('\n'), std::string::npos);
        EXPECT_NE(leaf.error().detail.find("armgate ca rotate --intercept"), std::string::npos);
    }
}

TEST(Leaf, IsIssuedForNamesTooLongForACommonName) {
    const Authority ca = authority();
    const std::string host = std::string(60, 'a') + ".b.management.azure.com";
    const auto leaf = issue_leaf(ca, host, tests::now());
    ASSERT_TRUE(leaf);
    EXPECT_EQ(verify(ca, leaf->certificate.get(), host), X509_V_OK);
}

TEST(Leaf, VerifiesStrictlyForItsHostAndForNoOther) {
    const Authority ca = authority();
    for (const char* host :
         {"management.azure.com", "eastus.management.azure.com", "management.usgovcloudapi.net"}) {
        SCOPED_TRACE(host);
        const auto leaf = issue_leaf(ca, host, tests::now());
        EXPECT_EQ(verify(ca, leaf->certificate.get(), host), X509_V_OK);
        EXPECT_EQ(verify(ca, leaf->certificate.get(), "login.microsoftonline.com"),
                  X509_V_ERR_HOSTNAME_MISMATCH);
    }
}

TEST(NameConstraints, MakeAStolenKeyWorthTheArmHostsOnly) {
    const Authority ca = authority();
    const struct {
        const char* host;
        Fault fault;
        int want;
    } cases[] = {
        {"management.azure.com", Fault::none, X509_V_OK},
        {"www.example.com", Fault::none, X509_V_ERR_PERMITTED_VIOLATION},
        {"azure.com", Fault::none, X509_V_ERR_PERMITTED_VIOLATION},
        {"evilmanagement.azure.com", Fault::none, X509_V_ERR_PERMITTED_VIOLATION},
        {"a.example.com", Fault::wildcard, X509_V_ERR_PERMITTED_VIOLATION},
        {"www.example.com", Fault::common_name_only, X509_V_ERR_PERMITTED_VIOLATION},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.host);
        const auto leaf =
            tests::forge_leaf(ca.certificate(), ca.key(), c.host, c.fault, tests::now());
        EXPECT_EQ(verify(ca, leaf.certificate.get(), ""), c.want);
    }
    for (const std::string& address : {std::string("\x7F\0\0\1", 4), std::string(16, '\1')}) {
        const auto leaf =
            tests::forge_address_leaf(ca.certificate(), ca.key(), address, tests::now());
        EXPECT_EQ(verify(ca, leaf.certificate.get(), ""), X509_V_ERR_EXCLUDED_VIOLATION);
    }
}

TEST(Authority, LeavesNothingInTheErrorQueue) {
    const Authority ca = authority();
    (void)issue_leaf(ca, "management.azure.com", tests::now());
    (void)issue_leaf(ca, "other.test", tests::now());
    (void)create_authority({"1.2.3.4"}, tests::now());
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace armgate::certs
