#include "core/verdict/verdict.hpp"

namespace armgate::verdict {
namespace {

using arm::Carries;
using arm::Exemption;
using arm::RequestClass;
using identity::Credential;
using identity::IdentityKind;

constexpr Verdict pass(ClauseId clause) noexcept {
    return {Outcome::pass, clause};
}

constexpr Verdict uncertain(ClauseId clause) noexcept {
    return {Outcome::uncertain, clause};
}

/// What a user without MFA may expect.
Verdict judge_operation(const arm::Classification& request, const BodyFacts& body) noexcept {
    if (request.carries != Carries::nothing) {
        return body.contents.value_or(uncertain(ClauseId::contents_not_read));
    }
    if (request.exemption == Exemption::type) return pass(ClauseId::exempt_type);
    if (request.exemption == Exemption::delete_type) return pass(ClauseId::exempt_delete);
    if (body.tags_only && request.request_class == RequestClass::write) {
        return uncertain(ClauseId::tags_only);
    }
    if (request.request_class == RequestClass::action) return uncertain(ClauseId::post_action);
    if (request.exemption == Exemption::tenant_scope) return uncertain(ClauseId::tenant_scope);
    return {Outcome::fail, ClauseId::user_without_mfa};
}

}  // namespace

Verdict judge(const arm::Classification& request,
              arm::Cloud cloud,
              const identity::Identity& identity,
              Forwardable forwardable,
              const BodyFacts& body) {
    // A method outside the known ones is refused even where the caller forgot to say so.
    if (forwardable == Forwardable::no || request.request_class == RequestClass::other) {
        return uncertain(ClauseId::not_forwardable);
    }
    if (cloud == arm::Cloud::other) return pass(ClauseId::other_cloud);
    if (request.request_class == RequestClass::read) return pass(ClauseId::read);
    switch (identity.credential) {
        case Credential::none:
            return uncertain(ClauseId::no_token);
        case Credential::unusable:
            return uncertain(ClauseId::unusable_token);
        case Credential::ambiguous:
            return uncertain(ClauseId::unknown_identity);
        case Credential::usable:
            break;
    }
    if (identity.kind == IdentityKind::service_principal ||
        identity.kind == IdentityKind::managed_identity) {
        return pass(ClauseId::workload_identity);
    }
    // Before the kind: MFA passes under every version of the rule, also without idtyp (facts 0.6).
    if (identity.has_mfa) return pass(ClauseId::user_with_mfa);
    // Without idtyp the rule of 1.1.0 lets a token pass, earlier ones did not (facts 3 and 4.3).
    if (identity.kind == IdentityKind::unknown || identity.known_by == "inferred") {
        return uncertain(ClauseId::unknown_identity);
    }
    return judge_operation(request, body);
}

bool is_known_method(std::string_view method) noexcept {
    return arm::class_of_method(method) != RequestClass::other;
}

}  // namespace armgate::verdict
