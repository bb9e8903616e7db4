#include "certs/bundle.hpp"

#include "certs/x509_parts.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <gtest/gtest.h>

namespace armgate::certs {
namespace {

using tests::spill;
using tests::TemporaryFolder;

constexpr const char* kA = "-----BEGIN CERTIFICATE-----\nQUFB\n-----END CERTIFICATE-----\n";
constexpr const char* kB =
    "-----BEGIN TRUSTED CERTIFICATE-----\nQkJC\n-----END TRUSTED CERTIFICATE-----\n";

Authority authority() {
    return *create_authority({"management.azure.com"}, tests::now());
}

TEST(Bundle, KeepsWhatTheUserTrustedAndAddsOurs) {
    const TemporaryFolder folder;
    const Authority ca = authority();
    const struct {
        const char* what;
        std::string text;
        std::string want;
    } cases[] = {
        {"as it should be", std::string(kA) + kB, std::string(kA) + kB},
        {"no newline at the end", std::string(kA, std::string(kA).size() - 1), kA},
        {"CR LF", "-----BEGIN CERTIFICATE-----\r\nQUFB\r\n-----END CERTIFICATE-----\r\n", kA},
        {"comments", "# Root A\n" + std::string(kA) + "\nsubject=CN = B\n" + kB,
         std::string(kA) + kB},
        {"a cut block before a whole one", "-----BEGIN CERTIFICATE-----\nQU\n" + std::string(kA),
         kA},
        {"a cut block after a whole one", std::string(kA) + "-----BEGIN CERTIFICATE-----\nQU", kA},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.what);
        spill(folder.file("user.pem"), c.text);
        const auto bundle = combined_bundle(folder.file("user.pem"), ca);
        ASSERT_TRUE(bundle) << bundle.error().detail;
        EXPECT_EQ(*bundle, c.want + ca.pem());
    }
}

TEST(Bundle, NeverCopiesAPrivateKey) {
    const TemporaryFolder folder;
    const Authority ca = authority();
    spill(folder.file("user.pem"), private_key_pem(ca.key()) + kA + private_key_pem(ca.key()));
    const auto bundle = combined_bundle(folder.file("user.pem"), ca);
    ASSERT_TRUE(bundle);
    EXPECT_EQ(bundle->find("PRIVATE"), std::string::npos);
    EXPECT_EQ(*bundle, kA + ca.pem());
}

TEST(Bundle, OfABundleThatArmgateMadeIsTheSame) {
    const TemporaryFolder folder;
    const Authority ca = authority();
    spill(folder.file("user.pem"), kA + ca.pem());
    EXPECT_EQ(*combined_bundle(folder.file("user.pem"), ca), kA + ca.pem());
}

TEST(Bundle, StartsFromTheSystemsRootsWhereTheUserNamedNone) {
    const Authority ca = authority();
    const auto path = system_roots_path();
    if (!path) GTEST_SKIP() << path.error().detail;
    const auto bundle = combined_bundle(std::nullopt, ca);
    ASSERT_TRUE(bundle);
    const auto roots = certificate_blocks(tests::slurp(*path));
    EXPECT_GT(roots.size(), 10U);
    EXPECT_EQ(certificate_blocks(*bundle).size(), roots.size() + 1);
    EXPECT_TRUE(bundle->ends_with(ca.pem()));
}

TEST(Bundle, AUsersFileThatCannotServeIsAnErrorThatNamesIt) {
    const TemporaryFolder folder;
    const Authority ca = authority();
    spill(folder.file("empty.pem"), "");
    spill(folder.file("key.pem"), private_key_pem(ca.key()));
    const struct {
        std::string path;
        Errc want;
    } cases[] = {{folder.file("missing.pem"), Errc::file_unreadable},
                 {folder.path(), Errc::file_unreadable},
                 {"/dev/null", Errc::file_unreadable},
                 {folder.file("empty.pem"), Errc::input_invalid},
                 {folder.file("key.pem"), Errc::input_invalid}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.path);
        const auto bundle = combined_bundle(c.path, ca);
        ASSERT_FALSE(bundle);
        EXPECT_EQ(bundle.error().code, c.want);
        EXPECT_NE(bundle.error().detail.find(c.path), std::string::npos);
    }
}

TEST(SystemRoots, AreTheFirstReadableFileWithACertificate) {
    const TemporaryFolder folder;
    spill(folder.file("empty.pem"), "");
    spill(folder.file("a.pem"), kA);
    spill(folder.file("b.pem"), kB);
    EXPECT_EQ(*first_roots_file({"/nonexistent", folder.path(), folder.file("empty.pem"),
                                 folder.file("a.pem"), folder.file("b.pem")}),
              folder.file("a.pem"));
    const auto none = first_roots_file({"/nonexistent", folder.file("empty.pem")});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::file_unreadable);
    EXPECT_NE(none.error().detail.find("ca-certificates"), std::string::npos);
}

TEST(SystemRoots, AreNeverWhatTheEnvironmentNames) {
    const auto before = system_roots_path();
    ::setenv("SSL_CERT_FILE", "/nonexistent/attacker.pem", 1);
    const auto after = system_roots_path();
    ::unsetenv("SSL_CERT_FILE");
    ASSERT_EQ(before.has_value(), after.has_value());
    if (before) {
        EXPECT_EQ(*before, *after);
    }
}

}  // namespace
}  // namespace armgate::certs
