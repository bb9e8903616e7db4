// NO_PROXY as the many clients read it: every client has its own idea of it, so an entry counts for
// what the most generous one makes of it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace armgate::wiring {

/// The entries of a NO_PROXY value. Most clients part them by commas, curl and Node by spaces, too.
/// Views into `value`.
[[nodiscard]] std::vector<std::string_view> no_proxy_entries(std::string_view value);

/// True where a NO_PROXY entry covers `host` for at least one client: exact name, `.suffix`,
/// `*.suffix`, any end of the name, `*`; a port and a trailing dot are left out.
[[nodiscard]] bool no_proxy_covers(std::string_view entry, std::string_view host);

/// True where an entry would let one of `arm_hosts`, or a regional host below it, pass by.
[[nodiscard]] bool lets_arm_pass(std::string_view entry, const std::vector<std::string>& arm_hosts);

}  // namespace armgate::wiring
