// The corporate proxy to go out through: CONNECT, Basic authentication (RFC 9110 section 9.3.6).
#pragma once

#include "core/base/error.hpp"
#include "io/net/stream.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::io {

struct UpstreamProxy {
    std::string host;  ///< normal form
    std::uint16_t port = 0;
    std::optional<std::string> credentials;  ///< `USER:PASS`, decoded; a secret
    std::vector<std::string> no_proxy;  ///< entries of NO_PROXY: these hosts are dialled directly

    /// True where `host` is to be dialled directly.
    [[nodiscard]] bool bypasses(std::string_view target_host) const;
};

/// `http://[USER:PASS@]HOST:PORT[/]`, or `HOST:PORT`; the port defaults to 80. Error: `usage`,
/// which quotes no credentials.
[[nodiscard]] Result<UpstreamProxy> parse_upstream_proxy(std::string_view url);

/// Asks the proxy at the other end of `stream` for a tunnel to `host:port`. Takes from the stream
/// what belongs to its answer and nothing more. Errors: `connect_failed` with the proxy's own
/// status, `timed_out`, `connection_closed`.
[[nodiscard]] awaitable<Result<void>> ask_for_tunnel(Stream& stream,
                                                     const UpstreamProxy& proxy,
                                                     std::string target,
                                                     SteadyTime until);

}  // namespace armgate::io
