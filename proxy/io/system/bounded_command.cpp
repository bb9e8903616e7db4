#include "io/system/bounded_command.hpp"

#include "core/base/text.hpp"

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

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    void reset() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }
    [[nodiscard]] int get() const { return number_; }

  private:
    int number_;
};

/// What posix_spawn is told; freed with its owner.
class SpawnPlan {
  public:
    SpawnPlan(const std::string& folder, int output) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
        // Asio's sockets are not closed on exec.
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

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

/// Takes what is there to read, keeps the first kOutputBytes. False at the end of the stream.
bool drain(int from, std::string& output) {
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got = ::read(from, block.data(), block.size());
        if (got == 0) return false;
        if (got < 0) return errno == EAGAIN || errno == EINTR;
        const std::size_t room = kOutputBytes - output.size();
        output.append(block.data(), std::min(room, static_cast<std::size_t>(got)));
    }
}

bool was_told_to_stop() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
    const timespec at_once{};
    return ::sigtimedwait(&set, nullptr, &at_once) > 0;
}

/// One command under way. It is the leader of its session, so its id names all that it started and
/// that did not leave the group.
struct Running {
    pid_t child = -1;
    int output = -1;
    Clock::time_point started;
    Clock::time_point until;

    /// Its wait status; nothing where it was ended here.
    [[nodiscard]] std::optional<int> wait(BoundedResult& result, bool& stopped) const;
    void end() const;
};

std::optional<int> Running::wait(BoundedResult& result, bool& stopped) const {
    bool open = true;
    for (;;) {
        pollfd ready{open ? output : -1, POLLIN, 0};
        ::poll(&ready, 1, kPollMs);
        if (open) open = drain(output, result.output);
        siginfo_t ended{};
        ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
        if (ended.si_pid == child) {
            ::kill(-child, SIGKILL);  // what it left behind; its id is still taken
            if (open) drain(output, result.output);
            int status = 0;
            ::waitpid(child, &status, 0);
            return status;
        }
        stopped = was_told_to_stop();
        result.timed_out = !stopped && Clock::now() >= until;
        if (!stopped && !result.timed_out) continue;
        end();
        return std::nullopt;
    }
}

void Running::end() const {
    ::kill(-child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace

Result<BoundedResult> run_bounded(const BoundedCommand& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return Error{Errc::system, std::string("cannot start a process: ") + std::strerror(errno)};
    }
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
    std::vector<std::string> variables;
    for (const auto& [name, value] : command.environment) variables.push_back(name + "=" + value);
    std::vector<std::string> arguments = command.arguments;

    BoundedResult result;
    Running running;
    running.output = reading.get();
    running.started = Clock::now();
    running.until = running.started + command.limit;
    const int why =
        SpawnPlan(command.folder, writing.get())
            .spawn(running.child, pointers(arguments).data(), pointers(variables).data());
    writing.reset();
    if (why != 0) {
        result.failure = std::strerror(why);
        return result;
    }
    bool stopped = false;
    const auto status = running.wait(result, stopped);
    result.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - running.started);
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
