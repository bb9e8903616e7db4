#include "certs/authority_files.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <filesystem>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace armgate::certs {
namespace {

using tests::slurp;
using tests::spill;
using tests::TemporaryFolder;

const std::vector<std::string> kNames{"management.azure.com"};

std::set<std::string> files_in(const std::string& dir) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

TEST(PublicFiles, AreTheCertificateAndTheBundlesOnly) {
    const TemporaryFolder folder;
    const auto ca = create_authority(kNames, tests::now());
    ASSERT_TRUE(write_public_files(folder.path(), *ca, "roots\n" + ca->pem()));
    EXPECT_EQ(files_in(folder.path()),
              (std::set<std::string>{"bundle.jks", "bundle.pem", "ca.pem"}));
    EXPECT_EQ(slurp(folder.file("ca.pem")), ca->pem());
    EXPECT_EQ(slurp(folder.file("bundle.pem")), "roots\n" + ca->pem());
    struct stat info {};
    ASSERT_EQ(::lstat(folder.file("bundle.pem").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0644U);
    EXPECT_TRUE(write_public_files(folder.path(), *ca, "new"));
    EXPECT_EQ(slurp(folder.file("bundle.pem")), "new");
}

TEST(PublicFiles, NeverReplaceTheCertificateOfAPair) {
    const TemporaryFolder folder;
    const auto pair = open_or_create_authority(folder.path(), kNames, tests::now());
    const auto other = create_authority(kNames, tests::now());
    ASSERT_TRUE(write_public_files(folder.path(), *other, "bundle"));
    EXPECT_EQ(slurp(folder.file("ca.pem")), pair->pem());
}

TEST(PublicFiles, ALinkInTheirPlaceIsReplacedAndNotFollowed) {
    const TemporaryFolder folder;
    spill(folder.file("precious"), "untouched");
    ASSERT_EQ(::symlink("precious", folder.file("bundle.pem").c_str()), 0);
    const auto ca = create_authority(kNames, tests::now());
    ASSERT_TRUE(write_public_files(folder.path(), *ca, "bundle"));
    EXPECT_EQ(slurp(folder.file("precious")), "untouched");
    EXPECT_EQ(slurp(folder.file("bundle.pem")), "bundle");
}

TEST(PublicFiles, AFolderThatIsNotThereIsAnError) {
    const auto ca = create_authority(kNames, tests::now());
    const auto written = write_public_files("/nonexistent/armgate", *ca, "bundle");
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().detail.find("/nonexistent/armgate"), std::string::npos);
}

}  // namespace
}  // namespace armgate::certs
