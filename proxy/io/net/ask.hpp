// One request of armgate's own on an upstream connection, and its whole answer, bounded in time and
// size: what `tenant` asks ARM, and what a dry run has to know of the real world.
#pragma once

#include "core/base/error.hpp"
#include "core/http/head.hpp"
#include "io/net/limits.hpp"
#include "io/net/upstream.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace armgate::io {

struct WholeAnswer {
    http::ResponseHead head;
    std::string body;
    bool reusable = false;  ///< the connection may serve another request
};

/// Writes `request`, a whole message with `method`, overwrites it with zeros (it holds a token) and
/// reads the answer. 1xx answers are passed over. Errors: `connection_closed` where nothing of an
/// answer came, `truncated`, `timed_out`, `bad_response`, `body_too_large` over `max_bytes`; none
/// quotes what was sent.
[[nodiscard]] awaitable<Result<WholeAnswer>> ask_upstream(Upstream& upstream,
                                                          std::string& request,
                                                          std::string_view method,
                                                          std::size_t max_bytes,
                                                          const Limits& limits);

}  // namespace armgate::io
