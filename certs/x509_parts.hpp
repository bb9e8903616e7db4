// The parts that certificates are put together from: keys, dates, serials, extensions. Extensions
// are built from values, never from configuration strings, so that no host name can smuggle one in.
// Functions that return bool say false where OpenSSL refused; the caller reports with
// drain_errors(). No shared state: safe on any thread.
#pragma once

#include "certs/openssl.hpp"
#include "core/base/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace armgate::certs {

struct Validity {
    base::Timestamp not_before;
    base::Timestamp not_after;
};

enum class Critical { no, yes };

/// A fresh EC P-256 key; null where the system gave no randomness.
[[nodiscard]] KeyHandle make_p256_key();

/// True for an EC key on P-256.
[[nodiscard]] bool is_p256(const EVP_PKEY* key);

/// An X.509 v3 certificate without names and signature: `key`, the dates, and a random positive
/// serial of 127 bits (the CA/Browser Forum asks for 64, RFC 5280 allows 159). Null on failure.
[[nodiscard]] X509Handle begin_certificate(EVP_PKEY* key, const Validity& validity);

/// Appends one attribute in UTF-8; refused by OpenSSL where `value` is over the attribute's bound.
[[nodiscard]] bool add_name_part(X509_NAME* name, int nid, std::string_view value);

[[nodiscard]] bool add_basic_constraints_ca(X509* cert);
[[nodiscard]] bool add_basic_constraints_leaf(X509* cert);

/// One bit of RFC 5280 section 4.2.1.3: 0 is digitalSignature, 5 keyCertSign. Critical.
[[nodiscard]] bool add_key_usage(X509* cert, int bit);
[[nodiscard]] bool add_server_auth(X509* cert);

/// Subject key id: the first 160 bits of the key's SHA-256 (RFC 7093 section 2, method 1).
[[nodiscard]] bool add_subject_key_id(X509* cert);

/// Authority key id: the issuer's subject key id.
[[nodiscard]] bool add_authority_key_id(X509* cert, X509* issuer);
[[nodiscard]] bool add_dns_san(X509* cert, const std::string& host);

/// Critical name constraints: these DNS names and what is below them; no IPv4 or IPv6 address.
[[nodiscard]] bool add_name_constraints(X509* cert, const std::vector<std::string>& permitted);

/// The permitted DNS names of a certificate's name constraints; empty where it has none, or where
/// one is not a DNS subtree.
[[nodiscard]] std::vector<std::string> permitted_dns_names(const X509* cert);

/// True where the name constraints exclude every IPv4 and IPv6 address.
[[nodiscard]] bool excludes_all_addresses(const X509* cert);

[[nodiscard]] bool is_critical(const X509* cert, int nid);
[[nodiscard]] base::Timestamp to_timestamp(const ASN1_TIME* time);

/// One PEM block; empty on failure.
[[nodiscard]] std::string certificate_pem(const X509* cert);

/// PKCS #8 PEM without encryption; empty on failure. A secret: for `ca.key` and tests only.
[[nodiscard]] std::string private_key_pem(EVP_PKEY* key);

/// The first certificate of `pem`; null where there is none or it is damaged.
[[nodiscard]] X509Handle parse_certificate(std::string_view pem);

/// An unencrypted private key; null where there is none, it is damaged, or it has a passphrase
/// (which is never asked for).
[[nodiscard]] KeyHandle parse_private_key(std::string_view pem);

}  // namespace armgate::certs
