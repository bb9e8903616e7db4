// OpenSSL handles that free themselves, and its error queue. The queue is per thread and shared by
// all sessions on it: every function of certs drains it before it returns.
#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace armgate::certs {

struct OpensslFree {
    void operator()(X509* p) const noexcept { X509_free(p); }
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
    void operator()(EVP_PKEY_CTX* p) const noexcept { EVP_PKEY_CTX_free(p); }
    void operator()(BIO* p) const noexcept { BIO_free_all(p); }
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }
    void operator()(SSL* p) const noexcept { SSL_free(p); }
    void operator()(X509_STORE* p) const noexcept { X509_STORE_free(p); }
    void operator()(X509_EXTENSION* p) const noexcept { X509_EXTENSION_free(p); }
    void operator()(X509_NAME* p) const noexcept { X509_NAME_free(p); }
    void operator()(BIGNUM* p) const noexcept { BN_free(p); }
    // ASN1_TIME, ASN1_OCTET_STRING, ASN1_BIT_STRING and the like are one type.
    void operator()(ASN1_STRING* p) const noexcept { ASN1_STRING_free(p); }
    void operator()(BASIC_CONSTRAINTS* p) const noexcept { BASIC_CONSTRAINTS_free(p); }
    void operator()(AUTHORITY_KEYID* p) const noexcept { AUTHORITY_KEYID_free(p); }
    void operator()(NAME_CONSTRAINTS* p) const noexcept { NAME_CONSTRAINTS_free(p); }
    void operator()(GENERAL_SUBTREE* p) const noexcept { GENERAL_SUBTREE_free(p); }
    void operator()(GENERAL_NAME* p) const noexcept { GENERAL_NAME_free(p); }
    void operator()(GENERAL_NAMES* p) const noexcept { GENERAL_NAMES_free(p); }
    void operator()(EXTENDED_KEY_USAGE* p) const noexcept { EXTENDED_KEY_USAGE_free(p); }
};

template <class T>
using Handle = std::unique_ptr<T, OpensslFree>;

using X509Handle = Handle<X509>;
using KeyHandle = Handle<EVP_PKEY>;
using BioHandle = Handle<BIO>;
using ContextHandle = Handle<SSL_CTX>;
using SslHandle = Handle<SSL>;

/// Must run before any other use of OpenSSL: keeps OPENSSL_CONF from lowering what the code sets.
/// Every entry point of certs calls it; calling it again costs nothing.
void initialise_openssl() noexcept;

/// The oldest queued error as text, for diagnostics; empties the queue. Never quotes peer data.
[[nodiscard]] std::string drain_errors();

}  // namespace armgate::certs
