// The command line: one file a command, each thin: options -> settings -> one call -> print.
// Diagnostics go to stderr, what a user may pipe goes to stdout (contract section 2).
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace armgate::cli {

/// Exit statuses of the contract.
inline constexpr int kSuccess = 0;
inline constexpr int kRuntimeError = 1;
inline constexpr int kUsageError = 2;
inline constexpr int kGateFired = 3;

/// Filled while the command line is parsed: the command that was chosen.
struct Chosen {
    std::function<int()> run;
    std::vector<std::string> child;  ///< what follows `--`
};

/// Each adds its subcommand to `app`. Its callback sets `chosen.run`; nothing runs while parsing.
void add_run(CLI::App& app, Chosen& chosen);
void add_proxy(CLI::App& app, Chosen& chosen);
void add_token(CLI::App& app, Chosen& chosen);
void add_explain(CLI::App& app, Chosen& chosen);
void add_env(CLI::App& app, Chosen& chosen);
void add_tenant(CLI::App& app, Chosen& chosen);
void add_completion(CLI::App& app, Chosen& chosen);
void add_report(CLI::App& app, Chosen& chosen);
void add_ca(CLI::App& app, Chosen& chosen);
void add_doctor(CLI::App& app, Chosen& chosen);
void add_demo(CLI::App& app, Chosen& chosen);
void add_version(CLI::App& app, Chosen& chosen);
void add_help(CLI::App& app, Chosen& chosen);

/// The names of an app's subcommands, and of its options with their `--`.
[[nodiscard]] std::vector<std::string> command_names(const CLI::App& app);
[[nodiscard]] std::vector<std::string> option_names(const CLI::App& app);

/// The footer of a command's --help: examples, then the exit statuses that every command shares.
[[nodiscard]] std::string help_footer(const std::string& examples,
                                      const std::string& statuses = {});

/// Parses, runs the chosen command and returns its exit status. Catches everything.
int main_program(int argc, char** argv);

}  // namespace armgate::cli
