// Connections to ARM: opened verified, pooled, and shared across all clients of one worker. A
// connection is pooled only when its last message left nothing open, and used again only when it is
// still quiet. Never shared between hosts or routes.
#pragma once

#include "io/net/dialer.hpp"
#include "io/net/input_buffer.hpp"
#include "io/net/limits.hpp"
#include "io/net/stream.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace armgate::io {

/// Where an intercepted connection leads: the name that TLS verifies, and what is dialled (the same
/// but for a CONNECT to an address, which is intercepted by its SNI).
struct Target {
    std::string host;  ///< normal form: SNI, certificate, Host field
    std::uint16_t port = 443;
    std::string dial_host;
};

struct Upstream {
    Upstream(tcp::socket socket, Watchdog& watchdog) : stream(std::move(socket), watchdog) {}

    Stream stream;
    InputBuffer input;
    std::string key;
    SteadyTime idle_until;
    bool reused = false;
};

class UpstreamPool {
  public:
    UpstreamPool(SSL_CTX* context, Dialer& dialer, const Limits& limits, Watchdog& watchdog);

    enum class Use { pooled_or_fresh, fresh };

    /// A connection ready for one request. Errors: those of Dialer::connect, `tls_failed`,
    /// `certificate_rejected` (which check failed), `timed_out`.
    [[nodiscard]] awaitable<Result<std::unique_ptr<Upstream>>> acquire(const Target& target,
                                                                       Use use);

    /// Takes a connection back whose last exchange ended cleanly with keep-alive.
    void release(std::unique_ptr<Upstream> upstream);

    /// Closes what has been idle for too long.
    void prune(SteadyTime now);
    void clear() { idle_.clear(); }

  private:
    using Idle = std::vector<std::unique_ptr<Upstream>>;

    [[nodiscard]] std::unique_ptr<Upstream> take_idle(const std::string& key);
    [[nodiscard]] awaitable<Result<std::unique_ptr<Upstream>>> open(const Target& target);

    SSL_CTX* context_;
    Dialer& dialer_;
    const Limits& limits_;
    Watchdog& watchdog_;
    std::unordered_map<std::string, Idle> idle_;
};

}  // namespace armgate::io
