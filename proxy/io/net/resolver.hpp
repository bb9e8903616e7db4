// Names to addresses, with a limit. Asio's resolver runs getaddrinfo on a thread that its context
// waits for, so a name server that does not answer would hold up a connection beyond its limit, and
// a stop of the whole program. Here each look-up has a thread that nobody waits for.
#pragma once

#include "core/base/error.hpp"
#include "io/net/asio.hpp"

#include <string>
#include <vector>

namespace armgate::io {

/// At most so many look-ups at once in the process: more fail at once.
inline constexpr int kMaxLookups = 64;

/// The addresses of `host` in the system's order. Errors: `resolve_failed`, with the system's
/// reason; `timed_out`.
[[nodiscard]] awaitable<Result<std::vector<asio::ip::address>>> resolve_name(std::string host,
                                                                             SteadyTime until);

}  // namespace armgate::io
