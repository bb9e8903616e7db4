#include "core/verdict/verdict_json.hpp"

#include "core/base/text.hpp"

namespace armgate::verdict {

void append_verdict_json(std::string& out, const Verdict& verdict, std::string_view policy) {
    out += R"({"outcome":")";
    out += outcome_name(verdict.outcome);
    out += R"(","clause":")";
    out += clause_name(verdict.clause);
    out += R"(","policy":)";
    if (policy.empty()) {
        out += "null";
    } else {
        base::append_json_string(out, policy);
    }
    out += "}";
}

std::string_view policy_of(const Verdict& verdict,
                           arm::RequestClass request_class,
                           arm::RefusalStyle style,
                           const arm::ArmRules& rules) {
    if (verdict.outcome == Outcome::pass) return {};
    switch (verdict.clause) {
        case ClauseId::user_without_mfa:
        case ClauseId::unknown_identity:
        case ClauseId::contents:
        case ClauseId::contents_not_read:
        case ClauseId::tags_only:
        case ClauseId::tenant_scope:
            return arm::policy_id(style, request_class == arm::RequestClass::del, rules);
        default:
            return {};
    }
}

}  // namespace armgate::verdict
