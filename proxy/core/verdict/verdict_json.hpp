// The verdict block as the trace and `armgate explain` write it (contract section 6). Pure.
#pragma once

#include "core/arm/operation.hpp"
#include "core/arm/refusal.hpp"
#include "core/verdict/verdict.hpp"

#include <string>
#include <string_view>

namespace armgate::verdict {

/// Appends `{"outcome":...,"clause":...,"policy":...}`; an empty `policy` is null.
void append_verdict_json(std::string& out, const Verdict& verdict, std::string_view policy);

/// The policy behind a verdict that is no pass: `sys.mfa-write`, `sys.mfa-delete`, or the
/// built-in's id under RefusalStyle::policy. Empty where no policy decides: the caller has no
/// usable token, the request cannot be forwarded, or it is a plain POST, at which neither policy is
/// known to look.
[[nodiscard]] std::string_view policy_of(const Verdict& verdict,
                                         arm::RequestClass request_class,
                                         arm::RefusalStyle style,
                                         const arm::ArmRules& rules);

}  // namespace armgate::verdict
