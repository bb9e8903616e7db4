#include "certs/files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <openssl/rand.h>

namespace armgate::certs {
namespace {

Error unreadable(const std::string& path, std::string_view why) {
    return Error{Errc::file_unreadable, "Cannot read " + path + ": " + std::string(why) +
                                            "; check the path and its permissions."};
}

Error unwritable(const std::string& path, int code) {
    return Error{Errc::file_unwritable, "Cannot write " + path + ": " + errno_text(code) +
                                            "; check the disk and the folder's permissions."};
}

/// 0 or an errno value.
int write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

/// 0 or an errno value. The mode is set again on the descriptor, since the umask takes bits away.
int fill_and_sync(int fd, std::string_view bytes, mode_t mode) {
    if (::fchmod(fd, mode) != 0) return errno;
    if (const int code = write_all(fd, bytes); code != 0) return code;
    return ::fsync(fd) == 0 ? 0 : errno;
}

std::string random_suffix() {
    std::array<unsigned char, 6> bytes{};
    std::string out;
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return "0";
    for (const unsigned char byte : bytes) out += std::to_string(byte % 10U);
    return out;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

int FileDescriptor::release() noexcept {
    return std::exchange(fd_, -1);
}

void FileDescriptor::reset() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::string errno_text(int code) {
    return std::generic_category().message(code);
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    // Non-blocking, so that a FIFO does not hold up the start.
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) return unreadable(path, errno_text(errno));
    return read_all(fd.get(), path, limit);
}

Result<std::string> read_all(int fd, const std::string& path, std::size_t limit) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return unreadable(path, errno_text(errno));
    if (S_ISDIR(info.st_mode)) return unreadable(path, "it is a folder, not a file");
    if (!S_ISREG(info.st_mode)) return unreadable(path, "it is not a regular file");
    std::string out;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t count = ::read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable(path, errno_text(errno));
        if (count == 0) return out;
        out.append(buffer.data(), static_cast<std::size_t>(count));
        if (out.size() > limit) {
            return unreadable(path, "it is larger than " + std::to_string(limit) + " bytes");
        }
    }
}

Result<void> make_private_folders(const std::string& dir) {
    if (dir.empty()) return Error{Errc::file_unwritable, "The CA's folder has no name; name one."};
    for (std::size_t at = 1; at <= dir.size(); ++at) {
        if (at != dir.size() && dir[at] != '/') continue;
        const std::string part = dir.substr(0, at);
        if (::mkdir(part.c_str(), S_IRWXU) == 0) {
            if (::chmod(part.c_str(), S_IRWXU) != 0) return unwritable(part, errno);
            continue;
        }
        const int code = errno;
        struct stat info {};
        // Where it exists, mkdir may say EACCES or EROFS as well as EEXIST.
        if (::stat(part.c_str(), &info) != 0) return unwritable(part, code);
        if (!S_ISDIR(info.st_mode)) return unwritable(part, ENOTDIR);
    }
    return {};
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

Result<FileDescriptor> open_folder(const std::string& dir) {
    FileDescriptor fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return unreadable(dir, errno_text(errno));
    return fd;
}

std::string Folder::file(std::string_view name) const {
    return path + (path.ends_with('/') ? "" : "/") + std::string(name);
}

Result<void> write_new_file(const Folder& folder,
                            const std::string& name,
                            std::string_view bytes,
                            mode_t mode) {
    if (::unlinkat(folder.fd, name.c_str(), 0) != 0 && errno != ENOENT) {
        return unwritable(folder.file(name), errno);
    }
    const FileDescriptor fd(::openat(folder.fd, name.c_str(),
                                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                     S_IRUSR | S_IWUSR));
    if (!fd) return unwritable(folder.file(name), errno);
    if (const int code = fill_and_sync(fd.get(), bytes, mode); code != 0) {
        ::unlinkat(folder.fd, name.c_str(), 0);
        return unwritable(folder.file(name), code);
    }
    return {};
}

Result<void> rename_in(const Folder& folder, const std::string& from, const std::string& to) {
    if (::renameat(folder.fd, from.c_str(), folder.fd, to.c_str()) != 0) {
        return unwritable(folder.file(to), errno);
    }
    // Some file systems cannot sync a folder; what was renamed is whole all the same.
    if (::fsync(folder.fd) != 0 && errno != EINVAL) return unwritable(folder.path, errno);
    return {};
}

Result<void> replace_file(const Folder& folder,
                          const std::string& name,
                          std::string_view bytes,
                          mode_t mode) {
    const std::string temporary = "." + name + "." + random_suffix();
    if (auto written = write_new_file(folder, temporary, bytes, mode); !written) return written;
    auto renamed = rename_in(folder, temporary, name);
    if (!renamed) ::unlinkat(folder.fd, temporary.c_str(), 0);
    return renamed;
}

Result<void> replace_file_at(const std::string& path, std::string_view bytes, mode_t mode) {
    const std::string folder = folder_of(path);
    const auto opened = open_folder(folder);
    if (!opened) return Error{Errc::file_unwritable, opened.error().detail};
    const std::string name = std::filesystem::path(path).filename().string();
    return replace_file({opened->get(), folder}, name, bytes, mode);
}

}  // namespace armgate::certs
