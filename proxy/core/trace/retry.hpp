// A write that was refused for MFA and came again: linked by method, path, caller and time, and
// told apart by its token. With a new token the client answered the claims challenge, with the same
// one it did not. Works on records; never sees a token. Pure: one owner, no lock.
#pragma once

#include "core/trace/record.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace armgate::trace {

/// What tells two tokens apart without keeping either: SHA-256 of the field's value.
using TokenDigest = std::array<unsigned char, 32>;

/// A device code lives 15 minutes (RFC 8628 calls for a limit, Entra ID's is 900 s): the longest
/// that a client waits for a person who signs in again. What comes later is another attempt.
inline constexpr std::chrono::minutes kRetryLimit{15};

/// True where the answer was the MFA refusal with its claims challenge, of armgate or of ARM; an
/// unusable token and a malformed request are refused in other ways.
[[nodiscard]] bool is_mfa_refusal(const RequestRecord& record) noexcept;

/// True where the request was let through, here and by ARM: anything but a 401 tells of that.
[[nodiscard]] bool got_through(const RequestRecord& record) noexcept;

/// The last refusals of a session. Reads are never linked, and need not be asked about.
class RefusalMemory {
  public:
    static constexpr std::size_t kRemembered = 64;

    /// Notes in `record`, which is complete, which refusal it retries, and remembers it where it is
    /// one itself. `digest` is that of its Authorization; without one, the claims tell tokens
    /// apart.
    void take(RequestRecord& record, const std::optional<TokenDigest>& digest);

    [[nodiscard]] bool empty() const noexcept { return refusals_.empty(); }

  private:
    struct Refusal {
        RequestRecord record;  ///< less what matching does not need
        std::optional<TokenDigest> digest;
    };
    using Refusals = std::deque<Refusal>;  ///< oldest first

    [[nodiscard]] Refusals::iterator refusal_of(const RequestRecord& record);
    void remember(const RequestRecord& record, const std::optional<TokenDigest>& digest);

    Refusals refusals_;
};

}  // namespace armgate::trace
