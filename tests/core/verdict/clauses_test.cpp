#include "core/verdict/clauses.hpp"

#include "core/base/embedded.hpp"
#include "core/verdict/verdict_json.hpp"
#include "support/arm_rules.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::verdict {
namespace {

std::string changed(std::string_view from, std::string_view to) {
    std::string text(base::embedded_rules("clauses"));
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Clauses, TheShippedFileHoldsEachClauseOfTheContract) {
    const auto clauses = load_clauses();
    ASSERT_TRUE(clauses) << clauses.error().detail;
    for (std::size_t i = 0; i < kClauseCount; ++i) {
        EXPECT_EQ(clauses->at(i).name, clause_name(static_cast<ClauseId>(i)));
        EXPECT_FALSE(clauses->at(i).source.empty());
    }
    const auto& exempt = clauses->at(static_cast<std::size_t>(ClauseId::exempt_type));
    EXPECT_EQ(exempt.certainty, "inferred");
    EXPECT_EQ(exempt.outcome, Outcome::pass);
}

TEST(Clauses, NamesDiffer) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kClauseCount; ++i) {
        names.insert(clause_name(static_cast<ClauseId>(i)));
    }
    EXPECT_EQ(names.size(), kClauseCount);
    EXPECT_EQ(clause_name(static_cast<ClauseId>(kClauseCount)), "");
}

TEST(Clauses, AFaultIsNamed) {
    const std::pair<std::string, const char*> table[] = {
        {changed("\"tags-only\"", "\"tags\""), "'tags' is not a clause"},
        {changed("\"tags-only\"", "\"read\""), "'read' is repeated"},
        {changed("\"certain\"", "\"sure\""), "'certainty'"},
        {changed("\"pass\"", "\"maybe\""), "'outcome'"},
        {changed("\"action\"", "\"deed\""), "'deed' is unknown"},
        {changed("{method}", "{verb}"), "'rule' has a place that nothing fills"},
        {R"({"clauses":[]})", "'read' is missing"},
        {"", "clauses.json"},
        {R"({"clauses":{}})", "'clauses' is not an array"},
        {R"({"clauses":[1]})", "clauses.json"}};
    for (const auto& [text, what] : table) {
        SCOPED_TRACE(what);
        const auto clauses = parse_clauses(text);
        ASSERT_FALSE(clauses);
        EXPECT_EQ(clauses.error().code, Errc::config_invalid);
        EXPECT_THAT(clauses.error().detail, testing::HasSubstr(what));
    }
}

TEST(VerdictJson, HasThePolicyOrNull) {
    std::string out;
    const Verdict verdict{Outcome::fail, ClauseId::user_without_mfa};
    append_verdict_json(out, verdict, "sys.mfa-write");
    EXPECT_EQ(out, R"({"outcome":"fail","clause":"user-without-mfa","policy":"sys.mfa-write"})");
    out.clear();
    append_verdict_json(out, {Outcome::pass, ClauseId::read}, "");
    EXPECT_EQ(out, R"({"outcome":"pass","clause":"read","policy":null})");
}

TEST(VerdictJson, APolicyIsNamedWhereOneDecides) {
    struct Case {
        Verdict verdict;
        arm::RequestClass request_class;
        std::string_view policy;
    };
    using arm::RequestClass;
    const Case table[] = {
        {{Outcome::fail, ClauseId::user_without_mfa}, RequestClass::write, "sys.mfa-write"},
        {{Outcome::fail, ClauseId::user_without_mfa}, RequestClass::del, "sys.mfa-delete"},
        {{Outcome::fail, ClauseId::contents}, RequestClass::action, "sys.mfa-write"},
        {{Outcome::uncertain, ClauseId::contents_not_read}, RequestClass::write, "sys.mfa-write"},
        {{Outcome::uncertain, ClauseId::unknown_identity}, RequestClass::del, "sys.mfa-delete"},
        {{Outcome::uncertain, ClauseId::tenant_scope}, RequestClass::write, "sys.mfa-write"},
        {{Outcome::pass, ClauseId::exempt_type}, RequestClass::write, ""},
        {{Outcome::pass, ClauseId::contents}, RequestClass::write, ""},
        {{Outcome::uncertain, ClauseId::post_action}, RequestClass::action, ""},
        {{Outcome::uncertain, ClauseId::no_token}, RequestClass::write, ""},
        {{Outcome::uncertain, ClauseId::unusable_token}, RequestClass::write, ""},
        {{Outcome::uncertain, ClauseId::not_forwardable}, RequestClass::write, ""}};
    const auto& rules = test::arm_rules();
    for (const Case& c : table) {
        SCOPED_TRACE(clause_name(c.verdict.clause));
        EXPECT_EQ(policy_of(c.verdict, c.request_class, arm::RefusalStyle::system, rules),
                  c.policy);
    }
    EXPECT_EQ(policy_of({Outcome::fail, ClauseId::user_without_mfa}, RequestClass::write,
                        arm::RefusalStyle::policy, rules),
              rules.refusals.write_definition.id);
}

}  // namespace
}  // namespace armgate::verdict
