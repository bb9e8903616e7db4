// The credentials that clients of the proxy must send, kept as a digest. What a client sends is
// compared in a time that depends on its own length alone: neither a prefix that fits nor the right
// length shows. Immutable once made; any thread may ask.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace armgate::io {

class ProxyCredentials {
  public:
    /// Asks for none: whoever reaches the proxy may use it.
    ProxyCredentials() = default;
    /// `user_and_password` as `USER:PASS`.
    explicit ProxyCredentials(std::string_view user_and_password);

    [[nodiscard]] bool are_asked_for() const noexcept { return are_asked_for_; }

    /// True where none are asked for, or `field`, the value of a Proxy-Authorization field, is of
    /// the Basic scheme (any case) with exactly these (RFC 7617 section 2).
    [[nodiscard]] bool admit(std::string_view field) const;

  private:
    using Digest = std::array<unsigned char, 32>;
    [[nodiscard]] static std::optional<Digest> digest_of(std::string_view text);

    bool are_asked_for_ = false;
    std::optional<Digest> expected_;  ///< SHA-256 of the base64 text; without it none is admitted
};

}  // namespace armgate::io
