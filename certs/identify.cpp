#include "certs/identify.hpp"

#include "certs/authority.hpp"

#include <array>
#include <utility>

namespace armgate::certs {

std::string fingerprint_sha256(const X509* certificate) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    (void)drain_errors();
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        if (i != 0) out.push_back(':');
        out.push_back(kHex[digest[i] >> 4U]);
        out.push_back(kHex[digest[i] & 0xFU]);
    }
    return out;
}

std::string subject_text(const X509* certificate) {
    std::string out;
    const X509_NAME* name = X509_get_subject_name(certificate);
    for (const auto& [label, nid] :
         {std::pair{"CN=", NID_commonName}, std::pair{", O=", NID_organizationName}}) {
        const int at = X509_NAME_get_index_by_NID(name, nid, -1);
        if (at < 0) continue;
        const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
        out += label;
        const unsigned char* data = ASN1_STRING_get0_data(text);
        for (int i = 0; i < ASN1_STRING_length(text); ++i) {
            const auto c = static_cast<char>(data[i]);
            out.push_back(c >= ' ' && c < '\x7F' ? c : '?');
        }
    }
    (void)drain_errors();
    return out;
}

bool is_armgate_ca(const X509* certificate) {
    return subject_text(certificate).starts_with("CN=" + std::string(kCommonNamePrefix));
}

}  // namespace armgate::certs
