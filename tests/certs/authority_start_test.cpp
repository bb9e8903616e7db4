// First starts of the CA's folder: several at once, and such as are cut short.
#include "certs/authority_files.hpp"
#include "certs/x509_parts.hpp"
#include "support/authority_folder.hpp"
#include "support/temporary_folder.hpp"

#include <csignal>
#include <sys/resource.h>
#include <thread>

#include <gtest/gtest.h>

namespace armgate::certs {
namespace {

using tests::slurp;
using tests::spill;
using tests::TemporaryFolder;

TEST(AuthorityFiles, FirstStartsInManyThreadsShareOneCa) {
    const TemporaryFolder folder;
    std::vector<std::string> prints(8);
    {
        std::vector<std::jthread> threads;
        for (std::string& print : prints) {
            threads.emplace_back([&] {
                const auto opened = open_in(folder.file("shared/armgate"));
                print = opened ? opened->fingerprint_sha256() : opened.error().detail;
            });
        }
    }
    EXPECT_EQ(std::set<std::string>(prints.begin(), prints.end()).size(), 1U) << prints[0];
    EXPECT_EQ(prints[0].size(), 95U) << prints[0];
}

TEST(AuthorityFiles, FirstStartsInManyProcessesShareOneCa) {
    const TemporaryFolder folder;
    constexpr int kProcesses = 8;
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto opened = open_in(folder.file("armgate"));
            spill(folder.file("print" + std::to_string(i)),
                  opened ? opened->fingerprint_sha256() : opened.error().detail);
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) ::waitpid(child, nullptr, 0);
    const auto winner = open_in(folder.file("armgate"));
    ASSERT_TRUE(winner);
    for (int i = 0; i < kProcesses; ++i) {
        EXPECT_EQ(slurp(folder.file("print" + std::to_string(i))), winner->fingerprint_sha256());
    }
}

TEST(AuthorityFiles, AFullDiskLeavesNothingHalf) {
    // The limit stands for the disk: 100 bytes let no file through, 300 the key but not the
    // certificate.
    for (const rlim_t limit : {rlim_t{0}, rlim_t{100}, rlim_t{300}}) {
        SCOPED_TRACE(limit);
        const TemporaryFolder folder;
        const int status = in_child([&] {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit full{limit, limit};
            ::setrlimit(RLIMIT_FSIZE, &full);
            const auto opened = open_in(folder.path());
            return opened ? 1 : opened.error().code == Errc::file_unwritable ? 42 : 2;
        });
        EXPECT_EQ(status, 42);
        EXPECT_EQ(files_in(folder.path()), std::set<std::string>{"ca.lock"});
        EXPECT_TRUE(open_in(folder.path()));
    }
}

TEST(AuthorityFiles, AStartKilledWhileWritingIsForgottenByTheNext) {
    const TemporaryFolder folder;
    const int status = in_child([&] {
        const rlimit full{300, 300};
        ::setrlimit(RLIMIT_FSIZE, &full);
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        std::signal(SIGXFSZ, SIG_DFL);
        return open_in(folder.path()) ? 1 : 2;
    });
    EXPECT_EQ(status, 128 + SIGXFSZ);
    EXPECT_TRUE(files_in(folder.path()).contains(".ca.key.new"));
    ASSERT_TRUE(open_in(folder.path()));
    EXPECT_EQ(files_in(folder.path()), (std::set<std::string>{"ca.key", "ca.lock", "ca.pem"}));
}

TEST(AuthorityFiles, AStartCutShortBetweenItsTwoRenamesIsFinishedWithTheSameCa) {
    const TemporaryFolder folder;
    const auto made = open_in(folder.path());
    ASSERT_EQ(::rename(folder.file("ca.pem").c_str(), folder.file(".ca.pem.new").c_str()), 0);
    const auto next = open_in(folder.path());
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_EQ(next->fingerprint_sha256(), made->fingerprint_sha256());
    EXPECT_EQ(files_in(folder.path()), (std::set<std::string>{"ca.key", "ca.lock", "ca.pem"}));
}

TEST(AuthorityFiles, ARotationCutShortBetweenItsTwoRenamesIsFinished) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open_in(folder.path()));
    const std::string old_certificate = slurp(folder.file("ca.pem"));
    const auto rotated = replace_authority(folder.path(), kNames, tests::now());
    spill(folder.file(".ca.pem.new"), slurp(folder.file("ca.pem")));
    spill(folder.file("ca.pem"), old_certificate);
    const auto next = open_in(folder.path());
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_EQ(next->fingerprint_sha256(), rotated->fingerprint_sha256());
}

}  // namespace
}  // namespace armgate::certs
