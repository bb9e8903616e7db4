#include "io/trace/trace_file.hpp"

#include "core/trace/record.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace armgate::io {
namespace {

Error open_error(const std::string& path, const char* why) {
    return {Errc::file_unwritable, "cannot write the trace " + path + ": " + why +
                                       "; name another file with --trace FILE"};
}

/// True where the file has a last line without its LF.
bool ends_torn(int descriptor, off_t size) {
    char last = '\n';
    return size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

Result<std::unique_ptr<TraceFile>> TraceFile::open(const std::string& path) {
    // Read access is for the last byte only.
    const int descriptor =
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (descriptor < 0) {
        const bool link = errno == ELOOP;
        return open_error(path, link ? "it is a symbolic link" : std::strerror(errno));
    }
    std::unique_ptr<TraceFile> file(new TraceFile(path, descriptor));
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return open_error(path, std::strerror(errno));
    if (S_ISREG(status.st_mode)) {
        if ((status.st_mode & 0077U) != 0 && ::fchmod(descriptor, 0600) != 0) {
            return Error{Errc::permissions_too_wide,
                         "the trace " + path + " can be read by others and is not yours to close"};
        }
        file->torn_ = ends_torn(descriptor, status.st_size);
    }
    return file;
}

TraceFile::TraceFile(std::string path, int descriptor) noexcept
    : path_(std::move(path)), descriptor_(descriptor) {
}

TraceFile::~TraceFile() {
    ::close(descriptor_);
}

Result<void> TraceFile::reopen() {
    const auto fresh = open(path_);
    if (!fresh) return fresh.error();
    struct stat status {};
    const bool is_new = ::fstat((*fresh)->descriptor_, &status) == 0 && S_ISREG(status.st_mode) &&
                        status.st_size == 0;
    if (is_new && !(*fresh)->write_whole(first_)) return open_error(path_, std::strerror(errno));
    // In place: the workers go on writing to the same descriptor number, without a lock.
    if (::dup3((*fresh)->descriptor_, descriptor_, O_CLOEXEC) < 0) {
        return open_error(path_, std::strerror(errno));
    }
    torn_ = (*fresh)->torn_.load();
    return {};
}

bool TraceFile::write_whole(std::string_view line) {
    std::string closed;
    if (torn_) {
        closed = "\n" + std::string(line);
        line = closed;
    }
    ssize_t written = -1;
    do {
        written = ::write(descriptor_, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written < 0) return false;
    if (static_cast<std::size_t>(written) == line.size()) {
        torn_ = false;
        return true;
    }
    if (written > 0) torn_ = !cut_back(line.substr(0, static_cast<std::size_t>(written)));
    errno = ENOSPC;  // a short write sets none; nothing else makes one on a file
    return false;
}

/// Takes the beginning of a line that did not fit off the file again: a record is whole or absent.
/// Where another writer's line has followed it stays, and the next line starts anew.
bool TraceFile::cut_back(std::string_view begun) {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const off_t size = static_cast<off_t>(begun.size());
    if (status.st_size < size) return false;
    std::string last(begun.size(), '\0');
    const off_t start = status.st_size - size;
    if (::pread(descriptor_, last.data(), last.size(), start) != size) return false;
    return last == begun && ::ftruncate(descriptor_, start) == 0;
}

Result<void> TraceFile::append_first(std::string_view line) {
    first_ = line;
    if (write_whole(line)) return {};
    return open_error(path_, std::strerror(errno));
}

bool TraceFile::append(std::string_view line) {
    if (is_writable() && write_whole(line)) return true;
    count_lost(std::strerror(errno));
    return false;
}

void TraceFile::count_lost(const char* why) noexcept {
    const std::lock_guard lock(recovery_);
    ++lost_;
    if (!failed_.exchange(true)) {
        std::fprintf(stderr,
                     "armgate: the trace %s cannot be written (%s): records are being lost; in "
                     "enforce and dry-run, writes are answered 503 until it can\n",
                     path_.c_str(), why);
    }
}

bool TraceFile::is_removed() const noexcept {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0;
}

bool TraceFile::replace_removed() {
    const std::lock_guard lock(recovery_);
    if (!is_removed()) return true;
    if (!reopen()) return false;
    std::fprintf(stderr, "armgate: the trace %s was removed: a new one is begun\n", path_.c_str());
    return true;
}

bool TraceFile::recover() {
    const std::lock_guard lock(recovery_);
    if (!failed_) return true;
    if (!write_whole(trace::encode_gap(lost_))) return false;
    std::fprintf(stderr, "armgate: the trace %s can be written again; %llu records were lost\n",
                 path_.c_str(), static_cast<unsigned long long>(lost_));
    lost_ = 0;
    failed_ = false;
    return true;
}

bool TraceFile::is_writable() {
    if (is_removed() && !replace_removed()) return false;
    return !failed_ || recover();
}

}  // namespace armgate::io
