// What must hold of a request inside an intercepted connection, beyond its bytes and its framing,
// before it is judged: one reading of where it goes and what it asks for. Pure.
#pragma once

#include "core/base/error.hpp"
#include "core/http/head.hpp"
#include "core/http/target.hpp"

#include <cstdint>
#include <string_view>

namespace armgate::http {

/// `host` and `port` are those of CONNECT. The target is a view into `head`. Errors: those of
/// parse_request_target and check_request_hops; `bad_target` for `*` with another method than
/// OPTIONS (RFC 9112 section 3.2.4); `bad_host` where Host is missing, repeated or no `host[:port]`
/// (RFC 9112 section 3.2); `host_mismatch` where Host or an absolute target names another host.
[[nodiscard]] Result<RequestTarget> check_request(const RequestHead& head,
                                                  std::string_view host,
                                                  std::uint16_t port);

}  // namespace armgate::http
