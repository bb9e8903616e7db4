// The verdict block as the trace and `armgate explain` write it (contract section 6). Pure.
#pragma once

#include "core/arm/operation.hpp"
#include "core/verdict/verdict.hpp"

#include <string>
#include <string_view>

namespace armgate::verdict {

/// Appends `{"outcome":...,"clause":...,"policy":...}`; an empty `policy` is null.
void append_verdict_json(std::string& out, const Verdict& verdict, std::string_view policy);

/// True where the policy behind the verdict can be named: not a pass, and a write or a delete, as
/// the two policies know no other request.
[[nodiscard]] bool has_policy(const Verdict& verdict, arm::RequestClass request_class) noexcept;

}  // namespace armgate::verdict
