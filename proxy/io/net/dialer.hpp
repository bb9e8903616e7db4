// From a host and port to a connected socket: `--connect-to`, resolving, the addresses that are
// never dialled, connecting. One a worker, used by its sessions only.
#pragma once

#include "core/base/error.hpp"
#include "io/net/asio.hpp"
#include "io/net/limits.hpp"
#include "io/net/upstream_proxy.hpp"
#include "io/net/watchdog.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace armgate::io {

/// `--connect-to HOST:PORT:ADDR:PORT`: as curl's, names and TLS checks stay with HOST.
struct ConnectTo {
    std::string host;  ///< normal form
    std::uint16_t port = 0;
    std::string to_host;  ///< normal form
    std::uint16_t to_port = 0;
};

/// Reads one `HOST:PORT:ADDR:PORT`; IPv6 in brackets. Error: `usage`.
[[nodiscard]] Result<ConnectTo> parse_connect_to(std::string_view text);

/// What every dialer of the process shares and never changes.
struct DialRules {
    std::vector<ConnectTo> connect_to;
    std::optional<UpstreamProxy> upstream_proxy;
    std::vector<tcp::endpoint> own;  ///< where armgate itself listens
};

class Dialer {
  public:
    Dialer(const DialRules& rules, const Limits& limits, Watchdog& watchdog);

    /// Tries the addresses of `host` in turn, or goes through the upstream proxy. Errors:
    /// `resolve_failed`, `connect_failed`, `timed_out`, `address_forbidden` (link-local, IMDS,
    /// unspecified, armgate itself; judged after resolution, so that a name cannot lead there).
    [[nodiscard]] awaitable<Result<tcp::socket>> connect(std::string host, std::uint16_t port);

    /// What `--connect-to` makes of a target, as `ADDR:PORT`: part of a pooled connection's key.
    [[nodiscard]] std::string route_of(std::string_view host, std::uint16_t port) const;

  private:
    using Addresses = std::vector<asio::ip::address>;
    struct Resolved {
        Addresses addresses;
        SteadyTime until;
    };

    [[nodiscard]] awaitable<Result<tcp::socket>> connect_by_route(std::string host,
                                                                  std::uint16_t port,
                                                                  SteadyTime until);
    [[nodiscard]] awaitable<Result<tcp::socket>> connect_directly(std::string host,
                                                                  std::uint16_t port,
                                                                  SteadyTime until);
    [[nodiscard]] awaitable<Result<tcp::socket>> connect_through(const UpstreamProxy& proxy,
                                                                 std::string host,
                                                                 std::uint16_t port,
                                                                 SteadyTime until);
    [[nodiscard]] const ConnectTo* redirect_of(std::string_view host, std::uint16_t port) const;
    [[nodiscard]] awaitable<Result<Addresses>> resolve(const std::string& host, SteadyTime until);
    [[nodiscard]] Result<void> check_allowed(const tcp::endpoint& endpoint) const;

    const DialRules& rules_;
    const Limits& limits_;
    Watchdog& watchdog_;
    std::unordered_map<std::string, Resolved> resolved_;
};

/// Link-local (169.254/16, fe80::/10), Azure's wire server, AWS's metadata service over IPv6, the
/// unspecified address and multicast. IPv4 inside IPv6 is judged as IPv4: mapped, compatible, NAT64
/// (RFC 6052), 6to4 (RFC 3056) and translated (RFC 2765).
[[nodiscard]] bool is_forbidden_address(const asio::ip::address& address);

/// True where a connection to `target` would arrive at a socket that listens on `own`: same port,
/// and the same address, or any of this machine's where `own` is the unspecified one.
[[nodiscard]] bool leads_to(const tcp::endpoint& target, const tcp::endpoint& own);

}  // namespace armgate::io
