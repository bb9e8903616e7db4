// `armgate proxy`: the long-running proxy with a CA on disk.
#include "certs/authority_files.hpp"
#include "certs/bundle.hpp"
#include "certs/expiry.hpp"
#include "cli/ca_folder.hpp"
#include "cli/command.hpp"
#include "cli/dry_run_end.hpp"
#include "cli/run_observer.hpp"
#include "cli/runtime.hpp"
#include "io/system/child.hpp"
#include "io/system/clock.hpp"
#include "io/system/confine.hpp"

#include <cstdlib>
#include <iostream>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

constexpr const char* kExamples =
    "  armgate proxy --trace trace.jsonl\n"
    "  armgate proxy --mode enforce --listen 127.0.0.1:0\n"
    "  armgate proxy --print-config > armgate.json\n"
    "  armgate proxy --config armgate.json\n";

/// The folder's public files are brought up to date: the bundle follows the system's roots.
Result<certs::Authority> open_ca(const std::string& folder, const arm::ArmHosts& hosts) {
    auto authority = certs::open_or_create_authority(folder, hosts.constraint_names(), io::now());
    if (!authority) return authority;
    auto bundle = certs::combined_bundle(std::nullopt, *authority);
    if (!bundle) return bundle.error();
    if (auto wrote = certs::write_public_files(folder, *authority, *bundle); !wrote) {
        return wrote.error();
    }
    if (const auto notice = certs::expiry_notice(*authority, io::now())) io::log_warn(*notice);
    return authority;
}

void serve_until_stopped(Runtime& runtime) {
    for (;;) {
        if (io::wait_for_service_signal() == io::ServiceSignal::stop) break;
        if (runtime.trace() == nullptr) continue;
        if (auto reopened = runtime.trace()->reopen(); !reopened) {
            io::log_error(reopened.error().detail);
        }
    }
    runtime.server().stop();
}

int run_proxy(const RawOptions& raw) {
    io::block_signals();
    io::set_log_level(log_level_of(raw));
    auto settings = make_settings(raw, Command::proxy);
    if (!settings) return fail(settings.error());
    if (auto writable = check_changes_file(raw.changes); !writable) return fail(writable.error());
    auto foundation = load_foundation(raw);
    if (!foundation) return fail(foundation.error());
    auto folder = ca_folder(raw.ca_dir);
    if (!folder) return fail(folder.error());
    auto authority = open_ca(*folder, (*foundation)->hosts);
    if (!authority) return fail(authority.error());

    const auto confinement = io::confinement_of_proxy({raw.trace, raw.overlay, raw.changes});
    if (!confinement) return fail(confinement.error());

    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const wiring::WiringRules rules = (*foundation)->wiring;
    RunObserver observer({request_lines_for(raw.quiet), color_for(raw.color), rules, *folder, {}});
    const bool asks_credentials = settings->proxy_auth.has_value();
    auto runtime = Runtime::start({std::move(*foundation),
                                   std::move(*settings),
                                   std::move(*authority),
                                   raw.upstream_ca,
                                   {},
                                   raw.trace,
                                   &observer,
                                   [&] { io::log_debug(io::confine(*confinement)); }});
    if (!runtime) return fail(runtime.error());
    const auto at = (*runtime)->server().endpoint();
    const std::string address = describe(at);
    std::cerr << "armgate: listening on " << address << std::endl;
    if (terminal && !raw.quiet) {
        std::cerr << "armgate: clients need HTTPS_PROXY=http://"
                  << (asks_credentials ? "USER:PASS@" : "") << address << " and the CA in "
                  << *folder << "/bundle.pem\n";
    }
    serve_until_stopped(**runtime);
    observer.finish();
    const Result<void> concluded = conclude_dry_run(**runtime, raw);
    return concluded ? kSuccess : fail(concluded.error());
}

}  // namespace

void add_proxy(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand("proxy", "Run the proxy until it is stopped");
    const auto raw = std::make_shared<RawOptions>();
    add_proxy_options(*command, *raw, Command::proxy);
    command->footer(help_footer(kExamples));
    command->callback([command, raw, &chosen] {
        chosen.run = [command, raw] {
            if (!raw->config.empty()) {
                if (auto applied = apply_config(*command, raw->config); !applied) {
                    return fail(applied.error());
                }
            }
            if (raw->print_config) {
                const auto checked = make_settings(*raw, Command::proxy);
                if (!checked) return fail(checked.error());
                std::cout << print_config(*command, *raw, *checked) << "\n";
                const bool hidden = checked->proxy_auth || (checked->upstream_proxy &&
                                                            checked->upstream_proxy->credentials);
                if (hidden) std::cerr << "armgate: credentials of a proxy are left out\n";
                return kSuccess;
            }
            return run_proxy(*raw);
        };
    });
}

}  // namespace armgate::cli
