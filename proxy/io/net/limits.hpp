// Every time limit and size of the proxy, named, in one place. The unit is in the type. The table
// is what `--limit` takes, what messages name, and what docs/limits.md is generated from.
#pragma once

#include "core/base/error.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace armgate::io {

struct Limits {
    std::chrono::milliseconds client_head{10'000};     ///< CONNECT head; an inner head once begun
    std::chrono::milliseconds client_idle{60'000};     ///< between two requests of a connection
    std::chrono::milliseconds client_tls{5'000};       ///< handshake with the client
    std::chrono::milliseconds connect{10'000};         ///< resolving and connecting, together
    std::chrono::milliseconds upstream_tls{5'000};     ///< handshake with the upstream
    std::chrono::milliseconds body_progress{30'000};   ///< one block of a body, either way
    std::chrono::milliseconds body_total{3'600'000};   ///< a whole body, either way
    std::chrono::milliseconds drain{30'000};           ///< reading the body of a refused request
    std::chrono::milliseconds response_head{120'000};  ///< ARM is slow: its own limit is 60 s
    std::chrono::milliseconds expect_continue{1'000};  ///< wait for the upstream's 100
    std::chrono::milliseconds tls_shutdown{2'000};     ///< sending close_notify
    std::chrono::milliseconds linger{1'000};           ///< reading on so that an answer arrives
    std::chrono::milliseconds upstream_idle{60'000};   ///< a pooled connection is kept that long
    std::chrono::milliseconds tunnel_idle{600'000};    ///< a tunnel with no byte either way
    std::chrono::milliseconds client_hello{10'000};    ///< a ClientHello in a tunnel, once begun
    std::chrono::milliseconds stop_grace{3'000};       ///< busy sessions at a stop
    std::chrono::milliseconds resolved_life{30'000};   ///< addresses of a name are reused that long

    /// Of a refused body, then it is cut: clients that send all of it before they read see no
    /// answer otherwise. Twice what ARM takes.
    std::size_t drain_bytes = std::size_t{8} * 1024 * 1024;
    /// Of a body that is held back until it is judged; more is not read, but streamed. More than
    /// 1 MiB is not looked at, whatever is held.
    std::size_t held_body_bytes = std::size_t{1024} * 1024;
    /// Of a body that a dry run has to read. ARM takes 4 MB.
    std::size_t rehearsed_body_bytes = std::size_t{4} * 1024 * 1024;
    /// Of an answer of ARM's that a dry run has to read or merge.
    std::size_t asked_answer_bytes = std::size_t{16} * 1024 * 1024;
    std::size_t idle_upstreams = 64;                          ///< pooled a host and worker
    std::size_t client_hello_bytes = std::size_t{64} * 1024;  ///< held while a tunnel is looked at
    std::size_t informational = 16;                           ///< 1xx answers to one request
    std::size_t connections = 10'000;                         ///< of clients, open at once
};

using LimitMember = std::variant<std::chrono::milliseconds Limits::*, std::size_t Limits::*>;

/// One limit by the name that `--limit NAME=VALUE` takes.
struct LimitName {
    std::string_view name;
    std::string_view meaning;  ///< what it bounds
    std::string_view at_it;    ///< what happens where it is reached
    LimitMember member;
};

/// A limit that is part of how messages are judged, and therefore no option.
struct FixedLimit {
    std::string_view name;
    std::size_t value;
    std::string_view meaning;
    std::string_view at_it;
};

[[nodiscard]] const std::vector<LimitName>& limit_names();
[[nodiscard]] const std::vector<FixedLimit>& fixed_limits();

/// The value of a limit as `--limit` takes it: `10s`, `64KiB`, `16`.
[[nodiscard]] std::string limit_value(const Limits& limits, LimitMember member);

/// `what` with the limit that it ran into and its value, as `--limit` takes them: `(limit
/// client-head=10s)`.
[[nodiscard]] std::string at_limit(const Limits& limits, LimitMember member, std::string what);

/// Sets one limit from `NAME=VALUE`: times as `500ms`, `10s`, `2m`, sizes as `64KiB`. Error:
/// `usage`, with what was expected.
[[nodiscard]] Result<void> set_limit(Limits& limits, std::string_view assignment);

}  // namespace armgate::io
