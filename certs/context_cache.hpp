// Server-side TLS contexts, one a host, each with a leaf of its own. Thread-safe: one mutex, held
// for a look-up only; leaves are issued outside it. A context lives as long as the connections that
// use it, also after the cache has dropped it.
#pragma once

#include "certs/authority.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace armgate::certs {

/// A leaf is issued anew once less than this is left of its life.
inline constexpr auto kLeafReserve = std::chrono::hours(24);

/// Hosts kept at most; the oldest goes first. `*.management.azure.com` may be asked for any name.
inline constexpr std::size_t kContextLimit = 1024;

class ContextCache {
  public:
    /// `authority` is borrowed and must outlive the cache.
    explicit ContextCache(const Authority& authority, std::size_t limit = kContextLimit)
        : authority_(authority), limit_(limit == 0 ? 1 : limit) {}
    ContextCache(const ContextCache&) = delete;
    ContextCache& operator=(const ContextCache&) = delete;

    /// The context to serve `normalised_host` (lower case, no trailing dot) with at `now`: TLS as
    /// in tls_policy, ALPN `http/1.1` or none, and a fatal `unrecognized_name` for an SNI that is
    /// not the host; a client without SNI is served.
    /// Errors: `ca_does_not_cover`, `ca_invalid` (the CA is not valid at `now`), `system`.
    [[nodiscard]] Result<std::shared_ptr<SSL_CTX>> for_host(std::string_view normalised_host,
                                                            base::Timestamp now);

    [[nodiscard]] std::size_t size() const;

  private:
    struct Entry {
        std::shared_ptr<SSL_CTX> context;
        base::Timestamp valid_from;
        base::Timestamp renew_at;
        std::uint64_t age;  ///< counts up: the smallest is the oldest
    };

    [[nodiscard]] std::shared_ptr<SSL_CTX> find(std::string_view host, base::Timestamp now) const;
    void drop_oldest();

    const Authority& authority_;
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;  ///< guarded by mutex_
    std::uint64_t next_age_ = 0;                         ///< guarded by mutex_
};

/// A server context that presents `leaf`, as the cache makes them: for a server of one host, such
/// as the built-in simulator. Error: `system`.
[[nodiscard]] Result<ContextHandle> make_server_context(const Leaf& leaf);

}  // namespace armgate::certs
