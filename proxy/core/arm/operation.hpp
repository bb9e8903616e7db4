// What a request does to ARM: its class, its RBAC action and the resource it touches, from method
// and path alone (facts section 8.7). Judged on a normalised copy of the path; what is forwarded
// stays as sent. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace armgate::arm {

struct ArmRules;

/// `read` (GET, HEAD, OPTIONS), `write` (PUT, PATCH), `del` (DELETE), `action` (POST), `other`.
enum class RequestClass { read, write, del, action, other };

/// Contract spelling: `read`, `write`, `delete`, `action`, `other`.
[[nodiscard]] std::string_view class_name(RequestClass value) noexcept;

/// Case-sensitive (RFC 9110 section 9.1): `put` is `other`.
[[nodiscard]] RequestClass class_of_method(std::string_view method) noexcept;

/// What a request carries that has to be judged instead of itself.
enum class Carries {
    nothing,
    deployment,  ///< PUT of a deployment or deployment stack, POST validate, whatIf,
                 ///< validateResources
    batch,       ///< POST /batch
};

/// Why the policy engine would not look at this request, or not certainly (facts 2.3 to 2.5).
enum class Exemption {
    none,
    type,          ///< a resource type that no policy evaluates
    delete_type,   ///< DELETE of a type that denyAction leaves alone
    tenant_scope,  ///< outside any management group: evaluation is uncertain
};

struct Classification {
    RequestClass request_class = RequestClass::other;
    /// RBAC action, e.g. `Microsoft.Resources/subscriptions/resourceGroups/write`. Absent only
    /// where ARM has none (`/batch`, `/metadata`, `/`).
    std::optional<std::string> operation;
    /// Id of the resource touched, in the caller's casing, without action name and query, with
    /// repeated slashes joined; absent for collections of nothing (e.g. `/batch`).
    std::optional<std::string> resource_id;
    /// Last name segment of the resource id, the `target` of ARM's refusal; empty without one.
    std::string resource_name;
    Carries carries = Carries::nothing;
    Exemption exemption = Exemption::none;
    /// The path can be read in one way only and names a resource, a container, or `/batch`: only
    /// then may a body make a verdict milder.
    bool clear = false;
};

/// `method` and `path` as sent (`path` undecoded, without query). Never fails: an odd path gets the
/// most cautious reading (an exemption only where it is clearly one).
[[nodiscard]] Classification classify(std::string_view method,
                                      std::string_view path,
                                      const ArmRules& rules);

/// True where `operation` is an action of a whole provider that carries resources to be judged
/// (validateResources; config/rules/exempt.json).
[[nodiscard]] bool carries_resource_list(std::string_view operation,
                                         const ArmRules& rules) noexcept;

}  // namespace armgate::arm
