#include "support/child_program.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace armgate::tests {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

/// Between fork and exec of a process with threads: async-signal-safe calls only.
void prepare(const ProgramOptions& options, const char* out, const char* err) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    ::dup2(::open(err, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
    ::signal(SIGPIPE, SIG_DFL);
    if (options.ignores_children) ::signal(SIGCHLD, SIG_IGN);
    if (options.descriptors) {
        const rlimit limit{*options.descriptors, *options.descriptors};
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (options.file_bytes) {
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = *options.file_bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
}

}  // namespace

ChildProgram::ChildProgram(const std::vector<std::string>& arguments,
                           const ProgramOptions& options) {
    std::vector<std::string> words{ARMGATE_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const char* path = std::getenv("PATH");
    // The program is not dumpable, so LeakSanitizer can look into it for root alone.
    std::vector<std::string> variables{"PATH=" + std::string(path != nullptr ? path : "/usr/bin"),
                                       "HOME=" + folder_.path()};
    if (!options.looks_for_leaks) variables.emplace_back("ASAN_OPTIONS=detect_leaks=0");
    variables.insert(variables.end(), options.environment.begin(), options.environment.end());
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> envp = pointers(variables);
    const std::string out = folder_.file("out");
    const std::string err = folder_.file("err");
    pid_ = ::fork();
    if (pid_ == 0) {
        prepare(options, out.c_str(), err.c_str());
        ::execve(argv[0], argv.data(), envp.data());
        ::_exit(99);
    }
    if (pid_ < 0) throw WireError("fork");
}

ChildProgram::~ChildProgram() {
    if (status_ || pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

int ChildProgram::wait(std::chrono::milliseconds limit) {
    const bool ended = status_ || eventually(
                                      [this] {
                                          int status = 0;
                                          if (::waitpid(pid_, &status, WNOHANG) != pid_)
                                              return false;
                                          status_ = WIFEXITED(status) ? WEXITSTATUS(status)
                                                                      : 128 + WTERMSIG(status);
                                          return true;
                                      },
                                      limit);
    return ended ? *status_ : -1;
}

void ChildProgram::signal(int number) const {
    ::kill(pid_, number);
}

bool ChildProgram::says(std::string_view text) const {
    return eventually([&] { return err().find(text) != std::string::npos; });
}

std::uint16_t ChildProgram::port() const {
    constexpr std::string_view kMark = "armgate: listening on 127.0.0.1:";
    const auto line_is_there = [&] {
        const std::size_t at = err().find(kMark);
        return at != std::string::npos && err().find('\n', at) != std::string::npos;
    };
    if (!eventually(line_is_there)) return 0;
    const std::string text = err();
    return static_cast<std::uint16_t>(std::stoul(text.substr(text.find(kMark) + kMark.size())));
}

}  // namespace armgate::tests
