// What is to be said of one client: whether it went through the proxy and trusted the CA, and the
// one thing to mend where it did not. Pure: evidence in, a finding out.
#pragma once

#include "core/doctor/rules.hpp"
#include "core/wiring/child_environment.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::doctor {

/// What the proxy saw of a probe, and how the probe ended. Only the first field is proof.
struct Evidence {
    bool reached_arm = false;  ///< its own request came through the proxy, inside TLS
    bool connected = false;    ///< something connected to the proxy
    bool alerted = false;      ///< broke off TLS: it does not trust the certificate
    bool left = false;         ///< finished the handshake and left without a request
    bool without_credentials =
        false;               ///< was asked for credentials and did not give the right ones
    bool timed_out = false;  ///< was ended at the limit
    int status = 0;          ///< 128+N for signal N
    std::string failure;     ///< why it could not be started
    std::string output;      ///< what it printed; for people, through `last_line`
};

/// The variables that a probe had.
enum class Source {
    run,   ///< as `armgate run` sets them: nothing can be missing
    shell  ///< the user's own, as they are
};

struct Setting {
    Source source = Source::run;
    const wiring::Environment& environment;  ///< of the probe
    const wiring::Environment& expected;     ///< what armgate sets
    std::string_view proxy;                  ///< `ADDR:PORT` that `environment` should name
    std::string_view folder;                 ///< of the CA's files
    const std::vector<std::string>& arm_hosts;
    std::chrono::seconds limit{0};
    std::string env_command = "armgate env";  ///< that prints `expected`
};

enum class State { ok, failed, not_probed, not_installed };

/// Why a client failed. A closed list.
enum class Cause {
    none,
    untrusting,
    past_the_proxy,
    no_credentials,
    no_request,
    too_slow,
    no_start
};

[[nodiscard]] std::string_view state_name(State state) noexcept;
[[nodiscard]] std::string_view cause_name(Cause cause) noexcept;

struct Finding {
    std::string id;
    std::string name;
    std::string program;  ///< its path
    std::string version;
    State state = State::ok;
    Cause cause = Cause::none;
    std::string variable;  ///< ok: by which it trusts the CA; failed: to mend, where it is one
    std::string detail;    ///< a sentence without its end
    std::chrono::milliseconds took{0};
};

/// Fills state, cause, variable and detail.
[[nodiscard]] Finding judge(const ProbeRule& rule,
                            const Evidence& evidence,
                            const Setting& setting);

/// The variable that leads `rule`'s client past the proxy, or to no proxy; empty where none does.
/// The order: one that names another proxy, a switch that is not set, no proxy at all, NO_PROXY.
[[nodiscard]] std::string misleading_variable(const ProbeRule& rule, const Setting& setting);

}  // namespace armgate::doctor
