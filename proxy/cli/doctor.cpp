// `armgate doctor`: each client of this machine makes one harmless call through a proxy that is
// watched, and what that proxy saw is the proof.
#include "certs/authority_files.hpp"
#include "cli/ca_folder.hpp"
#include "cli/command.hpp"
#include "cli/doctor_probe.hpp"
#include "cli/wiring_files.hpp"
#include "core/doctor/plan.hpp"
#include "core/doctor/render.hpp"
#include "core/wiring/shell.hpp"
#include "io/system/child.hpp"
#include "io/system/clock.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

constexpr const char* kExamples =
    "  armgate doctor\n"
    "  armgate doctor az terraform\n"
    "  eval \"$(armgate env)\" && armgate doctor --current\n"
    "  armgate doctor --json\n";
constexpr const char* kStatuses =
    "  3 a client that was found, or named, cannot go through armgate\n";
constexpr unsigned kTimeoutSeconds = 30;
constexpr unsigned kMaxTimeoutSeconds = 600;
struct DoctorOptions {
    RawOptions raw;
    std::vector<std::string> clients;
    bool current = false;
    bool json = false;
    unsigned timeout = kTimeoutSeconds;
};

Result<std::vector<doctor::ProbeRule>> chosen_rules(const std::vector<std::string>& ids,
                                                    const wiring::WiringRules& wiring) {
    auto rules = doctor::load_probe_rules(wiring);
    if (!rules || ids.empty()) return rules;
    std::string known;
    for (const auto& rule : *rules) known += (known.empty() ? "" : ", ") + rule.id;
    std::vector<doctor::ProbeRule> out;
    for (const std::string& id : ids) {
        const auto found = std::find_if(rules->begin(), rules->end(),
                                        [&](const auto& rule) { return rule.id == id; });
        if (found == rules->end()) {
            return Error{Errc::usage, "doctor: '" + id + "' is none of the clients: " + known};
        }
        out.push_back(*found);
    }
    return out;
}

wiring::Environment merged(wiring::Environment base, const wiring::Environment& on_top) {
    for (const auto& [name, value] : on_top) base[name] = value;
    return base;
}

/// As `armgate run` has it: a CA in memory, credentials, the child's environment.
Result<DoctorBench> bench_of_run(const RawOptions& raw,
                                 std::unique_ptr<Foundation> foundation,
                                 const io::TemporaryDirectory& folder) {
    DoctorBench bench;
    bench.arm_hosts = foundation->hosts.constraint_names();
    const wiring::WiringRules rules = foundation->wiring;
    auto authority = certs::create_authority(bench.arm_hosts, io::now());
    if (!authority) return authority.error();
    std::optional<std::string> credentials;
    if (!raw.no_proxy_auth) credentials = "armgate:" + io::random_hex(16);
    auto proxy = DoctorProxy::start({std::move(foundation), std::move(*authority),
                                     boost::asio::ip::make_address("127.0.0.1"), credentials});
    if (!proxy) return proxy.error();
    bench.proxy = std::move(*proxy);
    bench.address = bench.proxy->address();
    wiring::WiringRequest request;
    request.proxy_url = wiring::proxy_url(bench.address, credentials);
    request.arm_hosts = bench.arm_hosts;
    auto set = wire_into(folder, request, rules, bench.proxy->authority());
    if (!set) return set.error();
    bench.expected = std::move(*set);
    bench.environment = merged(wiring::unwired(io::current_environment()), bench.expected);
    bench.judged = bench.environment;
    bench.folder = folder.path();
    return bench;
}

/// `armgate env` with what leads to the same proxy; a secret is left for the user to fill in.
std::string env_command(const RawOptions& raw) {
    std::string out = "armgate env";
    if (!raw.listen.empty()) out += " --listen " + raw.listen;
    if (!raw.ca_dir.empty()) out += " --ca-dir '" + raw.ca_dir + "'";
    for (const std::string& host : raw.intercept) out += " --intercept '" + host + "'";
    if (!raw.proxy_auth.empty()) out += " --proxy-auth USER:PASS";
    return out;
}

/// The shell's own environment, with one change: where it names the proxy at `--listen` it gets a
/// watched one with the same CA and credentials, so that the running one sees none of this.
Result<DoctorBench> bench_of_shell(const RawOptions& raw, std::unique_ptr<Foundation> foundation) {
    RawOptions direct = raw;
    direct.upstream_proxy = "none";
    const auto settings = make_settings(direct, Command::proxy);
    if (!settings) return settings.error();
    const auto folder = ca_folder(raw.ca_dir);
    if (!folder) return folder.error();
    if (!is_listening(settings->listen)) {
        return Error{Errc::connect_failed,
                     "nothing listens on " + describe(settings->listen) +
                         ": start 'armgate proxy' first, or name its address with --listen"};
    }
    auto authority = certs::open_authority(*folder, io::now());
    if (!authority) return authority.error();
    DoctorBench bench;
    bench.source = doctor::Source::shell;
    bench.env_command = env_command(raw);
    bench.arm_hosts = foundation->hosts.constraint_names();
    bench.folder = *folder;
    bench.address = describe(settings->listen);
    bench.judged = io::current_environment();
    const wiring::Environment before = wiring::unwired(bench.judged);
    wiring::WiringRequest request;
    request.proxy_url = wiring::proxy_url(bench.address, settings->proxy_auth);
    request.arm_hosts = bench.arm_hosts;
    request.folder = *folder;
    request.own_prefix = "env-";
    request.wgetrc = current_wgetrc(before);
    bench.expected = wiring::wire(before, request, foundation->wiring).set;
    auto proxy = DoctorProxy::start({std::move(foundation), std::move(*authority),
                                     settings->listen.address(), settings->proxy_auth});
    if (!proxy) return proxy.error();
    bench.proxy = std::move(*proxy);
    bench.environment = doctor::redirected(bench.judged, bench.address, bench.proxy->address());
    return bench;
}

int exit_status(const std::vector<doctor::Finding>& findings, bool named) {
    const bool stands = std::none_of(findings.begin(), findings.end(), [named](const auto& each) {
        return each.state == doctor::State::failed ||
               (named && each.state == doctor::State::not_installed);
    });
    return stands ? kSuccess : kGateFired;
}

int run_doctor(const DoctorOptions& options) {
    io::block_signals();
    io::set_log_level(io::LogLevel::error);
    auto foundation = load_foundation(options.raw);
    if (!foundation) return fail(foundation.error());
    const auto rules = chosen_rules(options.clients, (*foundation)->wiring);
    if (!rules) return fail(rules.error());
    auto folder = io::TemporaryDirectory::create();
    if (!folder) return fail(folder.error());
    auto bench = options.current ? bench_of_shell(options.raw, std::move(*foundation))
                                 : bench_of_run(options.raw, std::move(*foundation), *folder);
    if (!bench) return fail(bench.error());
    bench->limit = std::chrono::seconds(options.timeout);
    std::vector<doctor::Finding> findings;
    for (const doctor::ProbeRule& rule : *rules) {
        auto finding = probe_client(rule, *bench, *folder);
        if (!finding) return fail(finding.error());
        findings.push_back(std::move(*finding));
    }
    std::cout << (options.json ? doctor::render_json(findings) : doctor::render_text(findings));
    if (!std::cout.flush()) return kRuntimeError;
    return exit_status(findings, !options.clients.empty());
}

}  // namespace

void add_doctor(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand(
        "doctor", "Make each installed client prove that it goes through armgate and trusts it");
    const auto options = std::make_shared<DoctorOptions>();
    RawOptions& raw = options->raw;
    command->add_option("CLIENT", options->clients, "Only these: az, terraform, curl, ... (all)");
    command->add_flag("--current", options->current,
                      "Probe with this shell's environment as it is, for a running proxy");
    command->add_flag("--json", options->json, "JSON instead of text");
    command->add_option("--timeout", options->timeout, "Limit of one probe in seconds")
        ->check(CLI::Range(1U, kMaxTimeoutSeconds))
        ->capture_default_str()
        ->type_name("SECONDS");
    command->add_flag("--no-proxy-auth", raw.no_proxy_auth,
                      "No credentials in HTTPS_PROXY, as 'armgate run' has it");
    command
        ->add_option("--listen", raw.listen, "--current: where the proxy listens (127.0.0.1:8642)")
        ->type_name("ADDR:PORT");
    command
        ->add_option("--ca-dir", raw.ca_dir,
                     "--current: folder of its CA ($XDG_CONFIG_HOME/armgate)")
        ->type_name("DIR");
    command->add_option("--proxy-auth", raw.proxy_auth, "--current: as given to the proxy")
        ->type_name("USER:PASS");
    repeats(command->add_option("--intercept", raw.intercept, "As given to run or proxy; repeats"))
        ->type_name("HOST");
    command->footer(help_footer(kExamples, kStatuses));
    command->callback(
        [options, &chosen] { chosen.run = [options] { return run_doctor(*options); }; });
}

}  // namespace armgate::cli
