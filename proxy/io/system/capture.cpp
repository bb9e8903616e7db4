#include "io/system/capture.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace armgate::io {
namespace {

using Clock = std::chrono::steady_clock;

/// The two ends of a pipe, closed with it.
class Pipe {
  public:
    Pipe() { made_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] bool made() const noexcept { return made_; }
    [[nodiscard]] int reading() const noexcept { return ends_[0]; }
    [[nodiscard]] int writing() const noexcept { return ends_[1]; }
    void close_end(std::size_t end) noexcept {
        if (ends_[end] >= 0) ::close(ends_[end]);
        ends_[end] = -1;
    }

  private:
    std::array<int, 2> ends_{-1, -1};
    bool made_ = false;
};

/// 0, or the number of what went wrong.
int spawn(const std::vector<std::string>& arguments, int out, int err, pid_t& child) {
    std::vector<std::string> texts = arguments;
    std::vector<char*> argv;
    for (std::string& text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    const int fault = ::posix_spawnp(&child, argv.front(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return fault;
}

/// Reads what is there; false at the end of the stream.
bool drain(int descriptor, std::string& into) {
    std::array<char, 4096> block{};
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got > 0) into.append(block.data(), static_cast<std::size_t>(got));
    std::fill(block.begin(), block.end(), '\0');
    return got > 0 || (got < 0 && errno == EINTR);
}

enum class End { both_closed, too_late, too_much };

End read_both(Pipe& out, Pipe& err, const CaptureLimits& limits, Captured& captured) {
    const Clock::time_point until = Clock::now() + limits.time;
    std::array<pollfd, 2> waits{{{out.reading(), POLLIN, 0}, {err.reading(), POLLIN, 0}}};
    const std::array<std::string*, 2> into{&captured.out, &captured.err};
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return End::too_late;
        if (::poll(waits.data(), waits.size(), static_cast<int>(left)) < 0 && errno != EINTR) {
            return End::too_late;
        }
        for (std::size_t i = 0; i < waits.size(); ++i) {
            const bool ready = waits[i].fd >= 0 && waits[i].revents != 0;
            waits[i].revents = 0;
            if (ready && !drain(waits[i].fd, *into[i])) waits[i].fd = -1;
            if (into[i]->size() > limits.bytes) return End::too_much;
        }
    }
    return End::both_closed;
}

int status_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<Captured> capture(const std::vector<std::string>& arguments, const CaptureLimits& limits) {
    const std::string& name = arguments.front();
    Pipe out;
    Pipe err;
    if (!out.made() || !err.made()) return Error{Errc::system, "no pipe is left to run " + name};
    pid_t child = -1;
    const int fault = spawn(arguments, out.writing(), err.writing(), child);
    if (fault != 0) {
        const std::string why = fault == ENOENT ? "command not found" : std::strerror(fault);
        return Error{Errc::system, "cannot run " + name + ": " + why};
    }
    out.close_end(1);
    err.close_end(1);
    Captured captured;
    const End end = read_both(out, err, limits, captured);
    if (end != End::both_closed) ::kill(child, SIGKILL);
    captured.status = status_of(child);
    if (end == End::too_late) return Error{Errc::system, name + " took too long and was ended"};
    if (end == End::too_much) return Error{Errc::system, name + " wrote more than was read of it"};
    return captured;
}

}  // namespace armgate::io
