#include "core/verdict/verdict.hpp"

#include <gtest/gtest.h>

namespace armgate::verdict {
namespace {

struct Row {
    ClauseId clause;
    Outcome outcome;
    Decision by_cause;
    Decision forward;
    Decision block;
};

constexpr auto kForward = Decision::forward;
constexpr auto kMfa = Decision::refuse_mfa;
constexpr auto kToken = Decision::refuse_token;
constexpr auto kNever = Decision::refuse_not_forwardable;

/// What enforce does, by `--uncertain`.
constexpr Row kEnforce[] = {
    {ClauseId::read, Outcome::pass, kForward, kForward, kForward},
    {ClauseId::other_cloud, Outcome::pass, kForward, kForward, kForward},
    {ClauseId::no_token, Outcome::uncertain, kForward, kForward, kToken},
    {ClauseId::unusable_token, Outcome::uncertain, kToken, kForward, kToken},
    {ClauseId::unknown_identity, Outcome::uncertain, kMfa, kForward, kMfa},
    {ClauseId::workload_identity, Outcome::pass, kForward, kForward, kForward},
    {ClauseId::user_with_mfa, Outcome::pass, kForward, kForward, kForward},
    {ClauseId::exempt_type, Outcome::pass, kForward, kForward, kForward},
    {ClauseId::exempt_delete, Outcome::pass, kForward, kForward, kForward},
    {ClauseId::contents, Outcome::pass, kForward, kForward, kForward},
    {ClauseId::contents, Outcome::fail, kMfa, kMfa, kMfa},
    {ClauseId::contents, Outcome::uncertain, kMfa, kForward, kMfa},
    {ClauseId::contents_not_read, Outcome::uncertain, kMfa, kForward, kMfa},
    {ClauseId::tags_only, Outcome::uncertain, kForward, kForward, kMfa},
    {ClauseId::post_action, Outcome::uncertain, kForward, kForward, kMfa},
    {ClauseId::tenant_scope, Outcome::uncertain, kForward, kForward, kMfa},
    {ClauseId::not_forwardable, Outcome::uncertain, kNever, kNever, kNever},
    {ClauseId::user_without_mfa, Outcome::fail, kMfa, kMfa, kMfa},
};

TEST(Decide, EnforceFollowsTheTable) {
    const identity::Identity who;
    for (const auto& row : kEnforce) {
        SCOPED_TRACE(clause_name(row.clause));
        const Verdict verdict{row.outcome, row.clause};
        EXPECT_EQ(decide(Mode::enforce, verdict, who, UncertainPolicy::by_cause), row.by_cause);
        EXPECT_EQ(decide(Mode::enforce, verdict, who, UncertainPolicy::forward), row.forward);
        EXPECT_EQ(decide(Mode::enforce, verdict, who, UncertainPolicy::block), row.block);
    }
}

TEST(Decide, OtherModesRefuseOnlyWhatCannotBeForwarded) {
    const identity::Identity who;
    for (const auto& row : kEnforce) {
        SCOPED_TRACE(clause_name(row.clause));
        const Verdict verdict{row.outcome, row.clause};
        const bool never = row.clause == ClauseId::not_forwardable;
        for (const Mode mode : {Mode::observe, Mode::dry_run}) {
            EXPECT_EQ(decide(mode, verdict, who, UncertainPolicy::block),
                      never ? kNever : kForward);
        }
    }
}

TEST(Decide, ModesHaveTheirNames) {
    EXPECT_EQ(mode_name(Mode::observe), "observe");
    EXPECT_EQ(mode_name(Mode::enforce), "enforce");
    EXPECT_EQ(mode_name(Mode::dry_run), "dry-run");
}

}  // namespace
}  // namespace armgate::verdict
