// What `armgate token` says about a token, in lines for people and as JSON. Pure: reading the file
// and the clock is the command's business.
#pragma once

#include "core/base/error.hpp"
#include "core/base/time.hpp"

#include <string>
#include <string_view>

namespace armgate::identity {

struct Identity;

/// The value of an `Authorization` field made of what a user has at hand: a raw token, `Bearer
/// ...`, or the JSON that az (`accessToken`), azd (`token`) and Azure PowerShell (`Token`) print,
/// with white space or a byte order mark around it. Whether it is a token is for
/// `decode_unverified`. Errors: `input_invalid` for empty input and for JSON without a token; never
/// quotes the input.
[[nodiscard]] Result<std::string> find_authorization(std::string_view input);

/// Whether MFA is in the token and exactly why, one sentence.
[[nodiscard]] std::string explain_mfa(const Identity& identity);

/// Lines of `label  text`, the last two being what happens to reads and to writes.
[[nodiscard]] std::string explain_identity(const Identity& identity, base::Timestamp now);

/// One line of JSON: the identity block of the trace, then `satisfies_mfa` and `reason`.
[[nodiscard]] std::string explain_identity_json(const Identity& identity);

}  // namespace armgate::identity
