// How each client is made to prove itself, as data (config/rules/doctor.json). Loaded once,
// immutable afterwards.
#pragma once

#include "core/base/error.hpp"
#include "core/wiring/rules.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::doctor {

/// Stand in the rules for what is known only when a probe starts.
inline constexpr std::string_view kUrl = "@url@";
inline constexpr std::string_view kWork = "@work@";

struct ProbeFile {
    std::string name;
    std::string content;
};

struct ProbeRule {
    std::string id;
    std::string name;                   ///< for people: `python (requests)`
    wiring::ClientRule client;          ///< whose trust variable it reads
    std::vector<std::string> programs;  ///< looked for in PATH: the first that is there
    std::vector<std::string> required;  ///< programs that the probe needs too
    std::vector<std::string> version;   ///< arguments that make it print its version
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> set;
    std::vector<ProbeFile> files;
    std::vector<std::string> proxies;  ///< variables that name its proxy, the first to mend first
    std::vector<std::string> since;    ///< first version of each release line that can be probed
    std::string too_old;               ///< said of a version below `since`
    std::string absent;                ///< said where what the probe needs is not there
    std::string unprobed;              ///< why there is no probe; empty where there is one
    std::string note;
};

/// `wiring` is where a probe's client stands. Errors: `config_invalid`, naming the file and the
/// key.
[[nodiscard]] Result<std::vector<ProbeRule>> parse_probe_rules(std::string_view text,
                                                               const wiring::WiringRules& wiring);

/// The embedded config/rules/doctor.json. Errors as `parse_probe_rules`.
[[nodiscard]] Result<std::vector<ProbeRule>> load_probe_rules(const wiring::WiringRules& wiring);

}  // namespace armgate::doctor
