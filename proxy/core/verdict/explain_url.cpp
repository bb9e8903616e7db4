#include "core/base/text.hpp"
#include "core/http/target.hpp"
#include "core/verdict/explain.hpp"

#include <algorithm>

namespace armgate::verdict {
namespace {

constexpr unsigned long long kMaxPort = 65535;

Error refused(const char* why) {
    return {Errc::input_invalid, why};
}

struct UrlParts {
    std::string_view authority;  ///< empty for a bare path
    std::string_view target;     ///< path, query and fragment
};

Result<UrlParts> split_url(std::string_view url) {
    if (url.starts_with('/')) return UrlParts{{}, url};
    if (base::ascii_istarts_with(url, "http://")) {
        return refused(
            "The URL is plain HTTP, which armgate refuses: a token would be sent on in the clear. "
            "Use https.");
    }
    constexpr std::string_view kHttps = "https://";
    if (!base::ascii_istarts_with(url, kHttps)) {
        return refused("The URL is neither https://... nor a path that starts with '/'.");
    }
    url.remove_prefix(kHttps.size());
    const std::size_t end = std::min(url.find_first_of("/?#\\"), url.size());
    return UrlParts{url.substr(0, end), url.substr(end)};
}

/// The host of `host[:port]`; brackets keep an IPv6 address apart from its port.
Result<std::string> host_of(std::string_view authority) {
    if (authority.find('@') != std::string_view::npos) {
        return refused("The URL holds user information before its host; leave it out.");
    }
    const std::size_t colon = authority.rfind(':');
    const std::size_t bracket = authority.rfind(']');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon);
    if (has_port) {
        const auto port = base::parse_decimal(authority.substr(colon + 1));
        if (!port || *port == 0 || *port > kMaxPort) {
            return refused("The URL's port is not a number from 1 to 65535.");
        }
        authority = authority.substr(0, colon);
    }
    auto host = arm::normalise_host(authority);
    if (!host) return refused("The URL's host is not a host name.");
    return host;
}

Result<std::string> arm_host_of(std::string_view authority, const arm::ArmHosts& hosts) {
    if (authority.empty()) return std::string(arm::kPublicArm);
    const auto host = host_of(authority);
    if (!host || hosts.contains(*host)) return host;
    return refused(
        "The URL's host is not Azure Resource Manager: armgate does not intercept it, and MFA "
        "enforcement as judged here does not reach it.");
}

std::string shown_target(std::string_view path,
                         std::string_view query,
                         bool has_query,
                         const base::RedactionRules& rules) {
    std::string out = base::redact_text(path);
    if (has_query) out += "?" + base::redact_query(query, rules);
    return out;
}

}  // namespace

Result<ExplainTarget> parse_explain_url(std::string_view url, const ExplainRules& rules) {
    const auto parts = split_url(url);
    if (!parts) return parts.error();
    if (parts->authority.empty() && !url.starts_with('/')) {
        return refused("The URL has no host.");
    }
    auto host = arm_host_of(parts->authority, rules.hosts);
    if (!host) return host.error();
    ExplainTarget out;
    out.host = *std::move(host);
    out.cloud = rules.hosts.cloud_of(out.host);
    // What the proxy answers with 400 instead of passing it on (contract section 4).
    const std::string slash = parts->target.starts_with('/') ? "" : "/";  // as clients add it
    const auto read = http::parse_request_target(slash + std::string(parts->target));
    out.forwardable = read ? Forwardable::yes : Forwardable::no;
    // A fragment may hold a token (OAuth's implicit flow): it is neither judged nor shown.
    const std::string_view target = parts->target.substr(0, parts->target.find('#'));
    const std::size_t question = target.find('?');
    const bool has_query = question != std::string_view::npos;
    const std::string_view query = has_query ? target.substr(question + 1) : std::string_view{};
    const std::string_view path = target.substr(0, question);
    out.path = path.empty() ? "/" : std::string(path);
    if (!parts->authority.empty()) out.shown_url = "https://" + std::string(parts->authority);
    out.shown_url += shown_target(path, query, has_query, rules.redaction);
    if (target.size() < parts->target.size()) out.shown_url += "#REDACTED";
    return out;
}

}  // namespace armgate::verdict
