// Tells ARM's MFA refusal from its other 401s: `error="insufficient_claims"` alone also stands for
// a revoked session (facts 1.6), so the claims are decoded. Pure.
#pragma once

#include <string_view>

namespace armgate::arm {

/// True where the value of a WWW-Authenticate field asks for the claim `acrs` with `p1`: what ARM
/// sends with a request that MFA enforcement refuses. False for anything else, malformed values
/// included. Source: facts 1.1, Entra's claims challenge.
[[nodiscard]] bool is_mfa_challenge(std::string_view www_authenticate);

}  // namespace armgate::arm
