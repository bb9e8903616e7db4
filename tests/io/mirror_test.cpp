// A private copy of a folder: what is in it is its own, what is around it is seen where it was.
#include "io/terraform/mirror.hpp"

#include "support/folder_snapshot.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::io {
namespace {

namespace fs = std::filesystem;
using tests::slurp;
using tests::snapshot_of;
using tests::spill;

class Mirrored : public testing::Test {
  protected:
    Mirrored() {
        fs::create_directories(home_ + "/infra/prod/modules/own");
        fs::create_directories(home_ + "/infra/modules/net");
        fs::create_directories(into());
        spill(home_ + "/infra/prod/main.tf", "main");
        spill(home_ + "/infra/prod/modules/own/own.tf", "own");
        spill(home_ + "/infra/modules/net/net.tf", "net");
        spill(home_ + "/shared.tfvars", "shared");
    }

    [[nodiscard]] std::string into() const { return folder_.file("copy"); }
    [[nodiscard]] MirrorRequest request() const {
        MirrorRequest out;
        out.folder = fs::canonical(home_ + "/infra/prod").string();
        out.into = into();
        out.linked = {".git", "node_modules"};
        out.left_out = {".terraform"};
        return out;
    }
    [[nodiscard]] static mode_t mode_of(const std::string& path) {
        struct stat found {};
        EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
        return found.st_mode & 0777U;
    }

    tests::TemporaryFolder folder_;
    std::string home_ = folder_.file("home");
};

TEST_F(Mirrored, IsPrivateAndSeesWhatIsAround) {
    ::chmod((home_ + "/infra/prod/main.tf").c_str(), 0444);
    spill(home_ + "/infra/prod/run.sh", "#!/bin/sh\n");
    ::chmod((home_ + "/infra/prod/run.sh").c_str(), 0755);
    const auto copy = mirror_folder(request());
    ASSERT_TRUE(copy) << copy.error().detail;
    EXPECT_EQ(slurp(*copy + "/main.tf"), "main");
    EXPECT_EQ(slurp(*copy + "/modules/own/own.tf"), "own");
    EXPECT_EQ(slurp(*copy + "/../modules/net/net.tf"), "net");
    EXPECT_EQ(slurp(*copy + "/../../shared.tfvars"), "shared");
    EXPECT_EQ(mode_of(*copy + "/main.tf"), 0600U);
    EXPECT_EQ(mode_of(*copy + "/run.sh"), 0700U);
    EXPECT_EQ(mode_of(*copy + "/modules"), 0700U);
}

TEST_F(Mirrored, WritingToItReachesNothing) {
    fs::create_symlink("../../shared.tfvars", home_ + "/infra/prod/a.auto.tfvars");
    fs::create_symlink(home_ + "/infra/prod/main.tf", home_ + "/infra/prod/absolute.tf");
    fs::create_directory_symlink(home_ + "/infra/prod/modules", home_ + "/infra/prod/again");
    const auto before = snapshot_of(home_);
    const auto copy = mirror_folder(request());
    ASSERT_TRUE(copy) << copy.error().detail;
    for (const char* name : {"main.tf", "a.auto.tfvars", "absolute.tf", "again/own/own.tf",
                             "modules/own/new.tf", "../beside.tf"}) {
        spill(*copy + "/" + name, "written");
        EXPECT_EQ(slurp(*copy + "/" + name), "written") << name;
    }
    EXPECT_EQ(snapshot_of(home_), before);
}

TEST_F(Mirrored, LinksAndNamesAreTreatedAsAsked) {
    const std::string prod = home_ + "/infra/prod";
    for (const char* name : {"/.git", "/node_modules", "/.terraform", "/modules/own/.terraform"}) {
        fs::create_directories(prod + name);
        spill(prod + name + "/x", "x");
    }
    fs::create_directory_symlink(home_ + "/infra/modules", prod + "/linked");
    fs::create_symlink("loop", prod + "/loop");
    fs::create_symlink("nowhere", prod + "/dangling");
    ASSERT_EQ(::mkfifo((prod + "/pipe").c_str(), 0600), 0);
    spill(prod + "/secret", "s");
    MirrorRequest asked = request();
    asked.withheld = {asked.folder + "/secret"};
    const auto copy = mirror_folder(asked);
    ASSERT_TRUE(copy) << copy.error().detail;
    for (const char* name :
         {"/.terraform", "/modules/own/.terraform", "/loop", "/dangling", "/pipe", "/secret"}) {
        EXPECT_FALSE(fs::exists(fs::symlink_status(*copy + name))) << name;
    }
    EXPECT_TRUE(fs::is_symlink(*copy + "/.git"));
    EXPECT_EQ(slurp(*copy + "/node_modules/x"), "x");
    EXPECT_EQ(slurp(*copy + "/linked/net/net.tf"), "net");
}

TEST_F(Mirrored, TooMuchIsRefusedWithTheFoldersName) {
    MirrorRequest few = request();
    few.limits.entries = 2;
    MirrorRequest small = request();
    small.limits.bytes = 5;
    for (const MirrorRequest& asked : {few, small}) {
        fs::remove_all(into());
        fs::create_directories(into());
        const auto copy = mirror_folder(asked);
        ASSERT_FALSE(copy);
        EXPECT_EQ(copy.error().code, Errc::input_invalid);
        EXPECT_THAT(copy.error().detail, testing::HasSubstr("/infra/prod: it holds more than"));
    }
}

TEST_F(Mirrored, ALevelWithTooManyNeighboursEndsTheView) {
    for (int i = 0; i < 10; ++i) spill(home_ + "/f" + std::to_string(i), "");
    MirrorRequest asked = request();
    asked.limits.neighbours = 5;
    const auto copy = mirror_folder(asked);
    ASSERT_TRUE(copy) << copy.error().detail;
    EXPECT_EQ(slurp(*copy + "/../modules/net/net.tf"), "net");
    EXPECT_FALSE(fs::exists(*copy + "/../../shared.tfvars"));
    asked.limits.neighbours = 0;
    fs::remove_all(into());
    fs::create_directories(into());
    const auto alone = mirror_folder(asked);
    ASSERT_TRUE(alone) << alone.error().detail;
    EXPECT_EQ(slurp(*alone + "/main.tf"), "main");
}

TEST_F(Mirrored, WhatItsFilesNameAboveIsCopiedToo) {
    fs::create_directories(home_ + "/infra/functions/deep");
    fs::create_directories(home_ + "/.ssh");
    fs::create_directories(home_ + "/large");
    for (int i = 0; i < 30; ++i) spill(home_ + "/large/" + std::to_string(i), "x");
    spill(home_ + "/infra/functions/deep/f.py", "f");
    spill(home_ + "/.ssh/id", "key");
    spill(home_ + "/infra/prod/main.tf",
          "a = \"../modules/net\" b = file(\"${path.module}/../../shared.tfvars\")\n"
          "c = \"../../.ssh/id\" d = \"../../large\" e = \"../prod/x\" f = \"../nowhere\" ../");
    spill(home_ + "/infra/modules/net/net.tf", "source_dir = \"${path.root}/../functions\"");
    MirrorRequest asked = request();
    asked.naming = {".tf"};
    asked.limits.named_entries = 20;
    const auto before = snapshot_of(home_);
    const auto copy = mirror_folder(asked);
    ASSERT_TRUE(copy) << copy.error().detail;
    for (const char* copied : {"/../modules", "/../functions", "/../../shared.tfvars"}) {
        EXPECT_FALSE(fs::is_symlink(*copy + copied)) << copied;
    }
    for (const char* linked : {"/../../.ssh", "/../../large"}) {
        EXPECT_TRUE(fs::is_symlink(*copy + linked)) << linked;
    }
    EXPECT_EQ(slurp(*copy + "/../functions/deep/f.py"), "f");
    EXPECT_EQ(slurp(*copy + "/../../large/7"), "x");
    for (const char* name :
         {"/../modules/net/new.tf", "/../functions/deep/f.py", "/../../shared.tfvars"}) {
        spill(*copy + name, "written");
    }
    EXPECT_EQ(snapshot_of(home_), before);
}

}  // namespace
}  // namespace armgate::io
