#include "io/net/claims_memo.hpp"

#include <utility>

namespace armgate::io {

ClaimsMemo::ClaimsMemo()
    : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
}

bool ClaimsMemo::digest_of(std::string_view text, Digest& out) {
    const bool done = sha256_ != nullptr && context_ != nullptr &&
                      EVP_DigestInit_ex2(context_.get(), sha256_.get(), nullptr) == 1 &&
                      EVP_DigestUpdate(context_.get(), text.data(), text.size()) == 1 &&
                      EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1;
    return done;
}

const identity::TokenClaims* ClaimsMemo::claims_of(std::string_view authorization) {
    Digest digest{};
    if (!digest_of(authorization, digest)) return nullptr;  // decoded without a memory, then
    for (const Entry& entry : entries_) {
        if (entry.claims && entry.digest == digest) return &*entry.claims;
    }
    auto claims = identity::decode_unverified(authorization);
    if (!claims) return nullptr;
    Entry& entry = entries_[next_++ % entries_.size()];
    entry = {digest, std::move(*claims)};
    return &*entry.claims;
}

}  // namespace armgate::io
