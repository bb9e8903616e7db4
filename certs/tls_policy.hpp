// What TLS both sides speak, set in code so that no configuration file or environment variable can
// lower it (promise 2.3). Contexts may be used from any thread once made.
#pragma once

#include "certs/openssl.hpp"
#include "core/base/error.hpp"

#include <string_view>

namespace armgate::certs {

enum class Side { server, client };

/// The only application protocol armgate speaks, as an ALPN name.
inline constexpr std::string_view kAlpnHttp11 = "http/1.1";

/// A context with the floor of both sides: TLS 1.2 and 1.3, AEAD with forward secrecy, no
/// renegotiation, no compression, no session cache; buffers are given back while a connection is
/// idle. No certificate, no trust, no ALPN yet. Error: `system`.
[[nodiscard]] Result<ContextHandle> new_tls_context(Side side);

}  // namespace armgate::certs
