#include "core/identity/identity.hpp"

#include "core/base/text.hpp"
#include "core/identity/rules.hpp"
#include "core/identity/token.hpp"

#include <algorithm>
#include <utility>

namespace armgate::identity {
namespace {

/// What validators of Entra's tokens allow for clocks that differ (contract section 5 for `exp`).
constexpr std::chrono::minutes kClockSkew{5};

constexpr std::string_view kInvalidToken = "InvalidAuthenticationToken";
constexpr std::string_view kExpiredToken = "ExpiredAuthenticationToken";

void set_unusable(Identity& identity, std::string_view code, std::string reason) {
    identity.credential = Credential::unusable;
    identity.arm_error_code = code;
    identity.reason = std::move(reason);
}

void set_ambiguous(Identity& identity, std::string reason) {
    identity.credential = Credential::ambiguous;
    identity.reason = std::move(reason);
}

/// True for an issuer of the token's own tenant: `https://sts.windows.net/<tid>/` or, in v2.0,
/// `https://login.microsoftonline.com/<tid>/v2.0`, whatever the cloud's host.
bool is_home_provider(const TokenClaims& claims) {
    const std::string& provider = *claims.identity_provider;
    if (provider == claims.issuer) return true;
    return claims.tenant &&
           base::ascii_ifind(provider + "/", "/" + *claims.tenant + "/") != std::string::npos;
}

bool is_guest(const TokenClaims& claims) {
    if (claims.has_alternative_id || claims.is_guest_account) return true;
    return claims.identity_provider && !is_home_provider(claims);
}

/// A password and nothing else, and no MFA, which ROPC never has. The token does not tell ROPC
/// (grant_type=password) from a sign-in page that asked for no second factor, hence "suspected";
/// personal accounts cannot use ROPC (facts 4.4;
/// https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc).
bool is_password_grant_suspected(const TokenClaims& claims) {
    return !claims.has_mfa && claims.amr == std::vector<std::string>{"pwd"} &&
           claims.identity_provider != "live.com";
}

std::optional<std::string> name_of(const TokenClaims& claims) {
    if (claims.unique_name && is_guest(claims)) return claims.unique_name;
    if (claims.upn) return claims.upn;
    return claims.unique_name ? claims.unique_name : claims.preferred_username;
}

void copy_claims(const TokenClaims& claims, const IdentityRules& rules, Identity& identity) {
    identity.idtyp = claims.idtyp;
    identity.amr = claims.amr;
    identity.acrs = claims.acrs;
    identity.amr_malformed = claims.amr_malformed;
    identity.acrs_malformed = claims.acrs_malformed;
    identity.has_mfa = claims.has_mfa;
    identity.app_id = claims.app_id;
    identity.tenant = claims.tenant;
    identity.object_id = claims.object_id;
    identity.name = name_of(claims);
    identity.expires = claims.expires.value;
    if (!claims.app_id) return;
    const auto app = rules.apps.find(base::to_lower(*claims.app_id));
    if (app != rules.apps.end()) identity.app = app->second;
}

bool has_user_claims(const TokenClaims& claims) {
    return claims.has_scope || claims.has_user_mark || claims.has_person_mark;
}

/// `idtyp` is there: the one claim that Microsoft's rule itself reads.
void apply_idtyp(const TokenClaims& claims, Identity& identity) {
    if (claims.idtyp_claim == IdtypClaim::other) {
        return set_ambiguous(identity, "idtyp is neither \"user\" nor \"app\".");
    }
    const bool is_user = claims.idtyp_claim == IdtypClaim::user;
    if (is_user && claims.has_managed_identity) {
        return set_ambiguous(identity,
                             "idtyp says user, but xms_mirid belongs to a managed identity.");
    }
    if (!is_user && has_user_claims(claims)) {
        return set_ambiguous(identity, "idtyp says app, but the token carries a user's claims.");
    }
    identity.credential = Credential::usable;
    identity.known_by = "idtyp";
    if (is_user) {
        identity.kind = IdentityKind::user;
        identity.reason = "idtyp says user.";
    } else if (claims.has_managed_identity) {
        identity.kind = IdentityKind::managed_identity;
        identity.reason = "idtyp says app, and xms_mirid makes it a managed identity.";
    } else {
        identity.kind = IdentityKind::service_principal;
        identity.reason = "idtyp says app.";
    }
}

struct Inference {
    IdentityKind kind;
    std::string_view why;
};

/// Facts 4.3, first that fits.
Inference infer_kind(const TokenClaims& claims) {
    if (claims.has_managed_identity) return {IdentityKind::managed_identity, "from xms_mirid"};
    if (claims.has_scope) return {IdentityKind::user, "from scp"};
    if (claims.has_user_mark) return {IdentityKind::user, "from a claim that only users have"};
    if (claims.subject && claims.subject == claims.object_id) {
        return {IdentityKind::service_principal, "from sub being oid"};
    }
    return {IdentityKind::unknown, {}};
}

/// `idtyp` is absent. Rule v1.1.0 lets such a token pass, earlier ones failed on it; so it is an
/// unknown identity unless it has MFA, which passes under every version (facts 0.6).
void apply_inference(const TokenClaims& claims, Identity& identity) {
    if (claims.has_managed_identity && has_user_claims(claims)) {
        return set_ambiguous(identity,
                             "The token carries both a user's and a managed identity's claims.");
    }
    const Inference inferred = infer_kind(claims);
    identity.kind = inferred.kind;
    if (inferred.kind != IdentityKind::unknown) identity.known_by = "inferred";
    std::string reason = inferred.why.empty()
                             ? std::string("idtyp is absent, and no other claim tells the kind")
                             : "idtyp is absent; the kind is known " + std::string(inferred.why);
    if (!claims.has_mfa) return set_ambiguous(identity, reason + ", and there is no MFA.");
    identity.credential = Credential::usable;
    identity.reason = reason + ", and MFA is there.";
}

bool is_audience(const TokenClaims& claims, const std::vector<std::string>& audiences) {
    if (!claims.audience) return false;
    std::string_view audience = *claims.audience;
    if (audience.ends_with('/')) audience.remove_suffix(1);
    return std::any_of(audiences.begin(), audiences.end(),
                       [&](const auto& known) { return base::ascii_iequals(known, audience); });
}

/// What makes ARM answer an ordinary 401 whoever the caller is (facts 0.4, 1.6). A token without
/// an audience or an end is let through to its other claims: nothing says that it is for somebody
/// else, or over (contract section 5: `exp` more than five minutes past).
void apply_validity(const TokenClaims& claims,
                    const IdentityRules& rules,
                    base::Timestamp now,
                    Identity& identity) {
    identity.for_other_cloud = is_audience(claims, rules.other_cloud_audiences);
    if (claims.has_audience && !identity.for_other_cloud && !is_audience(claims, rules.audiences)) {
        return set_unusable(identity, kInvalidToken, "The token is for another audience than ARM.");
    }
    if (claims.expires.present && !claims.expires.value) {
        return set_unusable(identity, kInvalidToken, "The token's exp is not a time.");
    }
    if (claims.expires.present && *claims.expires.value + kClockSkew < now) {
        return set_unusable(identity, kExpiredToken, "The token expired.");
    }
    if (claims.not_before.present && !claims.not_before.value) {
        return set_unusable(identity, kInvalidToken, "The token's nbf is not a time.");
    }
    if (claims.not_before.present && *claims.not_before.value > now + kClockSkew) {
        return set_unusable(identity, kInvalidToken, "The token is not valid yet (nbf).");
    }
}

}  // namespace

std::string_view kind_name(IdentityKind kind) noexcept {
    switch (kind) {
        case IdentityKind::user:
            return "user";
        case IdentityKind::service_principal:
            return "service-principal";
        case IdentityKind::managed_identity:
            return "managed-identity";
        case IdentityKind::unknown:
            break;
    }
    return "unknown";
}

Identity identify(std::span<const std::string_view> authorization,
                  base::Timestamp now,
                  const IdentityRules& rules) {
    Identity identity;
    if (authorization.empty()) {
        identity.reason = "There is no Authorization field.";
        return identity;
    }
    if (authorization.size() > 1) {
        set_ambiguous(identity, "There is more than one Authorization field.");
        return identity;
    }
    const auto claims = decode_unverified(authorization.front());
    if (!claims) {
        set_unusable(identity, kInvalidToken, claims.error().detail);
        return identity;
    }
    return identity_of(*claims, now, rules);
}

Identity identity_of(const TokenClaims& claims, base::Timestamp now, const IdentityRules& rules) {
    Identity identity;
    copy_claims(claims, rules, identity);
    if (claims.idtyp_claim == IdtypClaim::absent) {
        apply_inference(claims, identity);
    } else {
        apply_idtyp(claims, identity);
    }
    if (identity.kind == IdentityKind::user) {
        identity.guest = is_guest(claims);
        identity.synced = claims.has_on_premises_sid;
        identity.password_grant_suspected = is_password_grant_suspected(claims);
    }
    apply_validity(claims, rules, now, identity);
    return identity;
}

void refuse_other_cloud(Identity& identity) {
    if (identity.credential == Credential::unusable) return;
    set_unusable(identity, kInvalidToken,
                 "The token is for the Resource Manager of another cloud.");
}

}  // namespace armgate::identity
