// The server name a TLS client asks for, read from its first bytes without ending its TLS. Pure;
// untrusted bytes. Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace armgate::tls {

enum class Peek {
    need_more,  ///< may become a ClientHello
    not_tls,    ///< does not begin as a TLS handshake
    malformed,  ///< begins as one, and is none
    hello       ///< a whole ClientHello
};

struct ClientHello {
    Peek peek = Peek::need_more;
    std::optional<std::string> server_name;  ///< as sent; none where the client names no host
};

/// `bytes` is all that came so far. A hello may be spread over several records; one that announces
/// more than 64 KiB is `malformed`.
[[nodiscard]] ClientHello peek_client_hello(std::string_view bytes);

}  // namespace armgate::tls
