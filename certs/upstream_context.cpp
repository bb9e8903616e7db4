#include "certs/upstream_context.hpp"

#include "certs/bundle.hpp"
#include "certs/files.hpp"
#include "certs/identify.hpp"
#include "certs/names.hpp"
#include "certs/tls_policy.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace armgate::certs {
namespace {

/// From one leaf to a root, public chains have two or three certificates between.
constexpr int kVerifyDepth = 10;

std::string common_name_of(const X509_NAME* name) {
    constexpr int kLimit = 64;
    const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at < 0) return {};
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    const unsigned char* data = ASN1_STRING_get0_data(text);
    std::string out;
    for (int i = 0; i < std::min(ASN1_STRING_length(text), kLimit); ++i) {
        const auto c = static_cast<char>(data[i]);
        // Nothing that could end a quotation or begin markup: this lands in an error body.
        const bool plain = c >= ' ' && c < '\x7F' &&
                           std::string_view("'\"\\<>&").find(c) == std::string_view::npos;
        out.push_back(plain ? c : '?');
    }
    return out;
}

bool has_key_of(const X509* certificate, const Authority* authority) {
    return authority != nullptr &&
           EVP_PKEY_eq(X509_get0_pubkey(certificate), authority->key()) == 1;
}

/// OpenSSL's TRUSTED form may say that a certificate is not for servers; _AUX keeps that.
X509Handle parse_root(const std::string& block) {
    const BioHandle bio(BIO_new_mem_buf(block.data(), static_cast<int>(block.size())));
    return bio ? X509Handle(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr))
               : X509Handle();
}

Error roots_fault(const std::string& what, const char* holds) {
    return Error{Errc::input_invalid, "The roots to trust upstream cannot be used: " + what +
                                          " holds " + holds +
                                          "; name a PEM file with the root of the company's proxy "
                                          "or private cloud."};
}

Result<void> add_file(X509_STORE* store,
                      const std::string& path,
                      RootSource source,
                      const Authority* own_ca) {
    const auto text = read_file(path, kBundleLimitBytes);
    if (!text) return text.error();
    return add_roots(store, {*text, path, source}, own_ca);
}

/// OpenSSL works out a certificate's extensions at its first use and keeps them. Done here, while
/// there is one thread, so that the workers only ever read the roots that they share.
void work_out_extensions(X509_STORE* store) {
    const auto* objects = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
        X509* root = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        if (root != nullptr) (void)X509_check_purpose(root, -1, 0);  // -1: extensions alone
    }
    (void)drain_errors();
}

Result<void> load_roots(SSL_CTX* context,
                        const std::vector<std::string>& extra_ca_files,
                        const Authority* own_ca,
                        const std::vector<std::string>& extra_ca_pems) {
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    for (const std::string& path : extra_ca_files) {
        if (auto added = add_file(store, path, RootSource::named, own_ca); !added) return added;
    }
    for (const std::string& pem : extra_ca_pems) {
        const RootText root{pem, "a root given as text", RootSource::named};
        if (auto added = add_roots(store, root, own_ca); !added) return added;
    }
    const auto system = system_roots_path();
    if (system) return add_file(store, *system, RootSource::system, own_ca);
    // A minimal container without the package can still reach a named upstream.
    if (extra_ca_files.empty() && extra_ca_pems.empty()) return system.error();
    return {};
}

void set_checks(SSL_CTX* context) {
    X509_VERIFY_PARAM* param = SSL_CTX_get0_param(context);
    // Without the first, OpenSSL falls back to the CN where the SAN has no DNS name.
    X509_VERIFY_PARAM_set_hostflags(
        param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // Everything in the store was named as an anchor.
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_verify_depth(context, kVerifyDepth);
}

bool set_alpn(SSL_CTX* context) {
    std::string list(1, static_cast<char>(kAlpnHttp11.size()));
    list += kAlpnHttp11;
    // Zero means success for this one function.
    return SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(list.data()),
                                   static_cast<unsigned>(list.size())) == 0;
}

bool is_address(const std::string& host) {
    std::array<unsigned char, 16> address{};
    return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// The name or address that the certificate had to be for: our own value, not the peer's.
std::string expected_name(const SSL* ssl) {
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) return name;
    // The parameters are only read; the API has no const form.
    char* address = X509_VERIFY_PARAM_get1_ip_asc(SSL_get0_param(const_cast<SSL*>(ssl)));
    std::string text = address == nullptr ? "the address dialled" : address;
    OPENSSL_free(address);
    return text;
}

/// `, issued by 'X'` from the last certificate that the peer's chain led to, where that is
/// known.
std::string issued_by(const SSL* ssl) {
    const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
    const int count = chain == nullptr ? 0 : sk_X509_num(chain);
    if (count <= 0) return {};
    const X509* last = sk_X509_value(chain, count - 1);
    const std::string name = common_name_of(X509_get_issuer_name(last));
    return name.empty() ? name : ", issued by '" + name + "'";
}

}  // namespace

Result<void> add_roots(X509_STORE* store, const RootText& roots, const Authority* own_ca) {
    const auto blocks = certificate_blocks(roots.pem);
    std::size_t added = 0;
    for (const std::string& block : blocks) {
        const X509Handle certificate = parse_root(block);
        (void)drain_errors();
        if (!certificate) return roots_fault(roots.what, "a damaged certificate");
        if (has_key_of(certificate.get(), own_ca)) continue;
        if (roots.source == RootSource::system && is_armgate_ca(certificate.get())) continue;
        if (X509_STORE_add_cert(store, certificate.get()) != 1) {
            (void)drain_errors();
            return roots_fault(roots.what, "a certificate that OpenSSL does not take");
        }
        ++added;
    }
    if (blocks.empty()) return roots_fault(roots.what, "no PEM certificate");
    if (added == 0) return roots_fault(roots.what, "armgate's own CA only");
    return {};
}

Result<ContextHandle> make_upstream_context(const std::vector<std::string>& extra_ca_files,
                                            const Authority* own_ca,
                                            const std::vector<std::string>& extra_ca_pems) {
    auto context = new_tls_context(Side::client);
    if (!context) return context;
    auto loaded = load_roots(context->get(), extra_ca_files, own_ca, extra_ca_pems);
    (void)drain_errors();
    if (!loaded) return loaded.error();
    work_out_extensions(SSL_CTX_get_cert_store(context->get()));
    set_checks(context->get());
    if (!set_alpn(context->get())) {
        return Error{Errc::system, "Preparing TLS failed in OpenSSL: " + drain_errors() + "."};
    }
    (void)drain_errors();
    return context;
}

Result<SslHandle> make_upstream_ssl(SSL_CTX* context, std::string_view host) {
    SslHandle ssl(SSL_new(context));
    if (!ssl) {
        return Error{Errc::system, "Preparing TLS failed in OpenSSL: " + drain_errors() + "."};
    }
    const std::string text(host);
    bool ok = false;
    // c_str() below must not cut what was checked.
    if (text.find('\0') == std::string::npos && is_address(text)) {
        ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), text.c_str()) == 1;
    } else if (auto name = normal_dns_name(host)) {
        // SSL_set_tlsext_host_name, written out: the macro holds a C cast.
        ok = SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                      name->data()) == 1 &&
             SSL_set1_host(ssl.get(), name->c_str()) == 1;
    } else {
        (void)drain_errors();
        return Error{
            Errc::bad_host,
            "TLS to the upstream cannot be prepared: its host is neither a DNS name nor an "
            "address; correct the host."};
    }
    const std::string reason = drain_errors();
    if (!ok) return Error{Errc::system, "Preparing TLS failed in OpenSSL: " + reason + "."};
    SSL_set_connect_state(ssl.get());
    return ssl;
}

std::string verify_failure_text(const SSL* ssl) {
    const std::string who = "The certificate of " + expected_name(ssl);
    const long code = SSL_get_verify_result(ssl);
    switch (code) {
        case X509_V_OK:
            return "The TLS handshake with " + expected_name(ssl) +
                   " failed before its certificate was checked.";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "The certificate is for another name (expected " + expected_name(ssl) + ").";
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return who + " or of one of its issuers has expired.";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return who + " or of one of its issuers is not valid yet: check this machine's clock.";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return who +
                   " is self-signed and not trusted: if it is to be, name it with "
                   "--upstream-ca FILE.";
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return who + " is from an unknown issuer" + issued_by(ssl) +
                   ": an inspecting company proxy? Name its root with --upstream-ca FILE.";
        case X509_V_ERR_INVALID_PURPOSE:
            return who + " is not meant for a server.";
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
            return who + " is for a name that its issuer may not vouch for.";
        default:
            // OpenSSL's own fixed text for the code, never the peer's.
            return who + " was rejected: " + X509_verify_cert_error_string(code) + ".";
    }
}

}  // namespace armgate::certs
