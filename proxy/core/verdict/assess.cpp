#include "core/arm/contents.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/rules.hpp"
#include "core/verdict/verdict.hpp"

#include <algorithm>
#include <utility>

namespace armgate::verdict {
namespace {

bool is_same(const Verdict& left, const Verdict& right) noexcept {
    return left.outcome == right.outcome && left.clause == right.clause;
}

/// One of the public cloud's hosts in config/rules/hosts.json. Those that a user added count as
/// public, but may be another cloud's.
bool is_known_public(std::string_view host, const arm::ArmRules& rules) {
    return std::any_of(rules.hosts.begin(), rules.hosts.end(), [host](const arm::HostRule& rule) {
        const auto pattern = arm::HostPattern::parse(rule.name);
        return rule.cloud == arm::Cloud::azure_public && pattern && pattern->matches(host);
    });
}

}  // namespace

Assessment assess(const RequestView& request, base::Timestamp now, const Rules& rules) {
    Assessment out{arm::classify(request.method, request.path, rules.arm),
                   request.claims != nullptr
                       ? identity::identity_of(*request.claims, now, rules.identity)
                       : identity::identify(request.authorization, now, rules.identity),
                   {},
                   {},
                   {}};
    if (out.identity.for_other_cloud && is_known_public(request.host, rules.arm)) {
        identity::refuse_other_cloud(out.identity);
    }
    const auto forwardable =
        is_known_method(request.method) ? request.forwardable : Forwardable::no;
    out.verdict = judge(out.request, request.cloud, out.identity, forwardable);
    if (request.body && forwardable == Forwardable::yes &&
        arm::needs_body(request.method, out.request)) {
        judge_body(request, out, rules);
    }
    return out;
}

bool hangs_on_body(const RequestView& request, const Assessment& assessment) {
    if (assessment.verdict.clause == ClauseId::not_forwardable ||
        !arm::needs_body(request.method, assessment.request)) {
        return false;
    }
    // What the body could say at most: where that changes nothing, nothing in it does.
    const BodyFacts most{Verdict{Outcome::pass, ClauseId::contents}, true};
    const Verdict other =
        judge(assessment.request, request.cloud, assessment.identity, Forwardable::yes, most);
    return !is_same(other, assessment.verdict);
}

void judge_body(const RequestView& request, Assessment& assessment, const Rules& rules) {
    JudgedContents judged =
        judge_contents(request, assessment.request, assessment.identity, rules.arm);
    assessment.contents = std::move(judged.items);
    assessment.contents_unread = std::move(judged.unread);
    assessment.more_than_listed = judged.more_than_listed;
    assessment.verdict = judge(assessment.request, request.cloud, assessment.identity,
                               Forwardable::yes, judged.facts);
}

}  // namespace armgate::verdict
