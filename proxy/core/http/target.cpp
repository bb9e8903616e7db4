#include "core/http/target.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::http {
namespace {

constexpr std::string_view kHttps = "https://";

Error target_error(const char* what) {
    return {Errc::bad_target, std::string("the request target ") + what};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = base::parse_decimal(text);
    if (text.size() > 5 || !port || *port == 0 || *port > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

/// Splits `host:port` or `[v6]:port`; the port is empty where there is none.
struct HostPort {
    std::string_view host;
    std::string_view port;
    bool has_port;
};

std::optional<HostPort> split_host_port(std::string_view text) {
    if (!text.empty() && text.front() == '[') {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && rest.front() != ':') return std::nullopt;
        // Only an IPv6 address stands in brackets: `[h]` must not become another spelling of `h`.
        if (host.find(':') == std::string_view::npos) return std::nullopt;
        return HostPort{host, rest.empty() ? rest : rest.substr(1), !rest.empty()};
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return HostPort{text, {}, false};
    return HostPort{text.substr(0, colon), text.substr(colon + 1), true};
}

bool is_host_char(char c) noexcept {
    const char lower = base::ascii_lower(c);
    return base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.' ||
           c == '_' || c == ':';
}

std::string_view without_trailing_dot(std::string_view host) noexcept {
    if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
    return host;
}

Result<void> check_target_bytes(std::string_view target) {
    for (std::size_t i = 0; i < target.size(); ++i) {
        const auto byte = static_cast<unsigned char>(target[i]);
        if (byte <= 0x20 || byte == 0x7F) return target_error("holds a space or a control byte");
        if (byte > 0x7F) return target_error("holds a raw byte over 0x7F");
        if (byte == '\\') return target_error("holds a backslash");
        if (byte == '#') return target_error("holds a fragment mark (#)");
        if (byte == '%' && target.substr(i, 3) == "%00") return target_error("holds %00");
    }
    return {};
}

}  // namespace

Result<Authority> parse_connect_target(std::string_view target) {
    const auto parts = split_host_port(target);
    if (!parts || !parts->has_port || parts->host.empty()) {
        return target_error("of CONNECT is not host:port");
    }
    for (const char c : parts->host) {
        if (!is_host_char(c)) return target_error("of CONNECT has a host that is not one");
    }
    const auto port = parse_port(parts->port);
    if (!port) return target_error("of CONNECT has no port between 1 and 65535");
    return Authority{std::string(parts->host), *port};
}

Result<RequestTarget> parse_request_target(std::string_view target) {
    if (const auto checked = check_target_bytes(target); !checked) return checked.error();
    RequestTarget out;
    if (base::ascii_istarts_with(target, kHttps)) {
        std::string_view rest = target.substr(kHttps.size());
        const std::size_t slash = rest.find_first_of("/?");
        out.absolute_host = rest.substr(0, slash);
        if (slash == std::string_view::npos || rest[slash] == '?') {
            return target_error("in absolute form has no path");
        }
        target = rest.substr(slash);
    } else if (target == "*") {
        out.origin = out.path = target;
        return out;
    }
    if (target.empty() || target.front() != '/') {
        return target_error("is neither a path nor an https URL");
    }
    out.origin = target;
    const std::size_t mark = target.find('?');
    out.path = target.substr(0, mark);
    out.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    return out;
}

std::string path_for_record(std::string_view target) {
    target = target.substr(0, target.find_first_of("?#"));
    if (!target.empty() && target.front() == '/') return std::string(target);
    const std::size_t authority = target.find("://");
    if (authority != std::string_view::npos) target.remove_prefix(authority + 3);
    const std::size_t slash = target.find('/');
    return slash == std::string_view::npos ? std::string() : std::string(target.substr(slash));
}

std::string host_for_record(std::string_view target) {
    const std::size_t scheme = target.find("://");
    if (scheme != std::string_view::npos) target.remove_prefix(scheme + 3);
    target = target.substr(0, target.find_first_of("/?#\\"));
    const std::size_t user_end = target.rfind('@');
    if (user_end != std::string_view::npos) target.remove_prefix(user_end + 1);
    const auto parts = split_host_port(target);
    if (!parts || !std::all_of(parts->host.begin(), parts->host.end(), is_host_char)) return {};
    return base::to_lower(parts->host);
}

bool names_host(std::string_view value, std::string_view host, std::uint16_t port) {
    const auto parts = split_host_port(value);
    if (!parts) return false;
    const bool same_host =
        base::ascii_iequals(without_trailing_dot(parts->host), without_trailing_dot(host));
    if (!parts->has_port) return same_host && port == 443;
    return same_host && parse_port(parts->port) == port;
}

bool is_host_value(std::string_view value) {
    const auto parts = split_host_port(value);
    return parts && !parts->host.empty() &&
           std::all_of(parts->host.begin(), parts->host.end(), is_host_char) &&
           (!parts->has_port || parse_port(parts->port));
}

bool is_plain_http_target(std::string_view target) noexcept {
    return base::ascii_istarts_with(target, "http://");
}

}  // namespace armgate::http
