#include "certs/trust_store.hpp"

#include "certs/x509_parts.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pkcs12.h>
#include <openssl/sha.h>

namespace armgate::certs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::spill;
using tests::TemporaryFolder;

Authority authority() {
    return *create_authority({"management.azure.com"}, tests::now());
}

/// The store's own account of its entries, read by the format's description: aliases in order.
std::vector<std::string> aliases_of(const std::string& store) {
    std::size_t at = 12;
    const auto number = [&](std::size_t bytes) {
        std::size_t value = 0;
        for (; bytes > 0; --bytes) value = value << 8U | static_cast<unsigned char>(store.at(at++));
        return value;
    };
    std::vector<std::string> aliases;
    while (at + SHA_DIGEST_LENGTH < store.size()) {
        EXPECT_EQ(number(4), 2U) << "a trusted certificate";
        const std::size_t length = number(2);
        aliases.push_back(store.substr(at, length));
        at += length + 8;
        EXPECT_EQ(number(2), 5U);
        EXPECT_EQ(store.substr(at, 5), "X.509");
        at += 5;
        at += number(4);
    }
    EXPECT_EQ(at + SHA_DIGEST_LENGTH, store.size());
    return aliases;
}

TEST(TrustStore, HoldsEveryCertificateOnceAndOursByName) {
    const Authority ca = authority();
    const std::string a = tests::TestPki(tests::now()).ca_pem();
    const std::string b = tests::TestPki(tests::now()).ca_pem();
    const auto store = java_trust_store(a + b + a + ca.pem(), ca);
    ASSERT_TRUE(store);
    EXPECT_EQ(store->substr(0, 12), std::string("\xFE\xED\xFE\xED\0\0\0\2\0\0\0\3", 12));
    EXPECT_THAT(aliases_of(*store), ElementsAre("root-1", "root-2", "armgate"));
    EXPECT_EQ(*store, *java_trust_store(a + b + a + ca.pem(), ca)) << "same input, same bytes";
    EXPECT_EQ(*store, *java_trust_store(a + b, ca));
    EXPECT_THAT(aliases_of(*java_trust_store("", ca)), ElementsAre("armgate"));
}

TEST(TrustStore, IsSealedWithItsPassword) {
    const Authority ca = authority();
    const std::string store = *java_trust_store("", ca, "pw");
    const std::string data = store.substr(0, store.size() - SHA_DIGEST_LENGTH);
    const std::string sealed = std::string("\0p\0w", 4) + "Mighty Aphrodite" + data;
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size(), digest);
    EXPECT_EQ(store.substr(data.size()), std::string(digest, digest + SHA_DIGEST_LENGTH));
}

TEST(TrustStore, LeavesOutWhatIsNoCertificateAndNeverHoldsAKey) {
    const Authority ca = authority();
    const std::string broken = "-----BEGIN CERTIFICATE-----\nQUFB\n-----END CERTIFICATE-----\n";
    const auto store = java_trust_store(broken + private_key_pem(ca.key()), ca);
    EXPECT_THAT(aliases_of(*store), ElementsAre("armgate"));
    EXPECT_EQ(*store, *java_trust_store("", ca));
}

TEST(TrustStore, ReadsAUsersJks) {
    const TemporaryFolder folder;
    const Authority ca = authority();
    const std::string root = tests::TestPki(tests::now()).ca_pem();
    spill(folder.file("own.jks"), *java_trust_store(root, ca, "secret"));
    for (const char* password : {"", "secret", "anything: a JKS is read unchecked"}) {
        const auto read = read_java_trust_store(folder.file("own.jks"), password);
        ASSERT_TRUE(read) << read.error().detail;
        EXPECT_EQ(*read, root + ca.pem());
    }
}

std::string pkcs12(const std::string& root, const char* password) {
    const X509Handle certificate = parse_certificate(root);
    STACK_OF(X509)* others = sk_X509_new_null();
    sk_X509_push(others, certificate.get());
    PKCS12* store = PKCS12_create(password, nullptr, nullptr, nullptr, others, 0, 0, 1000, 1000, 0);
    unsigned char* bytes = nullptr;
    const int length = i2d_PKCS12(store, &bytes);
    std::string out(bytes, bytes + length);
    OPENSSL_free(bytes);
    PKCS12_free(store);
    sk_X509_free(others);
    return out;
}

TEST(TrustStore, ReadsAUsersPkcs12WithItsPassword) {
    const TemporaryFolder folder;
    const std::string root = tests::TestPki(tests::now()).ca_pem();
    spill(folder.file("own.p12"), pkcs12(root, "secret"));
    const auto read = read_java_trust_store(folder.file("own.p12"), "secret");
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, root);
    spill(folder.file("usual.p12"), pkcs12(root, "changeit"));
    EXPECT_EQ(*read_java_trust_store(folder.file("usual.p12"), ""), root);
    for (const char* wrong : {"wrong", ""}) {
        const auto refused = read_java_trust_store(folder.file("own.p12"), wrong);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::input_invalid);
        EXPECT_THAT(refused.error().detail, HasSubstr(folder.file("own.p12")));
        EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("wrong")));
    }
}

TEST(TrustStore, WhatIsNoStoreIsAnErrorThatNamesIt) {
    const TemporaryFolder folder;
    const std::string whole = *java_trust_store("", authority());
    const std::string cases[] = {
        "",
        "text",
        whole.substr(0, whole.size() - 1),
        whole.substr(0, 40),
        whole + "x",
        std::string("\xFE\xED\xFE\xED\0\0\0\2\xFF\xFF\xFF\xFF", 12),
        std::string("\xFE\xED\xFE\xED\0\0\0\2\0\0\0\0", 12) + std::string(20, 'd'),
    };
    for (const std::string& bytes : cases) {
        spill(folder.file("bad.jks"), bytes);
        const auto read = read_java_trust_store(folder.file("bad.jks"), "");
        ASSERT_FALSE(read) << bytes.size();
        EXPECT_THAT(read.error().detail, HasSubstr(folder.file("bad.jks")));
    }
    EXPECT_EQ(read_java_trust_store(folder.file("none"), "").error().code, Errc::file_unreadable);
}

}  // namespace
}  // namespace armgate::certs
