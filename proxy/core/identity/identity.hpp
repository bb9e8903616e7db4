// Who acts: read, without verifying the signature, from the bearer token of a request. What is
// read here may narrow what is allowed, never widen it. Pure: the time comes in as a value.
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::identity {

struct IdentityRules;
struct TokenClaims;

enum class IdentityKind { user, service_principal, managed_identity, unknown };

/// Contract spelling: `user`, `service-principal`, `managed-identity`, `unknown`.
[[nodiscard]] std::string_view kind_name(IdentityKind kind) noexcept;

/// What the `Authorization` fields of a request amount to.
enum class Credential {
    none,       ///< no such field: clause `no-token`
    unusable,   ///< not a token, or expired for more than five minutes: clause `unusable-token`
    ambiguous,  ///< who it is cannot be said for certain: clause `unknown-identity`
    usable,     ///< decoded, and its claims do not contradict each other
};

/// The identity block of the trace (contract section 6) and what the verdict needs of it. Holds
/// claims only, never the token or a part of it.
struct Identity {
    Credential credential = Credential::none;
    IdentityKind kind = IdentityKind::unknown;
    std::string known_by;  ///< "idtyp", "inferred" (facts 4.3), or empty
    std::optional<std::string> idtyp;
    std::vector<std::string> amr;
    std::vector<std::string> acrs;
    std::optional<std::string> app_id;
    std::optional<std::string> app;  ///< display name of app_id, where the rules know it
    std::optional<std::string> tenant;
    std::optional<std::string> object_id;
    std::optional<std::string> name;
    std::optional<bool> guest;
    std::optional<bool> synced;
    std::optional<bool> password_grant_suspected;
    std::optional<base::Timestamp> expires;
    /// `mfa` is an element of the array `amr`, or `p1` of the array `acrs`: exact, case-sensitive.
    bool has_mfa = false;
    bool amr_malformed = false;    ///< there, but no array of strings: it counts as empty
    bool acrs_malformed = false;   ///< the same
    bool for_other_cloud = false;  ///< the audience is another cloud's Resource Manager
    /// ARM's error code for an unusable token: `InvalidAuthenticationToken` or
    /// `ExpiredAuthenticationToken` (facts 1.6). Empty otherwise.
    std::string arm_error_code;
    /// One sentence for people: why it is unusable or ambiguous, or how the kind was inferred.
    std::string reason;
};

/// The identity behind the values of all `Authorization` fields of one request (none, one, or an
/// ambiguous several). Never throws and never fails: doubt is part of the result.
[[nodiscard]] Identity identify(std::span<const std::string_view> authorization,
                                base::Timestamp now,
                                const IdentityRules& rules);

/// The same for exactly one field whose token is decoded already. The time is judged here, so the
/// claims of one token may serve many requests.
[[nodiscard]] Identity identity_of(const TokenClaims& claims,
                                   base::Timestamp now,
                                   const IdentityRules& rules);

/// What the public cloud's Resource Manager makes of a token that is `for_other_cloud`: it is
/// unusable there (facts 4.1, 6.4).
void refuse_other_cloud(Identity& identity);

}  // namespace armgate::identity
