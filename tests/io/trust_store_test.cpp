// The steps of `ca trust` and `ca untrust` against a store of the test's own, with programs that
// fail, hang on nothing and tell what they were given. The real store: tests/system.
#include "io/system/trust_store.hpp"

#include "certs/authority.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace armgate::io {
namespace {

class TrustStoreFiles : public ::testing::Test {
  protected:
    TrustStoreFiles() {
        std::filesystem::create_directory(store_.folder);
        std::filesystem::create_directory(folder_.file("bin"));
        tests::spill(folder_.file("conf"), "mozilla/A.crt\n");
        program("add", "echo \"add $@\" >> " + folder_.file("log"));
        program("remove", "echo \"remove $(cat \"$1\" | tr '\\n' ' ')\" >> " + folder_.file("log"));
    }

    void program(const std::string& name, const std::string& body) {
        tests::spill(folder_.file("bin/" + name), "#!/bin/sh\n" + body + "\n");
        std::filesystem::permissions(folder_.file("bin/" + name), std::filesystem::perms(0755));
    }

    [[nodiscard]] StoreChange change(const std::string& file) const {
        return {store_, folder_.file("bin") + ":/usr/bin:/bin", file, "ca.pem"};
    }
    [[nodiscard]] bool is_there(const std::string& file) const {
        return std::filesystem::exists(store_.folder + "/" + file);
    }
    [[nodiscard]] std::string name_of(const certs::Authority& ca) const {
        return trust::anchor_name(store_, ca.fingerprint_sha256());
    }
    [[nodiscard]] std::string log() const { return tests::slurp(folder_.file("log")); }

    tests::TemporaryFolder folder_;
    trust::StoreRule store_{"own",
                            "a test",
                            "Linux",
                            {},
                            folder_.file("anchors"),
                            ".crt",
                            {"add", "{path}"},
                            {"remove", "{list}"},
                            trust::RemoveList{folder_.file("conf"), "!{file}"}};
    certs::Authority ca_ = *certs::create_authority({"management.azure.com"}, tests::now());
};

TEST_F(TrustStoreFiles, WhatWasPutIsFoundAndTakenOut) {
    const std::string file = name_of(ca_);
    const auto put = put_into_store(change(file), ca_.pem());
    ASSERT_TRUE(put) << put.error().detail;
    EXPECT_EQ(tests::slurp(store_.folder + "/" + file), ca_.pem());
    EXPECT_EQ(log(), "add " + store_.folder + "/" + file + "\n");
    const auto anchors = anchors_in(store_);
    ASSERT_EQ(anchors.size(), 1U);
    EXPECT_TRUE(anchors.front().is_ours);
    EXPECT_EQ(anchors.front().file, file);
    EXPECT_EQ(anchors.front().subject, ca_.subject());

    const auto gone = take_out_of_store(change(file));
    ASSERT_TRUE(gone) << gone.error().detail;
    EXPECT_FALSE(is_there(file));
    EXPECT_NE(log().find("remove mozilla/A.crt !" + file + " \n"), std::string::npos) << log();
    EXPECT_TRUE(anchors_in(store_).empty());
    EXPECT_EQ(tests::slurp(folder_.file("conf")), "mozilla/A.crt\n") << "the system's own list";
}

TEST_F(TrustStoreFiles, AProgramThatFailsLeavesNothingBehind) {
    program("add", "echo 'no space left'; exit 3");
    const auto put = put_into_store(change("armgate-0123456789abcdef.crt"), ca_.pem());
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().detail, "add failed: no space left; the CA was taken out again");
    EXPECT_FALSE(is_there("armgate-0123456789abcdef.crt"));
    EXPECT_NE(log().find("remove "), std::string::npos);
}

TEST_F(TrustStoreFiles, AFailureOfBothIsSaid) {
    program("add", "exit 3");
    program("remove", "kill -KILL $$");
    const auto put = put_into_store(change("armgate-0123456789abcdef.crt"), ca_.pem());
    ASSERT_FALSE(put);
    EXPECT_NE(put.error().detail.find("failed too: remove failed"), std::string::npos)
        << put.error().detail;
}

TEST_F(TrustStoreFiles, AProgramThatIsGoneIsSaid) {
    std::filesystem::remove(folder_.file("bin/remove"));
    const auto gone = take_out_of_store(change("armgate-0123456789abcdef.crt"));
    ASSERT_FALSE(gone);
    EXPECT_NE(gone.error().detail.find("remove is not there"), std::string::npos);
}

TEST_F(TrustStoreFiles, OnlyTheExactFileOfItsNameIsOurs) {
    const certs::Authority other = *certs::create_authority({"management.azure.com"}, tests::now());
    const std::string foreign = tests::TestPki(tests::now()).ca_pem();
    const std::string file = name_of(ca_);
    for (const std::string& content :
         {other.pem(), foreign, ca_.pem() + "\n", "# ours\n" + ca_.pem(), ca_.pem() + other.pem(),
          std::string("garbage"), std::string()}) {
        tests::spill(store_.folder + "/" + file, content);
        const auto anchors = anchors_in(store_);
        ASSERT_EQ(anchors.size(), 1U);
        EXPECT_FALSE(anchors.front().is_ours) << content;
    }
    // A link is not followed, whatever it leads to.
    std::filesystem::remove(store_.folder + "/" + file);
    tests::spill(folder_.file("real"), ca_.pem());
    std::filesystem::create_symlink(folder_.file("real"), store_.folder + "/" + file);
    EXPECT_FALSE(anchors_in(store_).front().is_ours);
    // Others' files are not even looked at.
    std::filesystem::remove(store_.folder + "/" + file);
    tests::spill(store_.folder + "/armgate.crt", ca_.pem());
    tests::spill(store_.folder + "/company.crt", foreign);
    EXPECT_TRUE(anchors_in(store_).empty());
}

}  // namespace
}  // namespace armgate::io
