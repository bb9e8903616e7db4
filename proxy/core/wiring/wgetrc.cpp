#include "core/wiring/wgetrc.hpp"

#include "core/base/text.hpp"
#include "core/wiring/no_proxy.hpp"

#include <algorithm>

namespace armgate::wiring {
namespace {

struct Command {
    std::string name;  ///< lower case, without `-` and `_`; empty for a comment or a blank line
    std::string_view value;
};

Command read_command(std::string_view line) {
    line = base::trim(line);
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) return {};
    Command command;
    for (const char c : base::trim(line.substr(0, equals))) {
        if (c != '-' && c != '_') command.name += base::ascii_lower(c);
    }
    command.value = base::trim(line.substr(equals + 1));
    return command;
}

bool leads_past(const Command& command, const std::vector<std::string>& arm_hosts) {
    if (command.name == "httpsproxy" || command.name == "useproxy") return true;
    if (command.name != "noproxy") return false;
    const auto entries = no_proxy_entries(command.value);
    return std::any_of(entries.begin(), entries.end(),
                       [&](auto entry) { return lets_arm_pass(entry, arm_hosts); });
}

}  // namespace

Wgetrc read_wgetrc(std::string_view text, const std::vector<std::string>& arm_hosts) {
    Wgetrc out;
    for (std::string_view line : base::split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        const Command command = read_command(line);
        if (leads_past(command, arm_hosts)) {
            out.dropped.push_back(command.name == "httpsproxy" ? "https_proxy"
                                  : command.name == "useproxy" ? "use_proxy"
                                                               : "no_proxy");
            continue;
        }
        if (command.name == "cacertificate") out.ca_certificate = command.value;
        if (!line.empty()) out.kept.append(line).push_back('\n');
    }
    return out;
}

}  // namespace armgate::wiring
