// The trace on disk: one write(2) of one whole line to an O_APPEND descriptor, before the last
// block of the response leaves, so that after a crash at most the requests in flight are missing
// (contract section 6). A file that was removed is replaced by a new one. Thread-safe.
#pragma once

#include "core/base/error.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace armgate::io {

class TraceFile {
  public:
    /// Opens for appending, mode 0600 whatever the umask, never through a symbolic link. Starts a
    /// new line where a crash left a torn one. Errors: `file_unwritable`, `permissions_too_wide`.
    [[nodiscard]] static Result<std::unique_ptr<TraceFile>> open(const std::string& path);

    ~TraceFile();
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;

    /// Appends the first line of a run: proves that the file can be written. Error:
    /// `file_unwritable`, and nothing is said or counted.
    [[nodiscard]] Result<void> append_first(std::string_view line);

    /// Appends one whole line. False where it could not be written: it is counted as lost, and the
    /// first failure is said on stderr at once.
    bool append(std::string_view line);

    /// True where the last append worked, or a new try works now (then a gap line is written).
    [[nodiscard]] bool is_writable();

    /// Opens the path anew and goes on there: after the file was moved away (log rotation). A new
    /// file begins with the first line of the run. Where that fails, the old file is written on.
    [[nodiscard]] Result<void> reopen();

    /// A record that could not even be written down: `why` is said at the first one.
    void count_lost(const char* why) noexcept;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    TraceFile(std::string path, int descriptor) noexcept;
    bool write_whole(std::string_view line);
    bool cut_back(std::string_view begun);
    bool recover();
    [[nodiscard]] bool is_removed() const noexcept;
    bool replace_removed();

    std::string path_;
    std::string first_;  ///< line of the run
    int descriptor_;
    std::atomic<bool> failed_{false};
    std::mutex recovery_;
    std::uint64_t lost_ = 0;         ///< under recovery_
    std::atomic<bool> torn_{false};  ///< the file ends in the middle of a line
};

}  // namespace armgate::io
