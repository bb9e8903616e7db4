// `armgate env`: the wiring for a running `armgate proxy`, as statements of a shell.
#include "certs/authority_files.hpp"
#include "certs/files.hpp"
#include "cli/ca_folder.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/wiring_files.hpp"
#include "core/wiring/child_environment.hpp"
#include "core/wiring/shell.hpp"
#include "io/system/child.hpp"
#include "io/system/clock.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

constexpr const char* kExamples =
    "  eval \"$(armgate env)\"\n"
    "  eval \"$(armgate env --undo)\"\n"
    "  armgate env --shell fish | source\n"
    "  armgate env --shell dotenv > .env\n";

struct EnvOptions {
    RawOptions raw;
    std::string shell = "bash";
    bool undo = false;
};

wiring::Shell shell_of(const std::string& name) {
    if (name == "fish") return wiring::Shell::fish;
    if (name == "powershell") return wiring::Shell::powershell;
    if (name == "dotenv") return wiring::Shell::dotenv;
    return name == "json" ? wiring::Shell::json : wiring::Shell::bash;
}

Result<wiring::Assignments> wire_shell(const EnvOptions& options) {
    const auto settings = make_settings(options.raw, Command::proxy);
    if (!settings) return settings.error();
    const auto foundation = load_foundation(options.raw);
    if (!foundation) return foundation.error();
    const auto folder = ca_folder(options.raw.ca_dir);
    if (!folder) return folder.error();
    if (!is_listening(settings->listen)) {
        return Error{Errc::connect_failed,
                     "nothing listens on " + describe(settings->listen) +
                         ": start 'armgate proxy' first, or name its address with --listen"};
    }
    const auto authority = certs::open_authority(*folder, io::now());
    if (!authority) return authority.error();
    const wiring::Environment current = wiring::unwired(io::current_environment());
    wiring::WiringRequest request;
    request.proxy_url = wiring::proxy_url(describe(settings->listen), settings->proxy_auth);
    request.arm_hosts = (*foundation)->hosts.constraint_names();
    request.folder = *folder;
    // bundle.pem is the system's roots for everybody; what is the user's own gets another name.
    request.own_prefix = "env-";
    request.wgetrc = current_wgetrc(current);
    const wiring::Wiring wiring = wiring::wire(current, request, (*foundation)->wiring);
    const auto opened = certs::open_folder(*folder);
    if (!opened) return opened.error();
    const auto write = [&](const std::string& name, std::string_view content, Readers readers) {
        const mode_t mode = readers == Readers::everybody ? 0644 : 0600;
        return certs::replace_file({opened->get(), *folder}, name, content, mode);
    };
    if (auto wrote = write_wiring(wiring, *authority, write); !wrote) return wrote.error();
    return wiring::assignments_for(wiring.set, current);
}

int run_env(const EnvOptions& options) {
    const auto assignments =
        options.undo ? wiring::undo_assignments(io::current_environment()) : wire_shell(options);
    if (!assignments) {
        const int status = fail(assignments.error());
        return options.undo ? kRuntimeError : status;
    }
    std::cout << wiring::print_assignments(*assignments, shell_of(options.shell));
    return std::cout.flush() ? kSuccess : kRuntimeError;
}

}  // namespace

void add_env(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand("env", "Print the wiring for a running proxy");
    const auto options = std::make_shared<EnvOptions>();
    command->add_option("--shell", options->shell, "Whose statements to print")
        ->check(CLI::IsMember({"bash", "fish", "powershell", "dotenv", "json"}))
        ->capture_default_str();
    command->add_flag("--undo", options->undo, "Give back what the shell had before");
    command->add_option("--listen", options->raw.listen, "Where the proxy listens (127.0.0.1:8642)")
        ->type_name("ADDR:PORT");
    command
        ->add_option("--ca-dir", options->raw.ca_dir, "Folder of its CA ($XDG_CONFIG_HOME/armgate)")
        ->type_name("DIR");
    repeats(command->add_option("--intercept", options->raw.intercept,
                                "As given to the proxy; repeats"))
        ->type_name("HOST");
    command->add_option("--proxy-auth", options->raw.proxy_auth, "As given to the proxy")
        ->type_name("USER:PASS");
    command->footer(help_footer(kExamples));
    command->callback([options, &chosen] { chosen.run = [options] { return run_env(*options); }; });
}

}  // namespace armgate::cli
