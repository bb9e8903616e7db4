// The claims of the last few tokens of one worker: a client sends the same token with each request,
// and reading it anew was a third of a request's work. Remembers what a token says, never the token
// (SHA-256 tells them apart) and never what was made of it: kind, expiry and verdict are judged for
// each request. One thread.
#pragma once

#include "core/identity/token.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include <openssl/evp.h>

namespace armgate::io {

class ClaimsMemo {
  public:
    ClaimsMemo();

    /// The claims of an `Authorization` value, valid until the next call. Null where it is no
    /// token; decode_unverified then tells why.
    [[nodiscard]] const identity::TokenClaims* claims_of(std::string_view authorization);

  private:
    using Digest = std::array<unsigned char, 32>;
    struct Entry {
        Digest digest{};
        std::optional<identity::TokenClaims> claims;
    };
    struct Free {
        void operator()(EVP_MD* md) const noexcept { EVP_MD_free(md); }
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };

    [[nodiscard]] bool digest_of(std::string_view text, Digest& out);

    // Fetched once: OpenSSL 3 looks an algorithm up by name at each use otherwise.
    std::unique_ptr<EVP_MD, Free> sha256_;
    std::unique_ptr<EVP_MD_CTX, Free> context_;
    std::array<Entry, 8> entries_;
    std::size_t next_ = 0;  ///< the entry to be replaced next
};

}  // namespace armgate::io
