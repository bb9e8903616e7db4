// A command that must end: started without a terminal and without input, in a session of its own,
// its output kept, ended with all that it started at a limit. For the probes of `armgate doctor`,
// and for az where it is asked for a token.
#pragma once

#include "core/base/error.hpp"
#include "core/wiring/child_environment.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::io {

inline constexpr std::size_t kOutputBytes = 64UL * 1024;

struct BoundedCommand {
    std::vector<std::string> arguments;  ///< the first is the program's path
    wiring::Environment environment;     ///< all of it
    std::string folder;                  ///< where it starts
    std::chrono::milliseconds limit{0};
    bool errors_apart = false;                ///< standard error into `errors` instead of `output`
    std::size_t output_limit = kOutputBytes;  ///< of each; what is beyond is dropped
};

struct BoundedResult {
    int status = 0;       ///< 128+N for signal N
    std::string failure;  ///< why it could not be started; then nothing else holds
    bool timed_out = false;
    std::string output;  ///< standard output and error, the first `output_limit` bytes
    std::string errors;  ///< standard error where it is kept apart, as much
    std::chrono::milliseconds took{0};
};

/// Runs the command and waits. What it left behind in its session is ended too. A SIGTERM, SIGINT
/// or SIGHUP to us meanwhile ends it at once; with more threads than the caller's that takes
/// block_signals() before they start. Errors: `system`, where no process could be made, or where
/// such a signal came.
[[nodiscard]] Result<BoundedResult> run_bounded(const BoundedCommand& command);

/// The path of an executable file `name` in the folders of `path` (a PATH value); nothing where
/// there is none. Empty and relative folders are passed over.
[[nodiscard]] std::optional<std::string> find_program(std::string_view name, std::string_view path);

}  // namespace armgate::io
