#include "support/test_pki.hpp"

#include "certs/x509_parts.hpp"

#include <chrono>
#include <stdexcept>

#include <openssl/err.h>

namespace armgate::tests {
namespace {

using certs::Handle;

constexpr auto kDay = std::chrono::hours(24);

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("test PKI: ") + what);
}

certs::Validity validity_of(Fault fault, base::Timestamp now) {
    if (fault == Fault::expired) return {now - 10 * kDay, now - 2 * kDay};
    if (fault == Fault::not_yet_valid) return {now + 2 * kDay, now + 10 * kDay};
    return {now - kDay, now + 10 * kDay};
}

std::string san_of(const std::string& host, Fault fault) {
    if (fault == Fault::wrong_name) return "other.test";
    if (fault == Fault::nul_in_name) return host + std::string("\0.evil.test", 11);
    if (fault == Fault::wildcard) return "*" + host.substr(host.find('.'));
    return host;
}

void add_usage(X509* cert, int nid) {
    const Handle<EXTENDED_KEY_USAGE> usage(EXTENDED_KEY_USAGE_new());
    require(sk_ASN1_OBJECT_push(usage.get(), OBJ_nid2obj(nid)) > 0 &&
                X509_add1_ext_i2d(cert, NID_ext_key_usage, usage.get(), 0, X509V3_ADD_DEFAULT) == 1,
            "extended key usage");
}

void add_address_san(X509* cert, const std::string& bytes) {
    const Handle<GENERAL_NAMES> names(GENERAL_NAMES_new());
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    require(ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size())) == 1, "address");
    GENERAL_NAME_set0_value(name, GEN_IPADD, value);
    sk_GENERAL_NAME_push(names.get(), name);
    require(X509_add1_ext_i2d(cert, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1,
            "SAN");
}

struct Unsigned {
    certs::KeyHandle key;
    certs::X509Handle certificate;
};

Unsigned begin_leaf(X509* ca, const certs::Validity& validity, int usage) {
    Unsigned leaf{certs::make_p256_key(), nullptr};
    leaf.certificate = certs::begin_certificate(leaf.key.get(), validity);
    X509* cert = leaf.certificate.get();
    require(cert != nullptr && certs::add_basic_constraints_leaf(cert) &&
                certs::add_key_usage(cert, 0) && certs::add_subject_key_id(cert) &&
                X509_set_issuer_name(cert, X509_get_subject_name(ca)) == 1 &&
                certs::add_authority_key_id(cert, ca),
            "leaf");
    add_usage(cert, usage);
    return leaf;
}

certs::Leaf sign(Unsigned leaf, EVP_PKEY* ca_key, const certs::Validity& validity) {
    require(X509_sign(leaf.certificate.get(), ca_key, EVP_sha256()) > 0, "signature");
    return {std::move(leaf.certificate), std::move(leaf.key), validity.not_before,
            validity.not_after};
}

void give_bios(SSL* client, SSL* server) {
    BIO* client_side = nullptr;
    BIO* server_side = nullptr;
    require(BIO_new_bio_pair(&client_side, 1U << 20U, &server_side, 1U << 20U) == 1, "BIO pair");
    SSL_set_bio(client, client_side, client_side);
    SSL_set_bio(server, server_side, server_side);
}

/// Steps one side; the alert it received, if any, in `alert`. True while it may still go on.
bool step(SSL* ssl, int* alert) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl);
    if (result == 1) return true;
    if (const int why = SSL_get_error(ssl, result);
        why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        return true;
    }
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    if (reason > SSL_AD_REASON_OFFSET) *alert = reason - SSL_AD_REASON_OFFSET;
    return false;
}

}  // namespace

TestPki::TestPki(base::Timestamp now) : now_(now), key_(certs::make_p256_key()) {
    certificate_ = certs::begin_certificate(key_.get(), {now - 30 * kDay, now + 30 * kDay});
    X509* cert = certificate_.get();
    require(certs::add_name_part(X509_get_subject_name(cert), NID_commonName, "Test root") &&
                X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1 &&
                certs::add_basic_constraints_ca(cert) && certs::add_key_usage(cert, 5) &&
                certs::add_subject_key_id(cert) && X509_sign(cert, key_.get(), EVP_sha256()) > 0,
            "CA");
}

std::string TestPki::ca_pem() const {
    return certs::certificate_pem(certificate_.get());
}

certs::Leaf TestPki::leaf(const std::string& host, Fault fault) const {
    return forge_leaf(certificate_.get(), key_.get(), host, fault, now_);
}

certs::Leaf forge_leaf(
    X509* ca, EVP_PKEY* ca_key, const std::string& host, Fault fault, base::Timestamp now) {
    const auto validity = validity_of(fault, now);
    auto leaf =
        begin_leaf(ca, validity, fault == Fault::client_only ? NID_client_auth : NID_server_auth);
    X509* cert = leaf.certificate.get();
    X509_NAME* subject = X509_get_subject_name(cert);
    require(certs::add_name_part(subject, NID_commonName, host.substr(0, 64)), "subject");
    if (fault != Fault::common_name_only) {
        require(certs::add_dns_san(cert, san_of(host, fault)), "SAN");
    }
    if (fault != Fault::self_signed) return sign(std::move(leaf), ca_key, validity);
    require(X509_set_issuer_name(cert, subject) == 1, "issuer");
    X509_EXTENSION_free(
        X509_delete_ext(cert, X509_get_ext_by_NID(cert, NID_authority_key_identifier, -1)));
    EVP_PKEY* own = leaf.key.get();
    return sign(std::move(leaf), own, validity);
}

certs::Leaf forge_address_leaf(X509* ca,
                               EVP_PKEY* ca_key,
                               const std::string& address_bytes,
                               base::Timestamp now) {
    const auto validity = validity_of(Fault::none, now);
    auto leaf = begin_leaf(ca, validity, NID_server_auth);
    require(certs::add_name_part(X509_get_subject_name(leaf.certificate.get()),
                                 NID_organizationName, "forged"),
            "subject");
    add_address_san(leaf.certificate.get(), address_bytes);
    return sign(std::move(leaf), ca_key, validity);
}

certs::ContextHandle plain_server_context(const certs::Leaf& leaf) {
    certs::ContextHandle context(SSL_CTX_new(TLS_server_method()));
    require(SSL_CTX_use_certificate(context.get(), leaf.certificate.get()) == 1 &&
                SSL_CTX_use_PrivateKey(context.get(), leaf.key.get()) == 1,
            "server context");
    return context;
}

certs::ContextHandle strict_client_context(const std::string& ca_pem) {
    certs::ContextHandle context(SSL_CTX_new(TLS_client_method()));
    const auto ca = certs::parse_certificate(ca_pem);
    require(ca && X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get()) == 1,
            "root");
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_X509_STRICT);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

Handshake shake_hands(SSL* client, SSL* server) {
    give_bios(client, server);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    Handshake outcome{false, -1, -1, X509_V_OK};
    constexpr int kRounds = 20;
    for (int round = 0; round < kRounds && !outcome.done; ++round) {
        const bool client_goes_on = step(client, &outcome.client_alert);
        const bool server_goes_on = step(server, &outcome.server_alert);
        // A fatal alert of the server still has to reach the client.
        if (!server_goes_on) step(client, &outcome.client_alert);
        if (!client_goes_on || !server_goes_on) break;
        outcome.done = SSL_is_init_finished(client) == 1 && SSL_is_init_finished(server) == 1;
    }
    outcome.verify_result = SSL_get_verify_result(client);
    ERR_clear_error();
    return outcome;
}

base::Timestamp now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

}  // namespace armgate::tests
