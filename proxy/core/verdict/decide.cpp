#include "core/verdict/verdict.hpp"

namespace armgate::verdict {
namespace {

/// Doubt about the caller is refused, doubt about the operation is not (contract section 5).
Decision decide_by_cause(ClauseId clause) noexcept {
    switch (clause) {
        case ClauseId::unusable_token:
            return Decision::refuse_token;
        case ClauseId::unknown_identity:
        case ClauseId::contents:
        case ClauseId::contents_not_read:
            return Decision::refuse_mfa;
        default:
            return Decision::forward;
    }
}

Decision decide_uncertain(ClauseId clause, UncertainPolicy uncertain) noexcept {
    switch (uncertain) {
        case UncertainPolicy::by_cause:
            return decide_by_cause(clause);
        case UncertainPolicy::forward:
            return Decision::forward;
        case UncertainPolicy::block:
            break;
    }
    // A challenge for MFA would mislead a client that has no usable token at all.
    const bool token = clause == ClauseId::no_token || clause == ClauseId::unusable_token;
    return token ? Decision::refuse_token : Decision::refuse_mfa;
}

}  // namespace

Decision decide(Mode mode,
                const Verdict& verdict,
                [[maybe_unused]] const identity::Identity& identity,
                UncertainPolicy uncertain) noexcept {
    if (verdict.clause == ClauseId::not_forwardable) return Decision::refuse_not_forwardable;
    if (mode != Mode::enforce || verdict.outcome == Outcome::pass) return Decision::forward;
    if (verdict.outcome == Outcome::fail) return Decision::refuse_mfa;
    return decide_uncertain(verdict.clause, uncertain);
}

}  // namespace armgate::verdict
