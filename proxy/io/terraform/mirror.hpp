// A private copy of a folder that sees the rest of the disk where the folder saw it: what is in the
// folder, and what its files name as `../x`, is copied, everything else around it is linked. So
// `../modules/x` still leads somewhere, and nothing that is written into the copy reaches the
// original. Blocking; before a child starts.
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace armgate::io {

struct MirrorLimits {
    std::size_t entries = 20000;
    std::uintmax_t bytes = 256UL * 1024 * 1024;
    /// A level above the folder that holds more is not shown, nor is what is above it.
    std::size_t neighbours = 4000;
    /// All that is copied around the folder; what would be more is linked.
    std::size_t named_entries = 5000;
    std::uintmax_t named_bytes = 64UL * 1024 * 1024;
};

struct MirrorRequest {
    std::string folder;                 ///< canonical and absolute
    std::string into;                   ///< a private folder that exists and is empty
    std::vector<std::string> linked;    ///< names of folders that are linked, at any depth
    std::vector<std::string> left_out;  ///< names that are not there at all, at any depth
    std::vector<std::string> withheld;  ///< absolute paths in the folder that are not there
    std::vector<std::string> naming;    ///< endings of files in which `../x` names a neighbour
    MirrorLimits limits;
};

/// True where `path` is `folder` or below it, by their names; both absolute and normal.
[[nodiscard]] bool is_within(const std::filesystem::path& path,
                             const std::filesystem::path& folder);

/// Gives the path of the copy. Folders have mode 0700, files 0600 or 0700. Links to files become
/// files; links to folders stay links, and point into the copy where they pointed into the folder.
/// What is neither file, folder nor link, and what cannot be read, is left out. Errors:
/// `input_invalid` over the limits, naming the folder; `file_unwritable`.
[[nodiscard]] Result<std::string> mirror_folder(const MirrorRequest& request);

/// Folders `depth` levels deep in `from` made anew in `to`, and links to what is below them. What
/// is not there gives an empty folder. Error: `file_unwritable`.
[[nodiscard]] Result<void> link_below(const std::string& from, const std::string& to, int depth);

/// A private file with what `from` holds, links followed. False where there is no such file.
/// Errors: `file_unreadable`, `file_unwritable`.
[[nodiscard]] Result<bool> copy_private(const std::string& from, const std::string& to);

/// A private file with these bytes. Error: `file_unwritable`.
[[nodiscard]] Result<void> write_private(const std::string& to, std::string_view bytes);

}  // namespace armgate::io
