// A throw-away public key infrastructure for tests: an unconstrained CA and the leaves that a good,
// a careless and a hostile upstream would show; and TLS handshakes in memory, without sockets.
#pragma once

#include "certs/authority.hpp"

#include <string>

namespace armgate::tests {

/// What is wrong with a leaf.
enum class Fault {
    none,
    expired,
    not_yet_valid,
    wrong_name,        ///< SAN other.test
    common_name_only,  ///< no SAN; the CN is the host
    self_signed,
    nul_in_name,  ///< SAN "host\0.evil.test"
    client_only,  ///< extended key usage clientAuth
    wildcard,     ///< SAN "*." and the host without its first label
};

class TestPki {
  public:
    explicit TestPki(base::Timestamp now);

    [[nodiscard]] std::string ca_pem() const;
    [[nodiscard]] certs::Leaf leaf(const std::string& host, Fault fault = Fault::none) const;

  private:
    base::Timestamp now_;
    certs::KeyHandle key_;
    certs::X509Handle certificate_;
};

/// A leaf that any key signs, whatever the issuer may vouch for: what a thief of `ca_key` would do.
[[nodiscard]] certs::Leaf forge_leaf(
    X509* ca, EVP_PKEY* ca_key, const std::string& host, Fault fault, base::Timestamp now);

/// A forged leaf for an address: SAN IP, four or sixteen bytes.
[[nodiscard]] certs::Leaf forge_address_leaf(X509* ca,
                                             EVP_PKEY* ca_key,
                                             const std::string& address_bytes,
                                             base::Timestamp now);

/// A server context that shows `leaf` to whoever asks, without armgate's own checks.
[[nodiscard]] certs::ContextHandle plain_server_context(const certs::Leaf& leaf);

/// A client context that trusts `ca_pem` only, with X509_V_FLAG_X509_STRICT.
[[nodiscard]] certs::ContextHandle strict_client_context(const std::string& ca_pem);

struct Handshake {
    bool done;           ///< on both sides
    int client_alert;    ///< the alert description that reached the client, or -1
    int server_alert;    ///< the alert description that reached the server, or -1
    long verify_result;  ///< as the client saw it
};

/// Runs both sides to the end or to the first failure. Takes any state of either; both get BIOs.
[[nodiscard]] Handshake shake_hands(SSL* client, SSL* server);

/// The current time, for checks that OpenSSL makes by the system's clock.
[[nodiscard]] base::Timestamp now();

}  // namespace armgate::tests
