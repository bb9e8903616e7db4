// Files as certs needs them: read whole with a bound, written whole or not at all, never through a
// symbolic link in the CA's folder. POSIX descriptors that close themselves. Blocking; start-up
// only, never on an event loop.
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace armgate::certs {

/// A descriptor that closes itself. Move-only.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int release() noexcept;
    void reset() noexcept;

  private:
    int fd_ = -1;
};

/// The text of an errno value.
[[nodiscard]] std::string errno_text(int code);

/// The bytes of a regular file the user named; links are followed.
/// Error: `file_unreadable` (missing, unreadable, a folder or device, over `limit` bytes).
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit);

/// All bytes left in `fd`, up to `limit`. Errors as above; `path` is for the message.
[[nodiscard]] Result<std::string> read_all(int fd, const std::string& path, std::size_t limit);

/// Makes `dir` and its missing parents with mode 0700 whatever the umask; those that exist keep
/// theirs. Error: `file_unwritable`.
[[nodiscard]] Result<void> make_private_folders(const std::string& dir);

/// The folder that a file's path names; `.` for a bare name.
[[nodiscard]] std::string folder_of(const std::string& path);

/// Opens a folder. Error: `file_unreadable`.
[[nodiscard]] Result<FileDescriptor> open_folder(const std::string& dir);

/// An open folder and its path for messages; borrowed by the functions below.
struct Folder {
    int fd;
    const std::string& path;

    [[nodiscard]] std::string file(std::string_view name) const;
};

/// Writes `name` anew with exactly `mode` and syncs it; an older file of that name is removed
/// first. On failure nothing of that name is left. Error: `file_unwritable`.
[[nodiscard]] Result<void> write_new_file(const Folder& folder,
                                          const std::string& name,
                                          std::string_view bytes,
                                          mode_t mode);

/// Renames within the folder and syncs it. Error: `file_unwritable`.
[[nodiscard]] Result<void> rename_in(const Folder& folder,
                                     const std::string& from,
                                     const std::string& to);

/// Puts `bytes` under `name` in one step: a reader sees the old file or the new one.
/// Error: `file_unwritable`.
[[nodiscard]] Result<void> replace_file(const Folder& folder,
                                        const std::string& name,
                                        std::string_view bytes,
                                        mode_t mode);

/// The same for a path, absolute or from the current folder. Error: `file_unwritable`, also where
/// its folder cannot be opened.
[[nodiscard]] Result<void> replace_file_at(const std::string& path,
                                           std::string_view bytes,
                                           mode_t mode);

}  // namespace armgate::certs
