#include "certs/authority_files.hpp"

#include "certs/x509_parts.hpp"
#include "support/authority_folder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace armgate::certs {
namespace {

using tests::slurp;
using tests::spill;
using tests::TemporaryFolder;

TEST(AuthorityFiles, TheFirstStartMakesAPairAndTheSecondFindsIt) {
    const TemporaryFolder folder;
    const std::string dir = folder.file("config/armgate");
    const auto first = open_in(dir);
    ASSERT_TRUE(first) << first.error().detail;
    const auto second = open_in(dir);
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_EQ(first->fingerprint_sha256(), second->fingerprint_sha256());
    EXPECT_EQ(slurp(dir + "/ca.pem"), first->pem());
    EXPECT_EQ(files_in(dir), (std::set<std::string>{"ca.key", "ca.lock", "ca.pem"}));
}

TEST(AuthorityFiles, TwoInstallationsShareNothing) {
    const TemporaryFolder a;
    const TemporaryFolder b;
    EXPECT_NE(open_in(a.path())->fingerprint_sha256(), open_in(b.path())->fingerprint_sha256());
    EXPECT_NE(slurp(a.file("ca.key")), slurp(b.file("ca.key")));
}

TEST(AuthorityFiles, ModesAreTheSameWhateverTheUmask) {
    for (const mode_t mask : {0U, 022U, 077U, 0277U}) {
        SCOPED_TRACE(mask);
        const TemporaryFolder folder;
        const std::string dir = folder.file("new/parents/armgate");
        const mode_t before = ::umask(mask);
        const auto made = open_in(dir);
        ::umask(before);
        ASSERT_TRUE(made) << made.error().detail;
        EXPECT_EQ(mode_of(folder.file("new")), 0700U);
        EXPECT_EQ(mode_of(folder.file("new/parents")), 0700U);
        EXPECT_EQ(mode_of(dir), 0700U);
        EXPECT_EQ(mode_of(dir + "/ca.key"), 0600U);
        EXPECT_EQ(mode_of(dir + "/ca.pem"), 0644U);
    }
}

TEST(AuthorityFiles, AKeyWiderThan0600IsRefusedOnALaterStart) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    const struct {
        mode_t mode;
        bool allowed;
    } cases[] = {{0600, true},  {0400, true},  {0644, false}, {0640, false}, {0604, false},
                 {0660, false}, {0700, false}, {0601, false}, {0666, false}, {04600, false}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.mode);
        ASSERT_EQ(::chmod(folder.file("ca.key").c_str(), c.mode), 0);
        const auto opened = open_in(folder.path());
        EXPECT_EQ(opened.has_value(), c.allowed);
        if (opened) continue;
        EXPECT_EQ(opened.error().code, Errc::permissions_too_wide);
        EXPECT_NE(opened.error().detail.find("chmod 600 " + folder.file("ca.key")),
                  std::string::npos);
    }
}

TEST(AuthorityFiles, AFolderThatOthersCanWriteIsRefusedAndNoOther) {
    const struct {
        mode_t mode;
        bool allowed;
    } cases[] = {{0700, true},  {0755, true},  {0750, true},  {0711, true},
                 {0770, false}, {0702, false}, {0777, false}, {01777, false}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.mode);
        const TemporaryFolder folder;
        ASSERT_EQ(::chmod(folder.path().c_str(), c.mode), 0);
        const auto opened = open_in(folder.path());
        EXPECT_EQ(opened.has_value(), c.allowed);
        if (opened) continue;
        EXPECT_EQ(opened.error().code, Errc::permissions_too_wide);
        EXPECT_TRUE(files_in(folder.path()).empty());
    }
}

TEST(AuthorityFiles, ACertificateThatOthersCanWriteIsRefused) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    ASSERT_EQ(::chmod(folder.file("ca.pem").c_str(), 0664), 0);
    EXPECT_EQ(open_in(folder.path()).error().code, Errc::permissions_too_wide);
}

TEST(AuthorityFiles, ABadPairIsAnErrorThatNamesTheFileAndNeverANewCa) {
    const TemporaryFolder other;
    ASSERT_TRUE(open_in(other.path()));
    const tests::TestPki pki(tests::now());
    const auto foreign = pki.leaf("management.azure.com");
    const std::string foreign_key = private_key_pem(foreign.key.get());
    using Spoil = std::function<void(const TemporaryFolder&)>;
    const auto halve = [](const std::string& path) {
        const std::string text = slurp(path);
        spill(path, text.substr(0, text.size() / 2));
    };
    const struct {
        const char* what;
        const char* names;
        Spoil spoil;
    } cases[] = {
        {"key missing", "ca.key", [](auto& f) { ::unlink(f.file("ca.key").c_str()); }},
        {"certificate missing", "ca.pem", [](auto& f) { ::unlink(f.file("ca.pem").c_str()); }},
        {"key halved", "ca.key", [&](auto& f) { halve(f.file("ca.key")); }},
        {"certificate halved", "ca.pem", [&](auto& f) { halve(f.file("ca.pem")); }},
        {"key empty", "ca.key", [](auto& f) { spill(f.file("ca.key"), ""); }},
        {"certificate empty", "ca.pem", [](auto& f) { spill(f.file("ca.pem"), ""); }},
        {"key garbage", "ca.key", [](auto& f) { spill(f.file("ca.key"), "\xFF\0garbage"); }},
        {"another's key", "ca.key",
         [&](auto& f) { spill(f.file("ca.key"), slurp(other.file("ca.key"))); }},
        {"another's certificate", "ca.pem",
         [&](auto& f) { spill(f.file("ca.pem"), slurp(other.file("ca.pem"))); }},
        {"a foreign CA without constraints", "ca.pem",
         [&](auto& f) {
             spill(f.file("ca.pem"), pki.ca_pem());
             spill(f.file("ca.key"), foreign_key);
         }},
        {"a leaf and its key", "ca.pem",
         [&](auto& f) {
             spill(f.file("ca.pem"), certificate_pem(foreign.certificate.get()));
             spill(f.file("ca.key"), foreign_key);
         }},
        {"the key in the certificate's file", "ca.pem",
         [](auto& f) {
             spill(f.file("ca.pem"), slurp(f.file("ca.pem")) + slurp(f.file("ca.key")));
         }},
        {"the certificate is a link", "ca.pem",
         [](auto& f) {
             ::rename(f.file("ca.pem").c_str(), f.file("real.pem").c_str());
             ASSERT_EQ(::symlink("real.pem", f.file("ca.pem").c_str()), 0);
         }},
        {"the key is a link", "ca.key",
         [](auto& f) {
             ::rename(f.file("ca.key").c_str(), f.file("real.key").c_str());
             ASSERT_EQ(::symlink("real.key", f.file("ca.key").c_str()), 0);
         }},
        {"the key is a folder", "ca.key",
         [](auto& f) {
             ::unlink(f.file("ca.key").c_str());
             ASSERT_EQ(::mkdir(f.file("ca.key").c_str(), 0700), 0);
         }},
        {"the key is a FIFO", "ca.key",
         [](auto& f) {
             ::unlink(f.file("ca.key").c_str());
             ASSERT_EQ(::mkfifo(f.file("ca.key").c_str(), 0600), 0);
         }},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.what);
        const TemporaryFolder folder;
        ASSERT_TRUE(open_in(folder.path()));
        c.spoil(folder);
        const std::string key = slurp(folder.file("ca.key"));
        const std::string certificate = slurp(folder.file("ca.pem"));
        const auto opened = open_in(folder.path());
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Errc::ca_invalid) << opened.error().detail;
        EXPECT_NE(opened.error().detail.find(c.names), std::string::npos) << opened.error().detail;
        EXPECT_NE(opened.error().detail.find(folder.path()), std::string::npos);
        EXPECT_NE(opened.error().detail.find("armgate ca rotate"), std::string::npos);
        EXPECT_EQ(slurp(folder.file("ca.key")), key);
        EXPECT_EQ(slurp(folder.file("ca.pem")), certificate);
    }
}

TEST(AuthorityFiles, AKeyWithAPassphraseIsRefusedWithoutAsking) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    spill(folder.file("ca.key"),
          "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAc\n"
          "-----END ENCRYPTED PRIVATE KEY-----\n");
    EXPECT_EQ(open_in(folder.path()).error().code, Errc::ca_invalid);
}

TEST(AuthorityFiles, AnExpiredCaStopsTheStartAndNamesRotate) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    const auto later = tests::now() + kAuthorityLife + std::chrono::hours(1);
    const auto opened = open_or_create_authority(folder.path(), kNames, later);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::ca_invalid);
    EXPECT_NE(opened.error().detail.find("expired"), std::string::npos);
    EXPECT_NE(opened.error().detail.find("armgate ca rotate"), std::string::npos);
    const auto earlier =
        open_or_create_authority(folder.path(), kNames, tests::now() - std::chrono::hours(72));
    EXPECT_EQ(earlier.error().code, Errc::ca_invalid);
}

TEST(AuthorityFiles, AHostThatTheCaDoesNotCoverNamesTheCommandThatMendsIt) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    EXPECT_TRUE(open_in(folder.path(), {"eastus.management.azure.com", "*.management.azure.com"}));
    const auto opened = open_in(folder.path(), {"management.azure.com", "arm.private.example"});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::ca_does_not_cover);
    EXPECT_NE(opened.error().detail.find("'armgate ca rotate --intercept arm.private.example'"),
              std::string::npos)
        << opened.error().detail;
}

TEST(AuthorityFiles, RotateMakesANewPairOverAGoodOrABadOne) {
    const TemporaryFolder folder;
    const auto old = open_in(folder.path());
    const auto rotated = replace_authority(folder.path(), {"arm.private.example"}, tests::now());
    ASSERT_TRUE(rotated);
    EXPECT_NE(rotated->fingerprint_sha256(), old->fingerprint_sha256());
    EXPECT_EQ(open_in(folder.path(), {"arm.private.example"})->fingerprint_sha256(),
              rotated->fingerprint_sha256());
    spill(folder.file("ca.key"), "garbage");
    EXPECT_TRUE(replace_authority(folder.path(), kNames, tests::now()));
    EXPECT_TRUE(open_in(folder.path()));
}

TEST(AuthorityFiles, OpenReadsAndMakesNothing) {
    const TemporaryFolder folder;
    const auto none = open_authority(folder.path(), tests::now());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::file_unreadable);
    EXPECT_TRUE(files_in(folder.path()).empty());
    EXPECT_EQ(open_authority(folder.file("nowhere"), tests::now()).error().code,
              Errc::file_unreadable);
    const auto made = open_in(folder.path());
    EXPECT_EQ(open_authority(folder.path(), tests::now())->fingerprint_sha256(),
              made->fingerprint_sha256());
}

TEST(AuthorityFiles, TheCaOfAReadOnlyFolderServes) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    // Root writes anywhere, so a child without root's rights looks on; the files must be its own.
    const int status = in_child([&] {
        constexpr uid_t kNobody = 65534;
        ::unlink(folder.file("ca.lock").c_str());
        for (const char* name : {"", "ca.key", "ca.pem"}) {
            if (::geteuid() == 0 && ::chown(folder.file(name).c_str(), kNobody, kNobody) != 0) {
                return 3;
            }
        }
        if (::chmod(folder.path().c_str(), 0500) != 0) return 4;
        if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) return 5;
        return open_in(folder.path()) ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
}

TEST(AuthorityFiles, TheFilesOfAnotherUserAreNotTrusted) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to make files of another user";
    constexpr uid_t kNobody = 65534;
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(::chown(folder.path().c_str(), 1, 1), 0);
    const int status = in_child([&] {
        if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) return 5;
        const auto opened = open_in(folder.path());
        return !opened && opened.error().code == Errc::permissions_too_wide ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace armgate::certs
