#include "core/doctor/judge.hpp"

#include "core/base/text.hpp"
#include "core/doctor/plan.hpp"
#include "core/wiring/no_proxy.hpp"

namespace armgate::doctor {
namespace {

/// As a shell has it; a version manager's stand-in ends so where there is no such version.
constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;

std::string value_of(const wiring::Environment& environment, const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

bool is_url_variable(std::string_view name) {
    return base::ascii_iequals(name, "HTTPS_PROXY");
}

/// What the client's own variable has to hold; of Java's many options the one that matters.
std::string wanted_value(const ProbeRule& rule, const Setting& setting, const std::string& name) {
    if (name == "JAVA_TOOL_OPTIONS" && name == rule.client.variable) {
        std::string option = rule.client.value;
        const std::size_t at = option.find(wiring::kFolder);
        if (at != std::string::npos) option.replace(at, wiring::kFolder.size(), setting.folder);
        return option;
    }
    return without_credentials(value_of(setting.expected, name));
}

/// The command first: it also writes the files that the values name.
std::string set_it(const ProbeRule& rule, const Setting& setting, const std::string& name) {
    return "eval \"$(" + setting.env_command + ")\" sets " + name + "=" +
           wanted_value(rule, setting, name);
}

/// `(status 6: curl: could not resolve host)`.
std::string ending(const Evidence& evidence) {
    const std::string said = last_line(evidence.output);
    const std::string how = evidence.status > 128
                                ? "signal " + std::to_string(evidence.status - 128)
                                : "status " + std::to_string(evidence.status);
    return " (" + how + (said.empty() ? "" : ": " + said) + ")";
}

std::string with_note(std::string text, const std::string& note) {
    if (note.empty()) return text;
    text += ". " + note;
    if (text.ends_with('.')) text.pop_back();
    return text;
}

Finding failed(Cause cause, std::string variable, std::string detail) {
    Finding out;
    out.state = State::failed;
    out.cause = cause;
    out.variable = std::move(variable);
    out.detail = std::move(detail);
    return out;
}

Finding proven(const ProbeRule& rule, const Setting& setting) {
    Finding out;
    const std::string& variable = rule.client.variable;
    const bool is_set = !value_of(setting.environment, variable).empty();
    if (is_set) out.variable = variable;
    out.detail = with_note(is_set ? "through the proxy, CA trusted by " + variable
                                  : "through the proxy, CA trusted without " + variable,
                           rule.note);
    return out;
}

Finding untrusting(const ProbeRule& rule, const Evidence& evidence, const Setting& setting) {
    const std::string& variable = rule.client.variable;
    const std::string what =
        evidence.alerted ? "does not trust armgate's CA"
                         : "left at armgate's certificate, so it seems not to trust armgate's CA";
    const std::string have = value_of(setting.environment, variable);
    if (have.empty()) {
        return failed(Cause::untrusting, variable,
                      what + ": " + variable + " is not set; " + set_it(rule, setting, variable));
    }
    if (have != value_of(setting.expected, variable)) {
        return failed(
            Cause::untrusting, variable,
            what + ": " + variable + " does not name it; " + set_it(rule, setting, variable));
    }
    return failed(Cause::untrusting, {},
                  with_note(what + ", though " + variable + " names it", rule.client.note));
}

/// The entries of a NO_PROXY value that lead ARM past the proxy, joined by commas.
std::string passing_entries(const std::string& value, const std::vector<std::string>& arm_hosts) {
    std::string out;
    for (const std::string_view entry : wiring::no_proxy_entries(value)) {
        if (!wiring::lets_arm_pass(entry, arm_hosts)) continue;
        out += (out.empty() ? "" : ",") + std::string(entry);
    }
    return out;
}

std::string misled(const ProbeRule& rule, const Setting& setting, const std::string& variable) {
    const std::string have = value_of(setting.environment, variable);
    if (base::ascii_iequals(variable, "NO_PROXY")) {
        return variable + " sends ARM past it; take '" + passing_entries(have, setting.arm_hosts) +
               "' out of it, or: eval \"$(" + setting.env_command + ")\"";
    }
    const std::string state = have.empty() ? " is not set; " : " does not name it; ";
    return variable + state + set_it(rule, setting, variable);
}

Finding past(const ProbeRule& rule, const Evidence& evidence, const Setting& setting) {
    const std::string variable = misleading_variable(rule, setting);
    if (!variable.empty()) {
        return failed(Cause::past_the_proxy, variable,
                      "goes past the proxy: " + misled(rule, setting, variable));
    }
    const std::string names = rule.proxies.empty() ? "HTTPS_PROXY" : rule.proxies.front();
    return failed(
        Cause::past_the_proxy, {},
        with_note("nothing of it reached the proxy, though " + names + " names it" +
                      ending(evidence) + "; look for a proxy setting of its own, which would win",
                  rule.note));
}

Finding without(const ProbeRule& rule, const Setting& setting) {
    std::string variable;
    for (const std::string& name : rule.proxies) {
        const std::string have = value_of(setting.environment, name);
        if (is_url_variable(name) && !have.empty() && have != value_of(setting.expected, name)) {
            variable = name;
            break;
        }
    }
    const std::string what = "did not send the proxy's credentials (407)";
    if (setting.source == Source::shell && !variable.empty()) {
        return failed(Cause::no_credentials, variable,
                      what + ": " + variable + " lacks them; " + set_it(rule, setting, variable));
    }
    return failed(Cause::no_credentials, {},
                  what + "; for a client that cannot there is 'armgate run --no-proxy-auth'");
}

Finding too_slow(const Evidence& evidence, const Setting& setting) {
    const std::string limit = std::to_string(setting.limit.count()) + " s";
    return failed(Cause::too_slow, {},
                  "made no request within " + limit +
                      (evidence.connected ? ", though it reached the proxy"
                                          : ", and nothing of it reached the proxy") +
                      "; give it more with --timeout");
}

}  // namespace

std::string_view state_name(State state) noexcept {
    switch (state) {
        case State::ok:
            return "ok";
        case State::failed:
            return "failed";
        case State::not_probed:
            return "not-probed";
        case State::not_installed:
            return "not-installed";
    }
    return {};
}

std::string_view cause_name(Cause cause) noexcept {
    switch (cause) {
        case Cause::none:
            return {};
        case Cause::untrusting:
            return "untrusting";
        case Cause::past_the_proxy:
            return "past-the-proxy";
        case Cause::no_credentials:
            return "no-credentials";
        case Cause::no_request:
            return "no-request";
        case Cause::too_slow:
            return "too-slow";
        case Cause::no_start:
            return "no-start";
    }
    return {};
}

std::string misleading_variable(const ProbeRule& rule, const Setting& setting) {
    if (setting.source == Source::run) return {};
    const auto names_it = [&](const std::string& name, const std::string& value) {
        if (is_url_variable(name)) return names_proxy(value, setting.proxy);
        const std::string port(setting.proxy.substr(setting.proxy.rfind(':') + 1));
        if (name == "JAVA_TOOL_OPTIONS") {
            return value.find("https.proxyPort=" + port) != std::string::npos;
        }
        return value == value_of(setting.expected, name);
    };
    std::string first_url;
    std::string unset_switch;
    bool has_url = false;
    for (const std::string& name : rule.proxies) {
        const std::string value = value_of(setting.environment, name);
        if (!value.empty() && !names_it(name, value)) return name;
        if (is_url_variable(name)) {
            has_url = has_url || !value.empty();
            if (first_url.empty()) first_url = name;
        } else if (value.empty() && unset_switch.empty()) {
            unset_switch = name;
        }
    }
    if (!unset_switch.empty()) return unset_switch;
    if (!has_url && !first_url.empty()) return first_url;
    for (const char* name : {"NO_PROXY", "no_proxy"}) {
        const std::string value = value_of(setting.environment, name);
        if (!passing_entries(value, setting.arm_hosts).empty()) return name;
    }
    return {};
}

Finding judge(const ProbeRule& rule, const Evidence& evidence, const Setting& setting) {
    if (evidence.reached_arm) return proven(rule, setting);
    if (!evidence.failure.empty()) {
        return failed(Cause::no_start, {}, "cannot be started: " + evidence.failure);
    }
    if (!evidence.connected &&
        (evidence.status == kNotFound || evidence.status == kNotExecutable)) {
        return failed(Cause::no_start, {}, "cannot be started" + ending(evidence));
    }
    if (evidence.alerted || evidence.left) return untrusting(rule, evidence, setting);
    if (evidence.without_credentials) return without(rule, setting);
    const bool is_misled = !evidence.connected && !misleading_variable(rule, setting).empty();
    if (evidence.timed_out && !is_misled) return too_slow(evidence, setting);
    if (!evidence.connected) return past(rule, evidence, setting);
    return failed(Cause::no_request, {},
                  "reached the proxy, but made no request" + ending(evidence));
}

}  // namespace armgate::doctor
