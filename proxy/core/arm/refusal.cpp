#include "core/arm/refusal.hpp"

#include "core/arm/rules.hpp"
#include "core/base/redact.hpp"
#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::arm {
namespace {

constexpr std::size_t kMaxNameBytes = 260;  // the longest name that ARM allows
constexpr std::size_t kMaxIdBytes = 128;

/// The client's path ends up in the answer: no control bytes, nothing that looks like a token.
std::string safe_name(std::string_view name) {
    std::string out = base::redact_text(name.substr(0, kMaxNameBytes));
    std::replace_if(
        out.begin(), out.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '_');
    return out;
}

/// A client's id goes into a field of ours only where it can be an id: CR LF in it would start
/// another field.
std::string safe_id(std::string_view id, std::string_view otherwise) {
    const bool usable =
        id.size() <= kMaxIdBytes && base::is_token(id) && base::redact_text(id) == id;
    return std::string(usable ? id : otherwise);
}

/// A tenant's id or domain goes into the challenge; anything else of a token's does not.
std::string_view safe_tenant(std::string_view tenant) noexcept {
    const bool usable =
        !tenant.empty() && tenant.size() <= kMaxIdBytes &&
        std::all_of(tenant.begin(), tenant.end(), [](char c) {
            const char lower = base::ascii_lower(c);
            return base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.';
        });
    return usable ? tenant : "common";
}

std::string replace(std::string_view text, std::string_view mark, std::string_view with) {
    std::string out(text);
    const std::size_t at = out.find(mark);
    if (at != std::string::npos) out.replace(at, mark.size(), with);
    return out;
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
    if (out.back() != '{') out.push_back(',');
    base::append_json_string(out, key);
    out.push_back(':');
    base::append_json_string(out, value);
}

/// The fields of ARM's gateway errors in the order seen on the wire (azure-cli issues 32165 and
/// 30789). `challenge` empty: not a 401.
LocalAnswer answer(unsigned status,
                   std::string challenge,
                   std::string body,
                   const AnswerContext& context) {
    LocalAnswer out;
    out.status = status;
    out.body = std::move(body);
    out.fields = {{"Cache-Control", "no-cache"},
                  {"Pragma", "no-cache"},
                  {"Content-Type", "application/json; charset=utf-8"},
                  {"Expires", "-1"}};
    if (status >= 400) out.fields.emplace_back("x-ms-failure-cause", "gateway");
    if (!challenge.empty()) out.fields.emplace_back("WWW-Authenticate", std::move(challenge));
    out.fields.emplace_back("x-ms-request-id", context.request_id);
    out.fields.emplace_back("x-ms-correlation-request-id",
                            safe_id(context.correlation_id, context.request_id));
    out.fields.emplace_back(
        "x-ms-routing-request-id",
        "WESTEUROPE:" + base::format_compact(context.now) + ":" + context.routing_id);
    out.fields.emplace_back("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    out.fields.emplace_back("X-Content-Type-Options", "nosniff");
    out.fields.emplace_back("Date", base::format_http_date(context.now));
    // An answer that is no verdict (a gateway fault, say) carries none.
    if (!context.clause.empty()) out.fields.emplace_back("x-armgate-verdict", context.clause);
    return out;
}

/// `/subscriptions/{s}` or the management group of the resource; the whole tenant's root otherwise.
std::string assignment_scope(std::string_view resource_id) {
    for (const std::string_view scope :
         {"/subscriptions/", "/providers/Microsoft.Management/managementGroups/"}) {
        if (!base::ascii_istarts_with(resource_id, scope)) continue;
        return safe_name(resource_id.substr(0, resource_id.find('/', scope.size())));
    }
    return {};
}

struct PolicyRefusal {
    std::string name;
    std::string scope;
    std::string assignment_id;
    const PolicyDefinition& definition;
};

std::string policy_message(const PolicyRefusal& refusal, const RefusalRules& rules) {
    std::string ids = R"([{"policyAssignment":{)";
    append_member(ids, "name", rules.assignment_display_name);
    append_member(ids, "id", refusal.assignment_id);
    ids += R"(},"policyDefinition":{)";
    append_member(ids, "name", refusal.definition.display_name);
    append_member(ids, "id", refusal.definition.id);
    ids += "}}]";
    // The list goes in first: a resource named `{identifiers}` must stay what it is.
    const std::string message = replace(rules.policy_message, "{identifiers}", ids);
    return replace(message, "{name}", refusal.name);
}

/// One condition of the rule, as evaluated (facts 1.3).
void append_expression(std::string& out,
                       std::string_view expression,
                       std::string_view value,
                       std::string_view target,
                       std::string_view comparison) {
    out += out.back() == '[' ? "{" : ",{";
    append_member(out, "result", "True");
    append_member(out, "expressionKind", "Value");
    append_member(out, "expression", expression);
    append_member(out, "expressionValue", value);
    out.append(R"(,"targetValue":)").append(target);
    append_member(out, "operator", comparison);
    out += "}";
}

/// A claim's list as the rule sees it: what `split` makes of it has one empty element where the
/// claim has none.
std::string json_list(std::span<const std::string> values) {
    std::string out = "[";
    for (const std::string& value : values) {
        if (out.size() > 1) out += ",";
        base::append_json_string(out, safe_name(value));
    }
    return out + (values.empty() ? "\"\"]" : "]");
}

void append_evaluation(std::string& out, const CallerClaims& caller) {
    if (!caller.idtyp || !base::ascii_iequals(*caller.idtyp, "user")) return;
    out += R"(,"evaluationDetails":{"evaluatedExpressions":[)";
    append_expression(out, "[requestContext().identity.idtyp]", *caller.idtyp, R"("user")",
                      "Equals");
    append_expression(out, "mfa", "mfa", json_list(caller.amr), "NotIn");
    append_expression(out, "p1", "p1", json_list(caller.acrs), "NotIn");
    out += "]}";
}

void append_violation(std::string& out,
                      const PolicyRefusal& refusal,
                      const CallerClaims& caller,
                      const RefusalRules& rules) {
    const auto& definition = refusal.definition;
    out += R"(,"additionalInfo":[{"type":"PolicyViolation","info":{)";
    append_member(out, "policyDefinitionDisplayName", definition.display_name);
    append_evaluation(out, caller);
    append_member(out, "policyDefinitionId", definition.id);
    append_member(out, "policyDefinitionName", definition.id.substr(definition.id.rfind('/') + 1));
    append_member(out, "policyDefinitionEffect", definition.effect);
    append_member(out, "policyAssignmentId", refusal.assignment_id);
    append_member(out, "policyAssignmentName", rules.assignment_name);
    append_member(out, "policyAssignmentDisplayName", rules.assignment_display_name);
    append_member(out, "policyAssignmentScope", refusal.scope);
    out += R"(,"policyAssignmentParameters":{"effect":{)";
    append_member(out, "value", definition.effect);
    out += "}}}}]";
}

/// The error object, the same at the top and among a deployment's details.
void append_error(std::string& out,
                  const RefusedRequest& request,
                  const RefusalForm& form,
                  const RefusalRules& rules) {
    const std::string name = safe_name(request.resource_name);
    out += "{";
    if (form.style == RefusalStyle::system) {
        append_member(out, "code", rules.system_code);
        append_member(out, "target", name);
        append_member(out, "message", replace(rules.system_message, "{name}", name));
        out += "}";
        return;
    }
    const std::string scope = assignment_scope(request.resource_id);
    const PolicyRefusal refusal{
        name, scope,
        scope + "/providers/Microsoft.Authorization/policyAssignments/" + rules.assignment_name,
        request.is_delete ? rules.delete_definition : rules.write_definition};
    append_member(out, "code", rules.policy_code);
    append_member(out, "target", refusal.name);
    append_member(out, "message", policy_message(refusal, rules));
    append_violation(out, refusal, form.caller, rules);
    out += "}";
}

std::string error_body(std::string_view code, std::string_view message) {
    std::string body = R"({"error":{)";
    append_member(body, "code", code);
    append_member(body, "message", message);
    return body + "}}";
}

}  // namespace

LocalAnswer mfa_refusal(const RefusedRequest& request,
                        const RefusalForm& form,
                        const AnswerContext& context,
                        const ArmRules& rules) {
    std::string body = R"({"error":)";
    append_error(body, request, form, rules.refusals);
    body += "}";
    return answer(401, rules.refusals.challenge, std::move(body), context);
}

LocalAnswer deployment_refusal(const RefusedDeployment& deployment,
                               const RefusalForm& form,
                               const AnswerContext& context,
                               const ArmRules& rules) {
    const RefusalRules& texts = rules.refusals;
    const std::string correlation = safe_id(context.correlation_id, context.request_id);
    std::string body = R"({"error":{)";
    if (deployment.validates_resources) {
        append_member(body, "code", texts.validation_code);
        append_member(body, "message",
                      replace(texts.validation_message, "{correlation}", correlation));
    } else {
        const bool one = deployment.resources.size() == 1;
        append_member(body, "code", texts.deployment_code);
        append_member(body, "message",
                      one ? texts.deployment_message_one : texts.deployment_message_several);
    }
    body += R"(,"details":[)";
    for (const RefusedRequest& resource : deployment.resources) {
        if (body.back() != '[') body += ",";
        append_error(body, resource, form, texts);
    }
    body += "]}}";
    const bool challenges = deployment.status == 401;
    return answer(deployment.status, challenges ? texts.challenge : std::string(), std::move(body),
                  context);
}

LocalAnswer token_refusal(std::string_view code,
                          std::string_view tenant,
                          const AnswerContext& context,
                          const ArmRules& rules) {
    const auto& errors = rules.refusals.token_errors;
    const auto found = std::find_if(errors.begin(), errors.end(),
                                    [code](const TokenError& e) { return e.code == code; });
    const TokenError& error = found == errors.end() ? errors.front() : *found;
    const std::string uri =
        replace(rules.refusals.authorization_uri, "{tenant}", safe_tenant(tenant));
    std::string challenge = "Bearer authorization_uri=\"" + uri +
                            "\", error=\"invalid_token\", error_description=\"" +
                            error.description + "\"";
    return answer(401, std::move(challenge), error_body(error.code, error.message), context);
}

LocalAnswer arm_error(unsigned status,
                      std::string_view code,
                      std::string_view message,
                      const AnswerContext& context) {
    return answer(status, {}, error_body(code, message), context);
}

LocalAnswer ok_answer(std::string body, const AnswerContext& context) {
    return answer(200, {}, std::move(body), context);
}

std::string_view policy_id(RefusalStyle style, bool is_delete, const ArmRules& rules) {
    const auto& refusals = rules.refusals;
    if (style == RefusalStyle::system) {
        return is_delete ? refusals.system_delete_policy : refusals.system_write_policy;
    }
    return is_delete ? refusals.delete_definition.id : refusals.write_definition.id;
}

}  // namespace armgate::arm
