// Where a message ends (RFC 9112 section 6.3), decided from a head alone and without repair:
// ambiguity is an error. Beast 1.81's own reading is not enough (it takes unknown codings for an
// empty body, repeated lengths, and chunked in HTTP/1.0).
#pragma once

#include "core/base/error.hpp"
#include "core/http/head.hpp"

#include <cstdint>

namespace armgate::http {

enum class Framing {
    none,        ///< no body
    length,      ///< `length` bytes
    chunked,     ///< chunked transfer coding
    until_close  ///< responses only
};

struct BodyFraming {
    Framing kind = Framing::none;
    std::uint64_t length = 0;
};

/// Errors: `bad_framing` for Transfer-Encoding repeated, other than exactly `chunked`, in HTTP/1.0,
/// or together with Content-Length; Content-Length repeated, listed, signed, with leading zero or
/// over 2^63; a body on CONNECT.
[[nodiscard]] Result<BodyFraming> request_framing(const RequestHead& head);

/// `method` is that of the request. Errors as above, with `bad_response`.
[[nodiscard]] Result<BodyFraming> response_framing(const ResponseHead& head,
                                                   std::string_view method);

}  // namespace armgate::http
