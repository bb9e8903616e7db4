#include "core/report/sign_ins.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::report {
namespace {

using testing::ElementsAre;
using trace::Action;
using trace::RequestRecord;
using trace::Retry;
using trace::RetryToken;
using verdict::ClauseId;
using verdict::Outcome;

RequestRecord refused(std::uint64_t seq, const std::string& tool = "azure-cli") {
    RequestRecord record;
    record.seq = seq;
    record.tool.tool = tool;
    record.classification.request_class = arm::RequestClass::write;
    record.verdict = {Outcome::fail, ClauseId::user_without_mfa};
    record.action = Action::refused;
    record.status = 401;
    return record;
}

RequestRecord retry(RequestRecord record, std::uint64_t of, RetryToken token) {
    record.retry = Retry{of, token};
    return record;
}

RequestRecord through(ClauseId clause, const std::string& tool = "azure-cli") {
    RequestRecord record = refused(9, tool);
    record.verdict = {Outcome::pass, clause};
    record.action = Action::forwarded;
    record.status = 201;
    return record;
}

SignIns of(const std::vector<RequestRecord>& records) {
    SignIns out;
    for (const RequestRecord& record : records) out.add(record);
    return out;
}

TEST(SignIns, ARecordThatContradictsItselfIsARefusalAndNoMore) {
    RequestRecord odd = refused(1);
    odd.action = Action::forwarded;
    odd.refused_by = "arm";
    odd.status = 200;  // a trace may hold anything
    const auto counts = of({odd}).by_tool().at("azure-cli");
    EXPECT_EQ(counts.gave_up, 1U);
    EXPECT_EQ(counts.recovered + counts.otherwise, 0U);
}

TEST(SignIns, AreCountedByHowARefusedWriteEnded) {
    RequestRecord by_arm = refused(1);
    by_arm.action = Action::forwarded;
    by_arm.refused_by = "arm";
    RequestRecord broken = through(ClauseId::user_with_mfa);
    broken.action = Action::failed;
    const auto again = [](const RequestRecord& record, RetryToken token) {
        return retry(record, 1, token);
    };
    const struct {
        const char* what;
        std::vector<RequestRecord> records;
        std::vector<std::string> lines;
    } cases[] = {
        {"nothing refused", {through(ClauseId::user_with_mfa)}, {}},
        {"left at that", {refused(1)}, {"azure-cli: 1 gave up"}},
        {"left at ARM's refusal", {by_arm}, {"azure-cli: 1 gave up"}},
        {"signed in again",
         {refused(1), again(through(ClauseId::user_with_mfa), RetryToken::fresh)},
         {"azure-cli: 1 recovered by signing in again"}},
        {"signed in again after ARM's refusal",
         {by_arm, again(through(ClauseId::user_with_mfa), RetryToken::fresh)},
         {"azure-cli: 1 recovered by signing in again"}},
        {"refused again with a new token",
         {refused(1), again(refused(2), RetryToken::fresh)},
         {"azure-cli: 1 gave up"}},
        {"refused again with the same token",
         {refused(1), again(refused(2), RetryToken::same)},
         {"azure-cli: 1 gave up (1 sent again with the same token)"}},
        {"a resend, then signed in",
         {refused(1), again(refused(2), RetryToken::same),
          retry(through(ClauseId::user_with_mfa), 2, RetryToken::fresh)},
         {"azure-cli: 1 recovered by signing in again (1 sent again with the same token)"}},
        {"did not get through",
         {refused(1), again(broken, RetryToken::fresh)},
         {"azure-cli: 1 gave up"}},
        {"as a workload",
         {refused(1), again(through(ClauseId::workload_identity), RetryToken::fresh)},
         {"azure-cli: 1 got through in another way"}},
        {"the same token got through",
         {by_arm, again(through(ClauseId::user_with_mfa), RetryToken::same)},
         {"azure-cli: 1 got through in another way (1 sent again with the same token)"}},
        {"one of two",
         {refused(1), again(through(ClauseId::user_with_mfa), RetryToken::fresh), refused(3)},
         {"azure-cli: 1 recovered by signing in again, 1 gave up"}},
        {"the refusal is lost",
         {again(through(ClauseId::user_with_mfa), RetryToken::fresh)},
         {"azure-cli: 1 recovered by signing in again"}},
        {"no tool", {refused(1, "")}, {"an unknown tool: 1 gave up"}},
    };
    for (const auto& c : cases) EXPECT_EQ(of(c.records).lines(2), c.lines) << c.what;
}

TEST(SignIns, WhatDoesNotFitIsSummedUp) {
    const SignIns three = of({refused(1, "a"), refused(2, "b"), refused(3, "c"), refused(4, "c")});
    EXPECT_THAT(three.lines(3), ElementsAre("a: 1 gave up", "b: 1 gave up", "c: 2 gave up"));
    EXPECT_THAT(three.lines(2), ElementsAre("a: 1 gave up", "2 other tools: 3 gave up"));
}

TEST(SignIns, InventedToolsDoNotGrowIt) {
    SignIns many;
    for (int i = 0; i < 200; ++i) many.add(refused(1, "tool" + std::to_string(i)));
    const auto tools = many.by_tool();
    EXPECT_EQ(tools.size(), SignIns::kTools + 1);
    EXPECT_EQ(tools.at("").gave_up, 200 - SignIns::kTools);
}

}  // namespace
}  // namespace armgate::report
