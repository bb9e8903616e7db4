// `armgate run -- COMMAND`: a proxy for one command, its environment wired, its status returned.
#include "certs/authority_files.hpp"
#include "certs/expiry.hpp"
#include "certs/files.hpp"
#include "cli/command.hpp"
#include "cli/dry_run_end.hpp"
#include "cli/run_observer.hpp"
#include "cli/runtime.hpp"
#include "cli/terraform_start.hpp"
#include "cli/wiring_files.hpp"
#include "core/wiring/child_environment.hpp"
#include "core/wiring/shell.hpp"
#include "io/system/child.hpp"
#include "io/system/clock.hpp"
#include "io/system/temporary_directory.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

constexpr const char* kExamples =
    "  armgate run -- az group create -n demo -l westeurope\n"
    "  armgate run --mode enforce -- terraform apply\n"
    "  armgate run --fail-on fail -- ./deploy.sh\n"
    "  armgate run --mode dry-run --changes changes.md -- terraform apply -auto-approve\n";
constexpr const char* kStatuses =
    "  3 a --fail-on gate fired\n"
    "  else the command's own: 128+N for signal N, 127 not found, 126 not executable\n";

/// `$XDG_STATE_HOME/armgate/armgate-trace-<time>.jsonl`; the folder is made where it is missing.
Result<std::string> default_trace_path() {
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    std::string folder;
    if (state != nullptr && *state == '/') {
        folder = state;
    } else if (home != nullptr && *home == '/') {
        folder = std::string(home) + "/.local/state";
    } else {
        return Error{Errc::usage,
                     "neither XDG_STATE_HOME nor HOME is set: name the trace with --trace FILE"};
    }
    folder += "/armgate";
    if (auto made = certs::make_private_folders(folder); !made) return made.error();
    // Two runs in one second share no file: the process id tells them apart.
    const std::string path = folder + "/armgate-trace-" + base::format_compact(io::now());
    if (!std::filesystem::exists(path + ".jsonl")) return path + ".jsonl";
    return path + "-" + std::to_string(::getpid()) + ".jsonl";
}

Result<certs::Authority> make_authority(const RawOptions& raw, const arm::ArmHosts& hosts) {
    const std::vector<std::string> names = hosts.constraint_names();
    if (raw.ca_dir.empty()) return certs::create_authority(names, io::now());
    auto authority = certs::open_or_create_authority(raw.ca_dir, names, io::now());
    if (!authority) return authority;
    if (const auto notice = certs::expiry_notice(*authority, io::now())) io::log_warn(*notice);
    return authority;
}

void print_summary(const report::Summary& summary, verdict::Mode mode, const std::string& trace) {
    for (const std::string& line : summary.lines(mode)) std::cerr << "armgate: " << line << "\n";
    std::cerr << "armgate: trace: " << trace << "\n";
}

/// In a dry run Terraform works on copies; to read a remote state, data planes have to be open.
Result<void> rehearse_command(Runtime& runtime,
                              io::ChildCommand& command,
                              const io::TemporaryDirectory& folder,
                              const OverlayChoice& overlay) {
    io::DryRun* dry_run = runtime.dry_run();
    if (dry_run == nullptr) return {};
    dry_run->set_data_planes(io::DryRun::DataPlanesAre::open);
    Result<void> started = start_on_copy(command, folder, overlay);
    dry_run->set_data_planes(io::DryRun::DataPlanesAre::shut);
    return started;
}

/// What a run stands on before its proxy starts.
struct Outset {
    io::Settings settings;
    std::unique_ptr<Foundation> foundation;
    certs::Authority authority;
    std::string trace_path;
    io::TemporaryDirectory folder;  ///< for what the command is to read
};

Result<Outset> prepare(const RawOptions& raw) {
    auto settings = make_settings(raw, Command::run);
    if (!settings) return settings.error();
    if (auto writable = check_changes_file(raw.changes); !writable) return writable.error();
    if (!settings->proxy_auth && !raw.no_proxy_auth) {
        settings->proxy_auth = "armgate:" + io::random_hex(16);
    }
    auto foundation = load_foundation(raw);
    if (!foundation) return foundation.error();
    auto authority = make_authority(raw, (*foundation)->hosts);
    if (!authority) return authority.error();
    auto trace_path = raw.trace.empty() ? default_trace_path() : Result<std::string>(raw.trace);
    if (!trace_path) return trace_path.error();
    auto folder = io::TemporaryDirectory::create();
    if (!folder) return folder.error();
    return Outset{std::move(*settings), std::move(*foundation), std::move(*authority),
                  std::move(*trace_path), std::move(*folder)};
}

/// Says what came of it. Gives the command's status, or that of a gate that fired.
int conclude(Runtime& runtime,
             const RawOptions& raw,
             const report::Summary& summary,
             const io::ChildResult& result) {
    const bool started = result.failure.empty();
    const Result<void> concluded = started ? conclude_dry_run(runtime, raw) : Result<void>();
    if (!raw.quiet && started) {
        print_summary(summary, runtime.settings().mode, runtime.trace()->path());
    }
    if (!concluded) return fail(concluded.error());
    if (summary.gate_fires(fail_on_of(raw))) {
        std::cerr << "armgate: the gate --fail-on " << raw.fail_on << " fired\n";
        return kGateFired;
    }
    return result.status;
}

int run_command(const RawOptions& raw, const std::vector<std::string>& child) {
    if (child.empty()) {
        return fail(
            {Errc::usage,
             "run: no command given. Write it after --, as in: armgate run -- az group list"});
    }
    io::block_signals();
    io::set_log_level(log_level_of(raw));
    auto outset = prepare(raw);
    if (!outset) return fail(outset.error());
    const io::TemporaryDirectory& folder = outset->folder;
    const wiring::WiringRules rules = outset->foundation->wiring;
    wiring::WiringRequest request;
    request.arm_hosts = outset->foundation->hosts.constraint_names();
    RunObserver observer(
        {request_lines_for(raw.quiet), color_for(raw.color), rules, folder.path(), child.front()});
    const OverlayChoice overlay = overlay_choice(raw.overlay);
    auto started = Runtime::start({std::move(outset->foundation),
                                   std::move(outset->settings),
                                   std::move(outset->authority),
                                   raw.upstream_ca,
                                   {},
                                   outset->trace_path,
                                   &observer});
    if (!started) return fail(started.error());
    Runtime& runtime = **started;
    request.proxy_url =
        wiring::proxy_url(describe(runtime.server().endpoint()), runtime.settings().proxy_auth);
    auto environment = wire_into(folder, request, rules, runtime.authority());
    if (!environment) return fail(environment.error());
    io::ChildCommand command{child, std::move(*environment)};
    if (auto rehearsed = rehearse_command(runtime, command, folder, overlay); !rehearsed) {
        return fail(rehearsed.error());
    }
    const auto result = io::run_child(command);
    runtime.server().stop();
    observer.finish();
    if (!result) return fail(result.error());
    if (!result->failure.empty()) {
        std::cerr << "armgate: cannot run " << child.front() << ": " << result->failure << "\n";
    }
    return conclude(runtime, raw, observer.summary(), *result);
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
    CLI::App* command =
        app.add_subcommand("run", "Run a command with a proxy of its own and sum up what it did");
    const auto raw = std::make_shared<RawOptions>();
    add_proxy_options(*command, *raw, Command::run);
    command->footer(help_footer(kExamples, kStatuses));
    command->callback([command, raw, &chosen] {
        chosen.run = [command, raw, &chosen] {
            if (!raw->config.empty()) {
                if (auto applied = apply_config(*command, raw->config); !applied) {
                    return fail(applied.error());
                }
            }
            return run_command(*raw, chosen.child);
        };
    });
}

}  // namespace armgate::cli
