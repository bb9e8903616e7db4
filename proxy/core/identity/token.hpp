// A bearer token, read without verifying its signature: strictly, because ARM and armgate must not
// read two different things in it. Pure. What comes out are claims, never a part of the token.
#pragma once

#include "core/base/error.hpp"
#include "core/base/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::identity {

/// A user in 200 groups has a token of 12 KB; the head of a request is limited to 64 KiB.
inline constexpr std::size_t kMaxTokenBytes = std::size_t{64} * 1024;

/// Exactly the strings `user` and `app` are known values of `idtyp` (contract section 5).
enum class IdtypClaim { absent, user, app, other };

/// A NumericDate (RFC 7519 section 2) that may be missing or not be one.
struct DateClaim {
    bool present = false;
    std::optional<base::Timestamp> value;  ///< absent also for numbers outside the years 1970-9999
};

/// The claims that say who acts (facts section 4.1). A text claim of another type counts as absent;
/// texts and lists are cut where they get longer than any real one.
struct TokenClaims {
    IdtypClaim idtyp_claim = IdtypClaim::absent;
    std::optional<std::string> idtyp;  ///< as written, where it is a string
    std::vector<std::string> amr;      ///< empty unless the claim is an array of strings only
    std::vector<std::string> acrs;     ///< the same
    bool amr_malformed = false;        ///< there, but no array of strings
    bool acrs_malformed = false;       ///< the same
    bool has_mfa = false;              ///< `mfa` in amr or `p1` in acrs, over the whole lists

    std::optional<std::string> audience;
    bool has_audience = false;  ///< of any type
    std::optional<std::string> issuer;
    std::optional<std::string> identity_provider;  ///< `idp`
    std::optional<std::string> app_id;             ///< `appid`, else `azp`
    std::optional<std::string> tenant;
    std::optional<std::string> object_id;
    std::optional<std::string> subject;
    std::optional<std::string> upn;
    std::optional<std::string> unique_name;
    std::optional<std::string> preferred_username;
    DateClaim expires;
    DateClaim not_before;

    // Marks: the claim is there, whatever its type and value.
    bool has_scope = false;             ///< `scp`: a delegated, that is a user's, token
    bool has_user_mark = false;         ///< facts 4.3 item 3, `scp` aside
    bool has_person_mark = false;       ///< what facts 4.1 calls "user only" beyond those
    bool has_managed_identity = false;  ///< `xms_mirid`
    bool has_alternative_id = false;    ///< `altsecid`
    bool has_on_premises_sid = false;   ///< `onprem_sid`
    bool is_guest_account = false;      ///< `acct` is 1
};

/// Reads the claims of a bearer token. Does NOT verify the signature: the result may narrow what is
/// allowed, never widen it. `authorization` is a whole field value: the scheme `Bearer` in any
/// case, one space, and exactly three non-empty canonical base64url parts of which the first two
/// are JSON objects (UTF-8, no duplicate key, depth at most 32, finite numbers). At most 64 KiB.
/// Errors: `input_invalid`; its sentence never quotes the input. Source: RFC 6750 section 2.1,
/// RFC 7515 section 3, RFC 7519 section 4.
[[nodiscard]] Result<TokenClaims> decode_unverified(std::string_view authorization);

}  // namespace armgate::identity
