// Answers of armgate's own, written to a client: on the proxy's port and inside intercepted
// connections.
#pragma once

#include "core/arm/refusal.hpp"
#include "core/base/error.hpp"
#include "core/http/writer.hpp"
#include "io/net/input_buffer.hpp"
#include "io/net/limits.hpp"
#include "io/net/stream.hpp"

#include <string>
#include <string_view>

namespace armgate::io {

/// The whole message: head with Content-Length, body left out for HEAD.
[[nodiscard]] std::string serialise(const arm::LocalAnswer& answer,
                                    std::string_view request_method,
                                    http::Connection connection);

/// New ids for one answer; `now` and `clause` filled in.
[[nodiscard]] arm::AnswerContext new_answer_context(base::Timestamp now, std::string_view clause);

/// The status for a request that was not understood or may not pass: 400, 408, 417, 421, 431, or
/// 502 and 504 for faults at the upstream side.
[[nodiscard]] unsigned status_of(Errc code) noexcept;

/// What the body of such an answer says: one sentence, whether or not the error's ends with a stop.
[[nodiscard]] std::string sentence_of(const Error& error);

/// The code in the body of such an answer, in ARM's spelling.
[[nodiscard]] std::string_view arm_code_of(Errc code) noexcept;

/// Ends the sending side and reads on for a moment, so that a client which is still sending sees
/// the answer and not a reset (RFC 9112 section 9.6).
[[nodiscard]] awaitable<void> close_lingering(Stream& stream, const Limits& limits);

}  // namespace armgate::io
