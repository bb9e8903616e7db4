#include "cli/options.hpp"

#include "cli/command.hpp"
#include "core/base/text.hpp"
#include "core/http/target.hpp"
#include "io/system/child.hpp"

#include <algorithm>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace armgate::cli {
namespace {

Error usage(std::string sentence) {
    return {Errc::usage, std::move(sentence)};
}

template <class Value>
struct Choice {
    std::string_view name;
    Value value;
};

template <class Value, std::size_t N>
Value choose(const std::array<Choice<Value>, N>& choices, std::string_view name) {
    for (const auto& choice : choices) {
        if (choice.name == name) return choice.value;
    }
    return choices.front().value;  // CLI11 has checked the names
}

Result<io::tcp::endpoint> parse_listen(const std::string& text, Command command) {
    if (text.empty()) {
        return io::tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"),
                                 command == Command::proxy ? 8642 : 0);
    }
    const std::size_t colon = text.rfind(':');
    const auto bad = [&] {
        return usage("--listen " + text + ": expected ADDR:PORT, for example 127.0.0.1:8642");
    };
    if (colon == std::string::npos) return bad();
    std::string host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    boost::system::error_code ec;
    const auto address =
        boost::asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, ec);
    const auto port = base::parse_decimal(text.substr(colon + 1));
    if (ec || !port || *port > 65535) return bad();
    return io::tcp::endpoint(address, static_cast<unsigned short>(*port));
}

/// The options of a dry run say nothing in other modes: given there, they are a mistake.
Result<io::DryRunSetup> make_dry_run(const RawOptions& raw, verdict::Mode mode) {
    io::DryRunSetup out;
    if (mode != verdict::Mode::dry_run) {
        const char* given = !raw.tunnel.empty()      ? "--tunnel"
                            : !raw.overlay.empty()   ? "--overlay"
                            : !raw.changes.empty()   ? "--changes"
                            : raw.lro != "realistic" ? "--lro"
                            : raw.what_if            ? "--what-if"
                                                     : nullptr;
        if (given == nullptr) return out;
        return usage(std::string(given) + " is for --mode dry-run; the mode is " + raw.mode);
    }
    out.options.lro = raw.lro == "instant" ? dryrun::Lro::instant : dryrun::Lro::realistic;
    out.options.ask_what_if = raw.what_if;
    out.overlay = raw.overlay;
    for (const std::string& text : raw.tunnel) {
        auto pattern = arm::HostPattern::parse(text);
        if (!pattern) return usage("--tunnel: expected a host name or '*.suffix'");
        out.tunnels.push_back(std::move(*pattern));
    }
    return out;
}

void add_dry_run_options(CLI::App& app, RawOptions& raw) {
    repeats(app.add_option("--tunnel", raw.tunnel,
                           "dry-run: let this data plane through; *.suffix; repeats"))
        ->type_name("HOST");
    app.add_option("--lro", raw.lro, "dry-run: operations run for a poll or two, or not at all")
        ->check(CLI::IsMember({"realistic", "instant"}))
        ->capture_default_str();
    app.add_option("--overlay", raw.overlay,
                   "dry-run: keep what is simulated in FILE, and go on from it")
        ->type_name("FILE");
    app.add_option(
           "--changes", raw.changes,
           "dry-run: write the list of changes to FILE: Markdown where it ends in .md, else "
           "JSON")
        ->type_name("FILE");
    app.add_flag("--what-if", raw.what_if, "dry-run: ask ARM's what-if of a deployment first");
}

}  // namespace

CLI::Option* repeats(CLI::Option* option) {
    return option->expected(1)->allow_extra_args(false)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
}

void add_proxy_options(CLI::App& app, RawOptions& raw, Command command) {
    app.add_option(
           "--mode", raw.mode,
           "observe: log; enforce: log and refuse; dry-run: log, and simulate every write here")
        ->check(CLI::IsMember({"observe", "enforce", "dry-run"}))
        ->capture_default_str();
    app.add_option("--listen", raw.listen,
                   command == Command::proxy ? "Loopback address and port (127.0.0.1:8642)"
                                             : "Loopback address and port (a free port)")
        ->type_name("ADDR:PORT");
    app.add_option("--trace", raw.trace,
                   command == Command::proxy
                       ? "Append the trace to FILE (none unless given)"
                       : "Append the trace to FILE (a new file in $XDG_STATE_HOME/armgate)")
        ->type_name("FILE");
    app.add_option("--ca-dir", raw.ca_dir,
                   command == Command::proxy ? "Folder of the CA ($XDG_CONFIG_HOME/armgate)"
                                             : "Folder of a persistent CA (in memory only)")
        ->type_name("DIR");
    repeats(
        app.add_option("--intercept", raw.intercept, "Treat HOST as ARM too; *.suffix; repeats"))
        ->type_name("HOST");
    repeats(app.add_option("--connect-to", raw.connect_to, "Dial ADDR:PORT for HOST:PORT; repeats"))
        ->type_name("HOST:PORT:ADDR:PORT");
    repeats(app.add_option("--upstream-ca", raw.upstream_ca,
                           "Trust these roots too, upstream; repeats"))
        ->type_name("FILE");
    app.add_option("--upstream-proxy", raw.upstream_proxy,
                   "Go out through URL (HTTPS_PROXY); none: directly")
        ->type_name("URL");
    app.add_option("--uncertain", raw.uncertain, "What enforce does with an uncertain verdict")
        ->check(CLI::IsMember({"by-cause", "forward", "block"}))
        ->capture_default_str();
    app.add_option("--refusal", raw.refusal, "Which of ARM's refusal bodies to imitate")
        ->check(CLI::IsMember({"system", "policy"}))
        ->capture_default_str();
    app.add_option("--deployment-refusal", raw.deployment_refusal,
                   "How enforce refuses a deployment: 401 with the challenge, or 400 without it")
        ->check(CLI::IsMember({"401", "400"}))
        ->capture_default_str();
    add_dry_run_options(app, raw);
    app.add_flag("--allow-remote", raw.allow_remote, "Listen beyond loopback; needs --proxy-auth");
    app.add_option("--proxy-auth", raw.proxy_auth, "Credentials that clients must send")
        ->type_name("USER:PASS");
    repeats(app.add_option("--limit", raw.limits, "Set a limit, e.g. response-head=60s; repeats"))
        ->type_name("NAME=VALUE");
    app.add_option("--threads", raw.threads, "I/O threads (number of processors)")
        ->check(CLI::Range(1U, 256U));
    app.add_option("--config", raw.config,
                   "Read these options from a JSON file; flags win; 'armgate proxy --print-config' "
                   "shows one, config/schemas/config.schema.json describes it")
        ->type_name("FILE");
    app.add_option("--log-level", raw.log_level, "Diagnostics on stderr")
        ->check(CLI::IsMember({"error", "warn", "info", "debug"}))
        ->capture_default_str();
    app.add_flag("--quiet", raw.quiet, "No summary, no request lines");
    app.add_option("--color", raw.color, "Colours on the terminal")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    if (command == Command::run) {
        app.add_flag("--no-proxy-auth", raw.no_proxy_auth,
                     "No credentials in the child's HTTPS_PROXY");
        app.add_option("--fail-on", raw.fail_on, "Exit 3 if a request had this outcome")
            ->check(CLI::IsMember({"fail", "uncertain", "write", "never"}))
            ->capture_default_str();
    } else {
        app.add_flag("--print-config", raw.print_config, "Print the options in force and stop");
    }
}

Result<io::Settings> make_settings(const RawOptions& raw, Command command) {
    using verdict::Mode;
    using verdict::UncertainPolicy;
    static constexpr std::array<Choice<Mode>, 3> kModes{
        {{"observe", Mode::observe}, {"enforce", Mode::enforce}, {"dry-run", Mode::dry_run}}};
    static constexpr std::array<Choice<UncertainPolicy>, 3> kUncertain{
        {{"by-cause", UncertainPolicy::by_cause},
         {"forward", UncertainPolicy::forward},
         {"block", UncertainPolicy::block}}};

    io::Settings settings;
    settings.mode = choose(kModes, raw.mode);
    settings.uncertain = choose(kUncertain, raw.uncertain);
    settings.refusal =
        raw.refusal == "policy" ? arm::RefusalStyle::policy : arm::RefusalStyle::system;
    settings.deployment_refusal = raw.deployment_refusal == "400" ? 400 : 401;
    auto listen = parse_listen(raw.listen, command);
    if (!listen) return listen.error();
    settings.listen = *listen;
    if (!raw.proxy_auth.empty()) {
        const std::size_t colon = raw.proxy_auth.find(':');
        if (colon == std::string::npos || colon == 0 || colon + 1 == raw.proxy_auth.size()) {
            return usage("--proxy-auth: expected USER:PASS, both not empty");
        }
        settings.proxy_auth = raw.proxy_auth;
    }
    const bool remote = !settings.listen.address().is_loopback();
    if (remote && !(raw.allow_remote && settings.proxy_auth)) {
        return usage("--listen " + raw.listen +
                     ": not a loopback address. Whoever reaches it could use the proxy: give "
                     "--allow-remote and --proxy-auth USER:PASS if that is meant");
    }
    auto dry_run = make_dry_run(raw, settings.mode);
    if (!dry_run) return dry_run.error();
    settings.dry_run = std::move(*dry_run);
    settings.threads =
        raw.threads != 0 ? raw.threads : std::max(1U, std::thread::hardware_concurrency());
    for (const std::string& text : raw.connect_to) {
        auto rule = io::parse_connect_to(text);
        if (!rule) return rule.error();
        settings.connect_to.push_back(std::move(*rule));
    }
    auto chosen =
        choose_upstream_proxy(raw.upstream_proxy, io::current_environment(), settings.listen);
    if (!chosen) return chosen.error();
    if (!chosen->notice.empty()) std::cerr << "armgate: " << chosen->notice << "\n";
    settings.upstream_proxy = std::move(chosen->proxy);
    for (const std::string& text : raw.limits) {
        if (auto set = io::set_limit(settings.limits, text); !set) return set.error();
    }
    return settings;
}

io::LogLevel log_level_of(const RawOptions& raw) {
    static constexpr std::array<Choice<io::LogLevel>, 4> kLevels{{{"warn", io::LogLevel::warn},
                                                                  {"error", io::LogLevel::error},
                                                                  {"info", io::LogLevel::info},
                                                                  {"debug", io::LogLevel::debug}}};
    return choose(kLevels, raw.log_level);
}

report::FailOn fail_on_of(const RawOptions& raw) {
    using report::FailOn;
    static constexpr std::array<Choice<FailOn>, 4> kGates{{{"never", FailOn::never},
                                                           {"fail", FailOn::fail},
                                                           {"uncertain", FailOn::uncertain},
                                                           {"write", FailOn::write}}};
    return choose(kGates, raw.fail_on);
}

Result<std::unique_ptr<Foundation>> load_foundation(const RawOptions& raw) {
    auto rules = verdict::load_rules();
    if (!rules) return rules.error();
    auto redaction = base::load_redaction_rules();
    if (!redaction) return redaction.error();
    auto hosts = arm::ArmHosts::make(rules->arm, raw.intercept);
    if (!hosts) return hosts.error();
    auto wiring = wiring::load_wiring_rules();
    if (!wiring) return wiring.error();
    return std::make_unique<Foundation>(Foundation{std::move(*rules), std::move(*redaction),
                                                   std::move(*hosts), std::move(*wiring)});
}

std::string describe(const io::tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
    return host + ":" + std::to_string(endpoint.port());
}

bool is_listening(const io::tcp::endpoint& endpoint) {
    boost::asio::io_context context;
    io::tcp::socket socket(context);
    boost::system::error_code ec;
    socket.connect(endpoint, ec);
    return !ec;
}

int fail(const Error& error) {
    std::cerr << "armgate: " << error.detail << "\n";
    const bool users = error.code == Errc::usage || error.code == Errc::config_invalid ||
                       error.code == Errc::input_invalid;
    return users ? kUsageError : kRuntimeError;
}

}  // namespace armgate::cli
