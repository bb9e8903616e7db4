// The options that `run` and `proxy` share (contract section 3): read from the command line and
// from a config file, checked, and made into settings.
#pragma once

#include "certs/authority.hpp"
#include "core/report/summary.hpp"
#include "core/verdict/rules.hpp"
#include "core/wiring/child_environment.hpp"
#include "io/net/shared.hpp"
#include "io/settings.hpp"
#include "io/system/log.hpp"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace armgate::cli {

/// As typed. Empty means "not given" where a default depends on something else.
struct RawOptions {
    std::string mode = "observe";
    std::string listen;
    std::string trace;
    std::string ca_dir;
    std::vector<std::string> intercept;
    std::vector<std::string> connect_to;
    std::vector<std::string> upstream_ca;
    std::string upstream_proxy;  ///< empty: from the environment; `none`: go out directly
    std::vector<std::string> limits;
    std::string uncertain = "by-cause";
    std::string refusal = "system";
    std::string deployment_refusal = "401";
    std::string proxy_auth;
    bool allow_remote = false;
    unsigned threads = 0;
    std::string config;
    std::string log_level = "warn";
    bool quiet = false;
    std::string color = "auto";
    // of a dry run alone
    std::vector<std::string> tunnel;
    std::string lro = "realistic";
    std::string overlay;
    std::string changes;
    bool what_if = false;
    // of `run` alone
    bool no_proxy_auth = false;
    std::string fail_on = "never";
    // of `proxy` alone
    bool print_config = false;
};

enum class Command { run, proxy };

/// Makes `option` repeatable with one value each time: a word after that is surplus, and may be a
/// token.
CLI::Option* repeats(CLI::Option* option);

void add_proxy_options(CLI::App& app, RawOptions& raw, Command command);

/// Reads `--config FILE`: JSON with the options' names (config/schemas/config.schema.json); flags
/// given on the command line win; null is as if it were not there.
/// Errors: `config_invalid`, with file, key and what was expected.
[[nodiscard]] Result<void> apply_config(CLI::App& app, const std::string& path);

/// All options with the values in force, as a config file would hold them (and can: `--config`
/// takes it). Left out are secrets: `proxy-auth`, and an upstream proxy with credentials.
[[nodiscard]] std::string print_config(const CLI::App& app,
                                       const RawOptions& raw,
                                       const io::Settings& settings);

/// Checked settings. Errors: `usage`.
[[nodiscard]] Result<io::Settings> make_settings(const RawOptions& raw, Command command);

/// The corporate proxy to go through: `--upstream-proxy`, else HTTPS_PROXY of `environment` with
/// its NO_PROXY. One that is armgate itself is ignored, and a notice says so. Errors: `usage`.
struct ChosenProxy {
    std::optional<io::UpstreamProxy> proxy;
    std::string notice;
};
[[nodiscard]] Result<ChosenProxy> choose_upstream_proxy(const std::string& option,
                                                        const wiring::Environment& environment,
                                                        const io::tcp::endpoint& listen);

[[nodiscard]] io::LogLevel log_level_of(const RawOptions& raw);
[[nodiscard]] report::FailOn fail_on_of(const RawOptions& raw);

/// Rules and hosts, loaded once. Errors: `config_invalid`, `usage`.
struct Foundation {
    verdict::Rules rules;
    base::RedactionRules redaction;
    arm::ArmHosts hosts;
    wiring::WiringRules wiring;
};
[[nodiscard]] Result<std::unique_ptr<Foundation>> load_foundation(const RawOptions& raw);

/// `ADDR:PORT`, IPv6 in brackets.
[[nodiscard]] std::string describe(const io::tcp::endpoint& endpoint);

/// True where something accepts connections there.
[[nodiscard]] bool is_listening(const io::tcp::endpoint& endpoint);

/// Prints an error as one line and gives the exit status for it: 2 for what the user typed, else 1.
int fail(const Error& error);

}  // namespace armgate::cli
