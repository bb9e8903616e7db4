#include "certs/x509_parts.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include <openssl/ec.h>
#include <openssl/pem.h>

namespace armgate::certs {
namespace {

std::time_t to_time_t(base::Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

bool add_extension(X509* cert, int nid, void* value, Critical critical) {
    return X509_add1_ext_i2d(cert, nid, value, critical == Critical::yes ? 1 : 0,
                             X509V3_ADD_DEFAULT) == 1;
}

bool set_random_serial(X509* cert) {
    constexpr int kBits = 127;
    const Handle<BIGNUM> number(BN_new());
    // The top bit is set, so that the serial is never zero and always as long.
    if (!number || BN_rand(number.get(), kBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1) {
        return false;
    }
    return BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert)) != nullptr;
}

Handle<ASN1_STRING> bytes_of_type(int type, const void* data, std::size_t size) {
    Handle<ASN1_STRING> text(ASN1_STRING_type_new(type));
    if (text && ASN1_STRING_set(text.get(), data, static_cast<int>(size)) != 1) text.reset();
    return text;
}

/// Appends `value` as a name of `type` to `*subtrees`, which is made on first use.
bool add_subtree(STACK_OF(GENERAL_SUBTREE) * *subtrees, int type, Handle<ASN1_STRING> value) {
    if (*subtrees == nullptr) *subtrees = sk_GENERAL_SUBTREE_new_null();
    Handle<GENERAL_SUBTREE> subtree(GENERAL_SUBTREE_new());
    if (*subtrees == nullptr || !subtree || !value) return false;
    GENERAL_NAME_set0_value(subtree->base, type, value.release());
    if (sk_GENERAL_SUBTREE_push(*subtrees, subtree.get()) <= 0) return false;
    (void)subtree.release();
    return true;
}

Handle<NAME_CONSTRAINTS> name_constraints_of(const X509* cert) {
    return Handle<NAME_CONSTRAINTS>(static_cast<NAME_CONSTRAINTS*>(
        X509_get_ext_d2i(cert, NID_name_constraints, nullptr, nullptr)));
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

BioHandle read_only_bio(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return {};
    return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

KeyHandle make_p256_key() {
    return KeyHandle(EVP_EC_gen("P-256"));
}

bool is_p256(const EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "EC") != 1) return false;
    std::array<char, 32> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return false;
    return std::string_view(name.data(), size) == SN_X9_62_prime256v1;
}

X509Handle begin_certificate(EVP_PKEY* key, const Validity& validity) {
    X509Handle cert(X509_new());
    const bool ok =
        cert && X509_set_version(cert.get(), X509_VERSION_3) == 1 &&
        set_random_serial(cert.get()) && X509_set_pubkey(cert.get(), key) == 1 &&
        ASN1_TIME_set(X509_getm_notBefore(cert.get()), to_time_t(validity.not_before)) != nullptr &&
        ASN1_TIME_set(X509_getm_notAfter(cert.get()), to_time_t(validity.not_after)) != nullptr;
    if (!ok) cert.reset();
    return cert;
}

bool add_name_part(X509_NAME* name, int nid, std::string_view value) {
    const std::string bytes(value);
    return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                      static_cast<int>(bytes.size()), -1, 0) == 1;
}

bool add_basic_constraints_ca(X509* cert) {
    const Handle<BASIC_CONSTRAINTS> constraints(BASIC_CONSTRAINTS_new());
    if (!constraints) return false;
    constraints->ca = 0xFF;
    constraints->pathlen = ASN1_INTEGER_new();
    if (constraints->pathlen == nullptr || ASN1_INTEGER_set(constraints->pathlen, 0) != 1) {
        return false;
    }
    return add_extension(cert, NID_basic_constraints, constraints.get(), Critical::yes);
}

bool add_basic_constraints_leaf(X509* cert) {
    const Handle<BASIC_CONSTRAINTS> constraints(BASIC_CONSTRAINTS_new());
    if (!constraints) return false;
    constraints->ca = 0;
    return add_extension(cert, NID_basic_constraints, constraints.get(), Critical::yes);
}

bool add_key_usage(X509* cert, int bit) {
    const Handle<ASN1_STRING> usage(ASN1_BIT_STRING_new());
    return usage && ASN1_BIT_STRING_set_bit(usage.get(), bit, 1) == 1 &&
           add_extension(cert, NID_key_usage, usage.get(), Critical::yes);
}

bool add_server_auth(X509* cert) {
    const Handle<EXTENDED_KEY_USAGE> usage(EXTENDED_KEY_USAGE_new());
    return usage && sk_ASN1_OBJECT_push(usage.get(), OBJ_nid2obj(NID_server_auth)) > 0 &&
           add_extension(cert, NID_ext_key_usage, usage.get(), Critical::no);
}

bool add_subject_key_id(X509* cert) {
    constexpr std::size_t kIdBytes = 20;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_pubkey_digest(cert, EVP_sha256(), digest.data(), &size) != 1) return false;
    const auto id = bytes_of_type(V_ASN1_OCTET_STRING, digest.data(), kIdBytes);
    return id && add_extension(cert, NID_subject_key_identifier, id.get(), Critical::no);
}

bool add_authority_key_id(X509* cert, X509* issuer) {
    const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(issuer);
    const Handle<AUTHORITY_KEYID> authority(AUTHORITY_KEYID_new());
    if (id == nullptr || !authority) return false;
    authority->keyid = ASN1_OCTET_STRING_dup(id);
    return authority->keyid != nullptr &&
           add_extension(cert, NID_authority_key_identifier, authority.get(), Critical::no);
}

bool add_dns_san(X509* cert, const std::string& host) {
    const Handle<GENERAL_NAMES> names(GENERAL_NAMES_new());
    Handle<GENERAL_NAME> name(GENERAL_NAME_new());
    auto text = bytes_of_type(V_ASN1_IA5STRING, host.data(), host.size());
    if (!names || !name || !text) return false;
    GENERAL_NAME_set0_value(name.get(), GEN_DNS, text.release());
    if (sk_GENERAL_NAME_push(names.get(), name.get()) <= 0) return false;
    (void)name.release();
    return add_extension(cert, NID_subject_alt_name, names.get(), Critical::no);
}

bool add_name_constraints(X509* cert, const std::vector<std::string>& permitted) {
    const Handle<NAME_CONSTRAINTS> constraints(NAME_CONSTRAINTS_new());
    if (!constraints) return false;
    for (const std::string& name : permitted) {
        auto text = bytes_of_type(V_ASN1_IA5STRING, name.data(), name.size());
        if (!add_subtree(&constraints->permittedSubtrees, GEN_DNS, std::move(text))) return false;
    }
    // An address and its mask, all zero: every IPv4 and every IPv6 address.
    constexpr std::array<unsigned char, 32> kZeros{};
    for (const std::size_t size : {std::size_t{8}, std::size_t{32}}) {
        auto range = bytes_of_type(V_ASN1_OCTET_STRING, kZeros.data(), size);
        if (!add_subtree(&constraints->excludedSubtrees, GEN_IPADD, std::move(range))) return false;
    }
    return add_extension(cert, NID_name_constraints, constraints.get(), Critical::yes);
}

std::vector<std::string> permitted_dns_names(const X509* cert) {
    std::vector<std::string> names;
    const auto constraints = name_constraints_of(cert);
    if (!constraints || constraints->permittedSubtrees == nullptr) return names;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
        const GENERAL_NAME* name =
            sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
        if (name->type != GEN_DNS) return {};
        const unsigned char* data = ASN1_STRING_get0_data(name->d.dNSName);
        names.emplace_back(data, data + ASN1_STRING_length(name->d.dNSName));
    }
    return names;
}

bool excludes_all_addresses(const X509* cert) {
    const auto constraints = name_constraints_of(cert);
    if (!constraints || constraints->excludedSubtrees == nullptr) return false;
    bool v4 = false;
    bool v6 = false;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_SUBTREE_value(constraints->excludedSubtrees, i)->base;
        if (name->type != GEN_IPADD) continue;
        const unsigned char* data = ASN1_STRING_get0_data(name->d.iPAddress);
        const int size = ASN1_STRING_length(name->d.iPAddress);
        const bool zero = std::all_of(data, data + size, [](unsigned char b) { return b == 0; });
        v4 = v4 || (zero && size == 8);
        v6 = v6 || (zero && size == 32);
    }
    return v4 && v6;
}

bool is_critical(const X509* cert, int nid) {
    const int at = X509_get_ext_by_NID(cert, nid, -1);
    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(cert, at)) == 1;
}

base::Timestamp to_timestamp(const ASN1_TIME* time) {
    const Handle<ASN1_STRING> epoch(ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return {};
    return base::Timestamp(std::chrono::hours(24) * days + std::chrono::seconds(seconds));
}

std::string certificate_pem(const X509* cert) {
    const BioHandle bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio_X509(bio.get(), cert) != 1) return {};
    return text_of(bio.get());
}

std::string private_key_pem(EVP_PKEY* key) {
    const BioHandle bio(BIO_new(BIO_s_secmem()));
    if (!bio ||
        PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return {};
    }
    return text_of(bio.get());
}

X509Handle parse_certificate(std::string_view pem) {
    const BioHandle bio = read_only_bio(pem);
    return bio ? X509Handle(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) : X509Handle();
}

KeyHandle parse_private_key(std::string_view pem) {
    const BioHandle bio = read_only_bio(pem);
    // OpenSSL's own callback would ask for a passphrase on the terminal.
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    return bio ? KeyHandle(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr))
               : KeyHandle();
}

}  // namespace armgate::certs
