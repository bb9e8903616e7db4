// The built program as a child process: its streams in files, its status, its signals.
#pragma once

#include "support/temporary_folder.hpp"
#include "support/wire.hpp"

#include <optional>
#include <sys/resource.h>
#include <sys/types.h>

namespace armgate::tests {

struct ProgramOptions {
    std::vector<std::string> environment;  ///< NAME=VALUE, on top of a bare PATH and a private HOME
    std::optional<rlim_t> file_bytes;      ///< soft RLIMIT_FSIZE
    std::optional<rlim_t> descriptors;     ///< RLIMIT_NOFILE, soft and hard
    bool looks_for_leaks = false;          ///< at its end, under AddressSanitizer and as root
    bool ignores_children = false;         ///< started with SIGCHLD ignored
};

class ChildProgram {
  public:
    /// Starts armgate with these arguments.
    explicit ChildProgram(const std::vector<std::string>& arguments,
                          const ProgramOptions& options = {});
    ~ChildProgram();
    ChildProgram(const ChildProgram&) = delete;
    ChildProgram& operator=(const ChildProgram&) = delete;

    /// Exit status, or 128+N; -1 where it does not end within `limit`.
    [[nodiscard]] int wait(std::chrono::milliseconds limit = kWireLimit);
    void signal(int number) const;
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    [[nodiscard]] std::string out() const { return slurp(folder_.file("out")); }
    [[nodiscard]] std::string err() const { return slurp(folder_.file("err")); }
    /// Waits until stderr holds `text`.
    [[nodiscard]] bool says(std::string_view text) const;
    /// The port of `armgate: listening on`; 0 where it does not come to that.
    [[nodiscard]] std::uint16_t port() const;
    /// Its private HOME, also a place for files of the test.
    [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

  private:
    TemporaryFolder folder_;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

/// Polls `condition` until it holds; false after `limit`.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::milliseconds limit = kWireLimit);

}  // namespace armgate::tests

#include <thread>

template <class Condition>
bool armgate::tests::eventually(Condition condition, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}
