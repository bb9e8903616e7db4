// The answers armgate gives in ARM's name, as ARM would send them (facts 1.1 to 1.6). Pure: ids and
// time come in as values. Texts are data (config/rules/refusals.json).
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::arm {

struct ArmRules;

/// `--refusal`: Microsoft's own enforcement, or a customer's policy assignment.
enum class RefusalStyle { system, policy };

/// Head fields in order, without framing: the writer adds Content-Length.
struct LocalAnswer {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
};

/// What makes one answer differ from the next. The ids are GUIDs made by io.
struct AnswerContext {
    std::string request_id;      ///< x-ms-request-id
    std::string correlation_id;  ///< x-ms-correlation-request-id (the client's, if it sent one)
    std::string routing_id;      ///< GUID part of x-ms-routing-request-id
    base::Timestamp now;
    std::string clause;  ///< value of x-armgate-verdict
};

struct RefusedRequest {
    std::string resource_name;  ///< target of the error, last name segment
    std::string resource_id;    ///< for the assignment scope under RefusalStyle::policy
    bool is_delete = false;     ///< which of the two policies
};

/// What the policy rule looks at, as the token has it. Views.
struct CallerClaims {
    std::optional<std::string_view> idtyp;
    std::span<const std::string> amr;
    std::span<const std::string> acrs;
};

/// How a refusal is worded. The claims are shown under RefusalStyle::policy, where the rule is
/// shown with them; they are left out for a caller that the published rule would not refuse.
struct RefusalForm {
    RefusalForm(RefusalStyle which) : style(which) {}
    RefusalForm(RefusalStyle which, const CallerClaims& who) : style(which), caller(who) {}

    RefusalStyle style;
    CallerClaims caller;
};

/// The MFA refusal: 401, the one WWW-Authenticate field byte for byte, body by style.
[[nodiscard]] LocalAnswer mfa_refusal(const RefusedRequest& request,
                                      const RefusalForm& form,
                                      const AnswerContext& context,
                                      const ArmRules& rules);

/// A deployment, its validation or what-if (facts 1.4).
struct RefusedDeployment {
    std::vector<RefusedRequest> resources;  ///< one detail each
    bool validates_resources = false;       ///< validateResources has words of its own
    unsigned status = 401;                  ///< 401 with the challenge, or 400 without
};

[[nodiscard]] LocalAnswer deployment_refusal(const RefusedDeployment& deployment,
                                             const RefusalForm& form,
                                             const AnswerContext& context,
                                             const ArmRules& rules);

/// ARM's ordinary 401 for an unusable token (facts 1.6); `code` is Identity::arm_error_code. ARM
/// names the tenant of the subscription; `tenant`, the token's own, is the nearest that can be
/// known here. Empty, or not a tenant's name: `common`.
[[nodiscard]] LocalAnswer token_refusal(std::string_view code,
                                        std::string_view tenant,
                                        const AnswerContext& context,
                                        const ArmRules& rules);

/// Any other error armgate itself answers, in ARM's shape: `{"error":{"code","message"}}`.
[[nodiscard]] LocalAnswer arm_error(unsigned status,
                                    std::string_view code,
                                    std::string_view message,
                                    const AnswerContext& context);

/// 200 with a JSON body: what ARM would send where nothing of it comes from there.
[[nodiscard]] LocalAnswer ok_answer(std::string body, const AnswerContext& context);

/// `sys.mfa-write`, `sys.mfa-delete`, or the built-in definition's id under RefusalStyle::policy.
[[nodiscard]] std::string_view policy_id(RefusalStyle style, bool is_delete, const ArmRules& rules);

}  // namespace armgate::arm
