#include "io/net/retry_links.hpp"

#include <optional>

#include <openssl/evp.h>

namespace armgate::io {
namespace {

/// Of the one Authorization field; several make no token that could be compared.
std::optional<trace::TokenDigest> digest_of(const std::vector<std::string_view>& fields) {
    trace::TokenDigest digest{};
    if (fields.size() != 1) return std::nullopt;
    const bool done = EVP_Digest(fields.front().data(), fields.front().size(), digest.data(),
                                 nullptr, EVP_sha256(), nullptr) == 1;
    return done ? std::optional(digest) : std::nullopt;
}

}  // namespace

void RetryLinks::link(trace::RequestRecord& record,
                      const std::vector<std::string_view>& authorization) {
    // A refusal is in the memory before its answer leaves, so a retry of it finds `any_` set.
    if (!any_ && !trace::is_mfa_refusal(record)) return;
    const std::optional<trace::TokenDigest> digest = digest_of(authorization);
    const std::lock_guard lock(mutex_);
    memory_.take(record, digest);
    any_ = !memory_.empty();
}

}  // namespace armgate::io
