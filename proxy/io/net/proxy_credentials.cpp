#include "io/net/proxy_credentials.hpp"

#include "core/base/text.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace armgate::io {

std::optional<ProxyCredentials::Digest> ProxyCredentials::digest_of(std::string_view text) {
    Digest digest{};
    unsigned int length = 0;
    const bool done =
        EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1;
    if (!done || length != digest.size()) return std::nullopt;
    return digest;
}

ProxyCredentials::ProxyCredentials(std::string_view user_and_password)
    : are_asked_for_(true), expected_(digest_of(base::base64_encode(user_and_password))) {
}

bool ProxyCredentials::admit(std::string_view field) const {
    if (!are_asked_for_) return true;
    constexpr std::string_view kBasic = "Basic ";
    if (!base::ascii_istarts_with(field, kBasic)) return false;
    const auto sent = digest_of(base::trim(field.substr(kBasic.size())));
    return sent && expected_ &&
           CRYPTO_memcmp(sent->data(), expected_->data(), expected_->size()) == 0;
}

}  // namespace armgate::io
