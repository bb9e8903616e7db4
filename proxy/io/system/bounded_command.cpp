#include "io/system/bounded_command.hpp"

#include "core/base/text.hpp"
#include "io/system/exec_words.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace armgate::io {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 20;

/// The two ends of a pipe, each closed at the latest with it.
class Pipe {
  public:
    Pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) == 0) ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    }
    ~Pipe() {
        close_end(ends_[0]);
        close_end(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] bool made() const { return ends_[0] >= 0; }
    [[nodiscard]] int reading() const { return ends_[0]; }
    [[nodiscard]] int writing() const { return ends_[1]; }
    void close_writing() { close_end(ends_[1]); }

  private:
    static void close_end(int& end) {
        if (end >= 0) ::close(end);
        end = -1;
    }

    std::array<int, 2> ends_{-1, -1};
};

/// The signals that end us, held back for as long as it lives, so that they can be asked for.
class HeldSignals {
  public:
    HeldSignals() {
        sigemptyset(&set_);
        for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, number);
        ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
    }
    ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    [[nodiscard]] bool came() const {
        const timespec at_once{};
        return ::sigtimedwait(&set_, nullptr, &at_once) > 0;
    }

  private:
    sigset_t set_{};
    sigset_t before_{};
};

/// What posix_spawn is told; freed with its owner.
class SpawnPlan {
  public:
    SpawnPlan(const std::string& folder, int output, int errors) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
        // What a library opened need not be closed on exec.
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        ::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigemptyset(&none);
        sigset_t all;
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        // Without a terminal nobody can be asked for a password.
        constexpr int kFlags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(kFlags));
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    [[nodiscard]] int spawn(pid_t& child, char** arguments, char** environment) const {
        return ::posix_spawn(&child, arguments[0], &actions_, &attributes_, arguments, environment);
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// Takes what is there to read, keeps the first `limit` bytes. False at the end of the stream.
bool drain(int from, std::string& output, std::size_t limit) {
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got = ::read(from, block.data(), block.size());
        if (got == 0) return false;
        if (got < 0) return errno == EAGAIN || errno == EINTR;
        const std::size_t room = limit - output.size();
        output.append(block.data(), std::min(room, static_cast<std::size_t>(got)));
    }
}

/// One command under way. It is the leader of its session, so its id names all that it started and
/// that did not leave the group.
class Running {
  public:
    Running(pid_t child, const Pipe& output, const Pipe& errors, const BoundedCommand& command)
        : child_(child),
          output_{output.reading(), command.output_limit},
          errors_{errors.reading(), command.output_limit},
          until_(Clock::now() + command.limit) {}

    /// Its wait status; nothing where it was ended here.
    [[nodiscard]] std::optional<int> wait(BoundedResult& result,
                                          const HeldSignals& signals,
                                          bool& stopped);

  private:
    struct Stream {
        int descriptor = -1;
        std::size_t limit = 0;
        bool open = true;

        void take(std::string& into) {
            if (open) open = drain(descriptor, into, limit);
        }
        [[nodiscard]] pollfd polled() const { return {open ? descriptor : -1, POLLIN, 0}; }
    };

    void end() const;

    pid_t child_;
    Stream output_;
    Stream errors_;
    Clock::time_point until_;
};

std::optional<int> Running::wait(BoundedResult& result, const HeldSignals& signals, bool& stopped) {
    for (;;) {
        std::array<pollfd, 2> ready{output_.polled(), errors_.polled()};
        ::poll(ready.data(), ready.size(), kPollMs);
        output_.take(result.output);
        errors_.take(result.errors);
        siginfo_t ended{};
        ::waitid(P_PID, static_cast<id_t>(child_), &ended, WEXITED | WNOHANG | WNOWAIT);
        if (ended.si_pid == child_) {
            ::kill(-child_, SIGKILL);  // what it left behind; its id is still taken
            output_.take(result.output);
            errors_.take(result.errors);
            int status = 0;
            ::waitpid(child_, &status, 0);
            return status;
        }
        stopped = signals.came();
        result.timed_out = !stopped && Clock::now() >= until_;
        if (!stopped && !result.timed_out) continue;
        end();
        return std::nullopt;
    }
}

void Running::end() const {
    ::kill(-child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace

Result<BoundedResult> run_bounded(const BoundedCommand& command) {
    Pipe output;
    Pipe errors;
    if (!output.made() || !errors.made()) {
        return Error{Errc::system, std::string("cannot start a process: ") + std::strerror(errno)};
    }
    ExecWords arguments(command.arguments);
    ExecWords variables(words_of(command.environment));
    const SpawnPlan plan(command.folder, output.writing(),
                         command.errors_apart ? errors.writing() : output.writing());
    const HeldSignals signals;
    const Clock::time_point started = Clock::now();
    BoundedResult result;
    pid_t child = -1;
    const int why = plan.spawn(child, arguments.data(), variables.data());
    output.close_writing();
    errors.close_writing();
    if (why != 0) {
        result.failure = std::strerror(why);
        return result;
    }
    bool stopped = false;
    const auto status = Running(child, output, errors, command).wait(result, signals, stopped);
    result.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
    if (stopped) return Error{Errc::system, "stopped by a signal"};
    if (!status) {
        result.status = 128 + SIGKILL;
    } else {
        result.status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
    }
    return result;
}

std::optional<std::string> find_program(std::string_view name, std::string_view path) {
    for (const std::string_view folder : base::split(path, ':')) {
        if (!folder.starts_with('/')) continue;
        std::string candidate = std::string(folder) + "/" + std::string(name);
        std::error_code ec;
        if (!std::filesystem::is_regular_file(candidate, ec)) continue;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

}  // namespace armgate::io
