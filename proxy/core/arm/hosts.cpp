#include "core/arm/hosts.hpp"

#include "core/arm/rules.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace armgate::arm {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 section 2.3.4, without the root's dot

/// The one spelling of an address: inet_pton and inet_ntop convert text only, they open nothing.
std::optional<std::string> address_text(int family, std::string_view host) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_pton(family, std::string(host).c_str(), bytes.data()) != 1) return std::nullopt;
    if (inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) return std::nullopt;
    return std::string(text.data());
}

bool is_host_char(char c) noexcept {
    const char lower = base::ascii_lower(c);
    return base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.' || c == '_';
}

Error bad_host(const char* why) {
    return {Errc::bad_host, std::string("The host name ") + why + "."};
}

Error bad_pattern() {
    return {Errc::usage,
            "An intercepted host is neither a host name nor a pattern '*.suffix' with a suffix of "
            "two labels or more; addresses cannot be intercepted."};
}

}  // namespace

Result<std::string> normalise_host(std::string_view host) {
    if (host.empty()) return bad_host("is empty");
    if (host.find('\0') != std::string_view::npos) return bad_host("holds a NUL byte");
    if (host.front() == '[') {
        if (host.size() < 2 || host.back() != ']') return bad_host("has an unclosed bracket");
        host = host.substr(1, host.size() - 2);
        if (auto address = address_text(AF_INET6, host)) return *std::move(address);
        return bad_host("in brackets is not an IPv6 address");
    }
    if (host.find(':') != std::string_view::npos) {
        if (auto address = address_text(AF_INET6, host)) return *std::move(address);
        return bad_host("is not an IPv6 address and holds a colon");
    }
    if (!std::all_of(host.begin(), host.end(), is_host_char)) {
        return bad_host("holds a byte that no host name has");
    }
    if (host.back() == '.') host.remove_suffix(1);
    if (host.empty() || host.front() == '.' || host.back() == '.' ||
        host.find("..") != std::string_view::npos) {
        return bad_host("has an empty label");
    }
    if (host.size() > kMaxHostBytes) return bad_host("is longer than 253 bytes");
    return base::to_lower(host);
}

bool is_ip_address(std::string_view host) noexcept {
    // An address never exceeds this; longer text would be copied for nothing.
    if (host.empty() || host.size() >= INET6_ADDRSTRLEN) return false;
    std::array<char, INET6_ADDRSTRLEN> text{};
    std::copy(host.begin(), host.end(), text.begin());
    if (host.find('\0') != std::string_view::npos) return false;
    in6_addr bytes{};
    return inet_pton(AF_INET, text.data(), &bytes) == 1 ||
           inet_pton(AF_INET6, text.data(), &bytes) == 1;
}

std::optional<HostPattern> HostPattern::parse(std::string_view text) {
    const bool suffix = text.starts_with("*.");
    if (suffix) text.remove_prefix(2);
    auto name = normalise_host(text);
    if (!name || is_ip_address(*name)) return std::nullopt;
    // `*.com` would make the CA's name constraints permit a whole top-level domain.
    if (suffix && name->find('.') == std::string::npos) return std::nullopt;
    return HostPattern{*std::move(name), suffix};
}

bool HostPattern::matches(std::string_view host) const noexcept {
    if (!suffix) return host == name;
    const std::size_t least = name.size() + 2;  // one byte and the dot
    return host.size() >= least && host.ends_with(name) &&
           host[host.size() - name.size() - 1] == '.';
}

Result<ArmHosts> ArmHosts::make(const ArmRules& rules, const std::vector<std::string>& extra) {
    ArmHosts hosts;
    const auto add = [&hosts](std::string_view text, Cloud cloud) {
        auto pattern = HostPattern::parse(text);
        if (pattern) hosts.patterns_.push_back({*std::move(pattern), cloud});
        return pattern.has_value();
    };
    for (const auto& rule : rules.hosts) {
        if (!add(rule.name, rule.cloud)) {
            return Error{Errc::config_invalid, "hosts.json: 'name' is not a host or '*.suffix'"};
        }
    }
    for (const auto& pattern : extra) {
        if (!add(pattern, Cloud::azure_public)) return bad_pattern();
    }
    return hosts;
}

Cloud ArmHosts::cloud_of(std::string_view host) const noexcept {
    for (const auto& pattern : patterns_) {
        if (pattern.host.matches(host)) return pattern.cloud;
    }
    return Cloud::none;
}

std::vector<std::string> ArmHosts::constraint_names() const {
    std::vector<std::string> names;
    for (const auto& pattern : patterns_) {
        if (std::find(names.begin(), names.end(), pattern.host.name) == names.end()) {
            names.push_back(pattern.host.name);
        }
    }
    return names;
}

}  // namespace armgate::arm
