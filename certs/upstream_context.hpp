// The client side towards ARM: whom it trusts, and that it always checks. There is no switch that
// turns verification off. One context for the process (loading the system's roots takes some
// 20 ms); it may be used from any thread once made.
#pragma once

#include "certs/authority.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace armgate::certs {

/// Where roots come from: the system's file, or named by the user or by armgate itself.
enum class RootSource { system, named };

struct RootText {
    std::string_view pem;
    std::string what;  ///< a path or a description, for errors
    RootSource source;
};

/// Adds the certificates of `roots` to `store`, less armgate's own as told below.
/// Error: `input_invalid`, names `what`.
[[nodiscard]] Result<void> add_roots(X509_STORE* store,
                                     const RootText& roots,
                                     const Authority* own_ca);

/// A context that trusts the system's roots file (never SSL_CERT_FILE or SSL_CERT_DIR), the
/// certificates of `extra_ca_files` (--upstream-ca) and those of `extra_ca_pems` (the built-in
/// simulator's). Checked: chain, dates, extended key usage, and the name that make_upstream_ssl
/// sets. ALPN `http/1.1`; no session is ever resumed.
///
/// armgate's own CAs are not trusted: certificates with the key of `own_ca` (may be null) are left
/// out wherever they come from, and any CA that bears armgate's mark is left out of the system's
/// file, where `armgate ca trust` may have put one.
///
/// A named certificate need not be self-signed: an intermediate in `extra_ca_files` is an anchor.
/// X509_V_FLAG_X509_STRICT is off: Debian's public roots pass it (149 of 150, the other has
/// expired), but those of inspecting company proxies often lack key identifiers or critical basic
/// constraints, which says nothing about trust; the user could only answer by not verifying at all.
///
/// Without a roots file the extras alone are trusted; with neither, nothing would verify.
/// Errors: `file_unreadable` (an extra file, or no roots at all), `input_invalid` (no or a damaged
/// certificate, or none but armgate's own; names the file), `system`.
[[nodiscard]] Result<ContextHandle> make_upstream_context(
    const std::vector<std::string>& extra_ca_files,
    const Authority* own_ca,
    const std::vector<std::string>& extra_ca_pems = {});

/// A connection of `context` to `host`: a DNS name in normal form (sent as SNI, checked against
/// the SAN, never the CN) or an address without brackets (checked against the SAN's addresses; no
/// SNI). Errors: `bad_host`, `system`.
[[nodiscard]] Result<SslHandle> make_upstream_ssl(SSL_CTX* context, std::string_view host);

/// Which check of the peer's certificate failed, as one sentence for a 502 body. Holds no text of
/// the peer's but the issuer's common name, cut and in printable ASCII.
[[nodiscard]] std::string verify_failure_text(const SSL* ssl);

}  // namespace armgate::certs
