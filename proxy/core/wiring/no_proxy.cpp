#include "core/wiring/no_proxy.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::wiring {
namespace {

/// The host an entry names: port, leading `*` and `.`, and trailing dot off.
std::string_view named_by(std::string_view entry) {
    entry = base::trim(entry);
    const std::size_t colon = entry.rfind(':');
    if (colon != std::string_view::npos && entry.find(':') == colon) entry = entry.substr(0, colon);
    while (!entry.empty() && (entry.front() == '*' || entry.front() == '.')) entry.remove_prefix(1);
    while (!entry.empty() && entry.back() == '.') entry.remove_suffix(1);
    return entry;
}

}  // namespace

std::vector<std::string_view> no_proxy_entries(std::string_view value) {
    std::vector<std::string_view> entries;
    for (const std::string_view part : base::split_list(value)) {
        for (std::string_view rest = part; !rest.empty();) {
            const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
            if (end > 0) entries.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return entries;
}

bool no_proxy_covers(std::string_view entry, std::string_view host) {
    if (base::trim(entry) == "*") return true;
    const std::string_view name = named_by(entry);
    // The end of a string is enough: Python's requests, and so az, asks for no dot before it.
    return !name.empty() && base::ascii_iends_with(host, name);
}

bool lets_arm_pass(std::string_view entry, const std::vector<std::string>& arm_hosts) {
    return std::any_of(arm_hosts.begin(), arm_hosts.end(), [entry](const std::string& host) {
        return no_proxy_covers(entry, host) || base::ascii_iends_with(named_by(entry), "." + host);
    });
}

}  // namespace armgate::wiring
