#include "certs/tls_policy.hpp"

#include <string>

namespace armgate::certs {
namespace {

constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr const char* kSignatures =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:"
    "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512";

/// 112 bits: no RSA below 2048, no SHA-1 signatures (SSL_CTX_set_security_level(3)).
constexpr int kSecurityLevel = 2;

bool set_algorithms(SSL_CTX* context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, 0) == 1 &&
           SSL_CTX_set_cipher_list(context, kCiphers12) == 1 &&
           SSL_CTX_set_ciphersuites(context, kCiphers13) == 1 &&
           SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
           SSL_CTX_set1_sigalgs_list(context, kSignatures) == 1;
}

void set_behaviour(SSL_CTX* context) {
    // A system-wide configuration may have added options such as unsafe renegotiation, and
    // "ignore unexpected EOF" would hide a truncated body: start from none.
    SSL_CTX_clear_options(context, SSL_CTX_get_options(context));
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_ENABLE_MIDDLEBOX_COMPAT |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Some 34 KB of record buffers per connection are freed while it is idle. Writes come from
    // buffers that a coroutine may move.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // One read(2) takes a record's header and body.
    SSL_CTX_set_read_ahead(context, 1);
    // Sessions are kept in tickets by the client, or not at all: nothing to grow here, and nothing
    // to share between hosts, authorities and settings (promise 2.6).
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // One ticket a handshake instead of two: the tools that resume at all keep one.
    SSL_CTX_set_num_tickets(context, 1);
}

}  // namespace

Result<ContextHandle> new_tls_context(Side side) {
    initialise_openssl();
    ContextHandle context(
        SSL_CTX_new(side == Side::server ? TLS_server_method() : TLS_client_method()));
    if (context) SSL_CTX_set_security_level(context.get(), kSecurityLevel);
    if (!context || !set_algorithms(context.get())) {
        return Error{Errc::system, "Preparing TLS failed in OpenSSL: " + drain_errors() +
                                       "; check the OpenSSL installation."};
    }
    set_behaviour(context.get());
    (void)drain_errors();
    return context;
}

}  // namespace armgate::certs
