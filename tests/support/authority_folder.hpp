// What the tests of the CA's folder share.
#pragma once

#include "certs/authority_files.hpp"
#include "support/test_pki.hpp"

#include <filesystem>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace armgate::certs {

inline const std::vector<std::string> kNames{"management.azure.com"};

inline Result<Authority> open_in(const std::string& dir,
                                 const std::vector<std::string>& names = kNames) {
    return open_or_create_authority(dir, names, tests::now());
}

inline mode_t mode_of(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
}

inline std::set<std::string> files_in(const std::string& dir) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

/// Runs `body` in a forked child; its return value, or 128 + the signal that ended it.
inline int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace armgate::certs
