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

bool has_policy(const Verdict& verdict, arm::RequestClass request_class) noexcept {
    return verdict.outcome != Outcome::pass &&
           (request_class == arm::RequestClass::write || request_class == arm::RequestClass::del);
}

}  // namespace armgate::verdict
