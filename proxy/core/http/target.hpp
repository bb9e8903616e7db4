// Request targets (RFC 9112 section 3.2): read strictly, kept byte for byte. Pure.
#pragma once

#include "core/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace armgate::http {

/// `host:port` of a CONNECT request, as sent (case kept, brackets off).
struct Authority {
    std::string host;
    std::uint16_t port = 0;
};

/// Authority-form, to the letter: host and port both there, port 1 to 65535, no user information,
/// IPv6 in brackets. Error: `bad_target`.
[[nodiscard]] Result<Authority> parse_connect_target(std::string_view target);

/// The target of a request inside an intercepted connection. Views into the text parsed.
struct RequestTarget {
    std::optional<std::string_view> absolute_host;  ///< `host[:port]` where absolute-form was used
    std::string_view origin;  ///< path and query, what is sent upstream; or `*`
    std::string_view path;    ///< undecoded, without query
    std::string_view query;   ///< without `?`
};

/// Origin-form, absolute-form with `https`, or `*`. Error: `bad_target` for backslash, `#`, bytes
/// over 0x7F, `%00`, control bytes and spaces, any other form; what real clients write (`//`,
/// `%2F`, trailing slash, raw `$`) is accepted.
[[nodiscard]] Result<RequestTarget> parse_request_target(std::string_view target);

/// What of a target that was not understood may be recorded: its path, without query, fragment,
/// scheme and authority (which may hold user information).
[[nodiscard]] std::string path_for_record(std::string_view target);

/// The host of a CONNECT's or an absolute-form target, without user information and port; empty
/// where there is none, or nothing that can be one.
[[nodiscard]] std::string host_for_record(std::string_view target);

/// True where `value` (a Host field or the host of an absolute target) names `host` and `port`:
/// without case, one trailing dot ignored, the port left out only where it is 443.
[[nodiscard]] bool names_host(std::string_view value, std::string_view host, std::uint16_t port);

/// True where `value` has the form of a Host field: a name or a bracketed IPv6 address, and behind
/// a colon a port from 1 to 65535.
[[nodiscard]] bool is_host_value(std::string_view value);

/// True where `target` is absolute-form for plain HTTP, which armgate never proxies.
[[nodiscard]] bool is_plain_http_target(std::string_view target) noexcept;

}  // namespace armgate::http
