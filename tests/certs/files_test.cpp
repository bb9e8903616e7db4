#include "certs/files.hpp"

#include "support/temporary_folder.hpp"

#include <filesystem>
#include <iterator>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace armgate::certs {
namespace {

using tests::slurp;
using tests::spill;
using tests::TemporaryFolder;

TEST(Files, AFileIsReplacedByItsPathWithExactlyItsMode) {
    const TemporaryFolder folder;
    const std::string path = folder.file("list.md");
    spill(path, "old");
    const mode_t before = ::umask(0077);
    const auto replaced = replace_file_at(path, "new", 0640);
    ::umask(before);
    ASSERT_TRUE(replaced);
    EXPECT_EQ(slurp(path), "new");
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0640U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, ABareNameIsOneOfTheCurrentFolder) {
    const TemporaryFolder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    const auto replaced = replace_file_at("list.json", "{}", 0600);
    std::filesystem::current_path(before);
    ASSERT_TRUE(replaced);
    EXPECT_EQ(slurp(folder.file("list.json")), "{}");
}

TEST(Files, AFolderThatCannotBeOpenedMakesThePathUnwritable) {
    const TemporaryFolder folder;
    const auto replaced = replace_file_at(folder.file("none/list.json"), "{}", 0600);
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().code, Errc::file_unwritable);
    EXPECT_NE(replaced.error().detail.find("none"), std::string::npos);
}

}  // namespace
}  // namespace armgate::certs
