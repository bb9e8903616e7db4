// The command that `run` wraps: started in our own foreground group with its environment, signals
// passed on as the contract says, its status returned as a shell would.
#pragma once

#include "core/base/error.hpp"
#include "core/wiring/child_environment.hpp"

#include <string>
#include <vector>

namespace armgate::io {

/// Blocks the signals that `run` and `proxy` wait for, ignores SIGPIPE and SIGXFSZ. Call before any
/// thread starts, so that all of them inherit it.
void block_signals();

struct ChildCommand {
    std::vector<std::string> arguments;  ///< the first is the program, looked up in PATH
    wiring::Environment set;             ///< on top of our own environment
};

/// Starts the command, waits, and passes SIGTERM and SIGHUP on once each. SIGINT and SIGQUIT reach
/// the child from the terminal itself and are ignored here. Gives its exit status: 128+N for signal
/// N, 127 where it was not found, 126 where it cannot be executed (then `failure` says so). Error:
/// `system` where no process could be made.
struct ChildResult {
    int status = 0;
    std::string failure;
};
[[nodiscard]] Result<ChildResult> run_child(const ChildCommand& command);

/// Waits for the next of SIGTERM, SIGINT (both: stop) or SIGHUP.
enum class ServiceSignal { stop, hang_up };
[[nodiscard]] ServiceSignal wait_for_service_signal();

/// No core file and no debugger of the same user: memory holds tokens. What `run_child` starts gets
/// the limits back that were there before.
void harden_process();

/// This process's environment as name and value.
[[nodiscard]] wiring::Environment current_environment();

}  // namespace armgate::io
