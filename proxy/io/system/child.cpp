#include "io/system/child.hpp"

#include "io/system/exec_words.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace armgate::io {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;

/// What the child gets back: taken before this process changes anything of it.
struct Inherited {
    sigset_t mask{};
    struct sigaction interrupt {};
    struct sigaction quit {};
    struct sigaction pipe {};
    struct sigaction file_size {};
    struct sigaction child {};
    rlimit core{};
    rlimit files{};
};

Inherited& inherited() {
    static Inherited saved = [] {
        Inherited now;
        ::sigprocmask(SIG_SETMASK, nullptr, &now.mask);
        ::sigaction(SIGINT, nullptr, &now.interrupt);
        ::sigaction(SIGQUIT, nullptr, &now.quit);
        ::sigaction(SIGPIPE, nullptr, &now.pipe);
        ::sigaction(SIGXFSZ, nullptr, &now.file_size);
        ::sigaction(SIGCHLD, nullptr, &now.child);
        ::getrlimit(RLIMIT_CORE, &now.core);
        ::getrlimit(RLIMIT_NOFILE, &now.files);
        return now;
    }();
    return saved;
}

sigset_t signal_set(std::initializer_list<int> numbers) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : numbers) sigaddset(&set, number);
    return set;
}

void handle(int number, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(number, &action, nullptr);
}

void ignore(int number) {
    handle(number, SIG_IGN);
}

/// Runs in the child between fork and exec: only async-signal-safe calls, nothing allocated.
[[noreturn]] void become(char** arguments, char** environment, int report, const Inherited& was) {
    ::sigaction(SIGINT, &was.interrupt, nullptr);
    ::sigaction(SIGQUIT, &was.quit, nullptr);
    ::sigaction(SIGPIPE, &was.pipe, nullptr);
    ::sigaction(SIGXFSZ, &was.file_size, nullptr);
    ::sigaction(SIGCHLD, &was.child, nullptr);
    ::setrlimit(RLIMIT_CORE, &was.core);
    ::setrlimit(RLIMIT_NOFILE, &was.files);
    ::sigprocmask(SIG_SETMASK, &was.mask, nullptr);
    ::execvpe(arguments[0], arguments, environment);
    const int why = errno;
    const auto told = ::write(report, &why, sizeof why);
    ::_exit(told == sizeof why && why == ENOENT ? kNotFound : kNotExecutable);
}

int await_child(pid_t child) {
    const sigset_t awaited = signal_set({SIGTERM, SIGHUP, SIGCHLD});
    bool terminated = false;
    bool hung_up = false;
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child && WIFEXITED(status)) return WEXITSTATUS(status);
        if (ended == child && WIFSIGNALED(status)) return 128 + WTERMSIG(status);
        siginfo_t info{};
        const int number = ::sigwaitinfo(&awaited, &info);
        if (number == SIGTERM && !terminated) {
            terminated = true;
            ::kill(child, SIGTERM);
        }
        if (number == SIGHUP && !hung_up) {
            hung_up = true;
            ::kill(child, SIGHUP);
        }
    }
}

}  // namespace

void block_signals() {
    inherited();
    const sigset_t set = signal_set({SIGTERM, SIGHUP, SIGCHLD, SIGINT});
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    ignore(SIGPIPE);
    ignore(SIGXFSZ);  // a trace at the limit of file sizes is an error of its write, not our end
    // A parent may have left it ignored; then a child's status would be lost and no signal would
    // come.
    handle(SIGCHLD, SIG_DFL);
}

void harden_process() {
    inherited();
    const rlimit none{0, inherited().core.rlim_max};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

wiring::Environment current_environment() {
    wiring::Environment out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

Result<ChildResult> run_child(const ChildCommand& command) {
    wiring::Environment environment = current_environment();
    for (const auto& [name, value] : command.set) environment[name] = value;
    ExecWords arguments(command.arguments);
    ExecWords variables(words_of(environment));

    std::array<int, 2> report{};
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
        return Error{Errc::system, std::string("cannot start a process: ") + std::strerror(errno)};
    }
    ignore(SIGINT);
    ignore(SIGQUIT);
    const pid_t child = ::fork();
    if (child == 0) {
        become(arguments.data(), variables.data(), report[1], inherited());
    }
    const int fork_error = errno;
    ::close(report[1]);
    if (child < 0) {
        ::close(report[0]);
        return Error{Errc::system,
                     std::string("cannot start a process: ") + std::strerror(fork_error)};
    }
    ChildResult result;
    result.status = await_child(child);
    int why = 0;
    if (::read(report[0], &why, sizeof why) == sizeof why) {
        result.status = why == ENOENT ? kNotFound : kNotExecutable;
        result.failure = why == ENOENT ? "command not found" : std::strerror(why);
    }
    ::close(report[0]);
    return result;
}

ServiceSignal wait_for_service_signal() {
    const sigset_t set = signal_set({SIGTERM, SIGINT, SIGHUP});
    for (;;) {
        siginfo_t info{};
        const int number = ::sigwaitinfo(&set, &info);
        if (number == SIGHUP) return ServiceSignal::hang_up;
        if (number == SIGTERM || number == SIGINT) return ServiceSignal::stop;
    }
}

}  // namespace armgate::io
