// A folder as it is: every file's bytes, mode and time, every link's target. Two that are equal
// show that nothing was written in between.
#pragma once

#include "support/temporary_folder.hpp"

#include <map>
#include <sys/stat.h>

namespace armgate::tests {

using Snapshot = std::map<std::string, std::string>;

[[nodiscard]] inline Snapshot snapshot_of(const std::string& folder) {
    namespace fs = std::filesystem;
    Snapshot out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        struct stat found {};
        if (::lstat(entry.path().c_str(), &found) != 0) continue;
        std::string what = std::to_string(found.st_mode) + " " +
                           std::to_string(found.st_mtim.tv_sec) + "." +
                           std::to_string(found.st_mtim.tv_nsec) + " ";
        if (S_ISREG(found.st_mode)) what += slurp(entry.path().string());
        if (S_ISLNK(found.st_mode)) what += fs::read_symlink(entry.path()).string();
        out.emplace(entry.path().string(), std::move(what));
    }
    return out;
}

}  // namespace armgate::tests
