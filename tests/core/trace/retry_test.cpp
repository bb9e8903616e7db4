#include "core/trace/retry.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::trace {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using verdict::ClauseId;
using verdict::Outcome;

constexpr TokenDigest kOld{1};
constexpr TokenDigest kNew{2};

base::Timestamp at(std::chrono::microseconds after = {}) {
    return *base::parse_rfc3339("2026-11-24T10:00:00Z") + after;
}

/// A write that armgate refused for MFA, answered after 1 ms.
RequestRecord refused(std::uint64_t seq = 1) {
    RequestRecord record;
    record.time = at();
    record.total = std::chrono::milliseconds(1);
    record.seq = seq;
    record.tool.tool = "azure-cli";
    record.client_request_id = "id-1";
    record.method = "PUT";
    record.host = "management.azure.com";
    record.path = "/subscriptions/s/resourcegroups/g";
    record.classification.request_class = arm::RequestClass::write;
    record.identity.kind = identity::IdentityKind::user;
    record.identity.object_id = "o-1";
    record.identity.tenant = "t-1";
    record.identity.amr = {"pwd"};
    record.verdict = {Outcome::fail, ClauseId::user_without_mfa};
    record.action = Action::refused;
    record.status = 401;
    return record;
}

RequestRecord refused_by_arm() {
    RequestRecord record = refused();
    record.action = Action::forwarded;
    record.refused_by = "arm";
    return record;
}

/// The same write with MFA, a little later, forwarded.
RequestRecord recovered(std::uint64_t seq = 2) {
    RequestRecord record = refused(seq);
    record.time = at(seconds(5));
    record.identity.amr = {"pwd", "mfa"};
    record.verdict = {Outcome::pass, ClauseId::user_with_mfa};
    record.action = Action::forwarded;
    record.status = 201;
    return record;
}

/// `retry` after `refusal`, with the digests given, and what it is linked to.
std::optional<Retry> linked(RequestRecord refusal,
                            RequestRecord retry,
                            std::optional<TokenDigest> old_digest = kOld,
                            std::optional<TokenDigest> new_digest = kNew) {
    RefusalMemory memory;
    memory.take(refusal, old_digest);
    memory.take(retry, new_digest);
    return retry.retry;
}

TEST(Retry, IsToldByMethodPathCallerAndTime) {
    const struct {
        const char* what;
        void (*change)(RequestRecord&);
        bool is_linked;
    } cases[] = {
        {"nothing differs", [](RequestRecord&) {}, true},
        {"no id, same caller", [](RequestRecord& r) { r.client_request_id.reset(); }, true},
        {"another id, same caller", [](RequestRecord& r) { r.client_request_id = "id-2"; }, true},
        {"same id, another caller", [](RequestRecord& r) { r.identity.object_id = "o-2"; }, true},
        {"another id and caller",
         [](RequestRecord& r) {
             r.client_request_id = "id-2";
             r.identity.object_id = "o-2";
         },
         false},
        {"another id and tenant",
         [](RequestRecord& r) {
             r.client_request_id = "id-2";
             r.identity.tenant = "t-2";
         },
         false},
        {"another method", [](RequestRecord& r) { r.method = "DELETE"; }, false},
        {"another path", [](RequestRecord& r) { r.path += "2"; }, false},
        {"another host", [](RequestRecord& r) { r.host = "x.management.azure.com"; }, false},
        {"another tool", [](RequestRecord& r) { r.tool.tool = "terraform"; }, false},
        {"another version of the tool", [](RequestRecord& r) { r.tool.version = "2"; }, true},
        {"a read",
         [](RequestRecord& r) { r.classification.request_class = arm::RequestClass::read; }, false},
        {"just after the answer",
         [](RequestRecord& r) { r.time = at(std::chrono::milliseconds(1)); }, true},
        {"under way before the answer",
         [](RequestRecord& r) { r.time = at(std::chrono::microseconds(999)); }, false},
        {"at the limit",
         [](RequestRecord& r) { r.time = at(kRetryLimit + std::chrono::milliseconds(1)); }, true},
        {"past the limit", [](RequestRecord& r) { r.time = at(kRetryLimit + seconds(1)); }, false},
    };
    for (const auto& c : cases) {
        for (const RequestRecord& refusal : {refused(), refused_by_arm()}) {
            RequestRecord retry = recovered();
            c.change(retry);
            const auto link = linked(refusal, retry);
            EXPECT_EQ(link.has_value(), c.is_linked) << c.what;
            if (!link) continue;
            EXPECT_EQ(link->of, 1U) << c.what;
            EXPECT_EQ(link->token, RetryToken::fresh) << c.what;
        }
    }
}

TEST(Retry, TheTokenIsToldByDigestAndWithoutOneByClaims) {
    RequestRecord same_claims = refused(2);
    same_claims.time = at(seconds(1));
    RequestRecord later = same_claims;
    later.identity.expires = at(minutes(90));
    const struct {
        const char* what;
        RequestRecord retry;
        std::optional<TokenDigest> old_digest, new_digest;
        RetryToken token;
    } cases[] = {
        {"same digest", same_claims, kOld, kOld, RetryToken::same},
        {"another digest, same claims", same_claims, kOld, kNew, RetryToken::fresh},
        {"no digest, same claims", same_claims, std::nullopt, kNew, RetryToken::same},
        {"no digest, another expiry", later, kOld, std::nullopt, RetryToken::fresh},
        {"no digest, with MFA", recovered(), std::nullopt, std::nullopt, RetryToken::fresh},
    };
    for (const auto& c : cases) {
        const auto link = linked(refused(), c.retry, c.old_digest, c.new_digest);
        ASSERT_TRUE(link) << c.what;
        EXPECT_EQ(link->token, c.token) << c.what;
    }
}

TEST(Retry, OnlyAnMfaRefusalIsRemembered) {
    const struct {
        const char* what;
        void (*change)(RequestRecord&);
    } cases[] = {
        {"an unusable token",
         [](RequestRecord& r) { r.verdict.clause = ClauseId::unusable_token; }},
        {"not forwardable",
         [](RequestRecord& r) {
             r.verdict.clause = ClauseId::not_forwardable;
             r.status = 400;
         }},
        {"forwarded", [](RequestRecord& r) { r.action = Action::forwarded; }},
        {"failed", [](RequestRecord& r) { r.action = Action::failed; }},
    };
    for (const auto& c : cases) {
        RequestRecord first = refused();
        c.change(first);
        EXPECT_FALSE(is_mfa_refusal(first)) << c.what;
        EXPECT_FALSE(linked(first, recovered())) << c.what;
    }
    EXPECT_TRUE(is_mfa_refusal(refused()));
    EXPECT_TRUE(is_mfa_refusal(refused_by_arm()));
    EXPECT_FALSE(got_through(refused_by_arm()));
}

TEST(RefusalMemory, EachTryIsLinkedToTheOneBefore) {
    RefusalMemory memory;
    RequestRecord first = refused(1);
    RequestRecord second = refused(2);
    second.time = at(seconds(1));
    RequestRecord third = recovered(3);
    RequestRecord fourth = recovered(4);
    memory.take(first, kOld);
    memory.take(second, kOld);
    memory.take(third, kNew);
    EXPECT_TRUE(memory.empty());
    memory.take(fourth, kNew);
    EXPECT_FALSE(first.retry);
    ASSERT_TRUE(second.retry && third.retry);
    EXPECT_EQ(second.retry->of, 1U);
    EXPECT_EQ(second.retry->token, RetryToken::same);
    EXPECT_EQ(third.retry->of, 2U);
    EXPECT_EQ(third.retry->token, RetryToken::fresh);
    EXPECT_FALSE(fourth.retry) << "a second write is another request";
}

TEST(RefusalMemory, ATryThatFailedLeavesTheRefusalToTheNext) {
    RequestRecord broken = recovered(2);
    broken.action = Action::failed;
    broken.status = 502;
    RequestRecord not_accepted = recovered(2);
    not_accepted.status = 401;  // ARM's ordinary one
    for (RequestRecord& between : {std::ref(broken), std::ref(not_accepted)}) {
        RefusalMemory memory;
        RequestRecord first = refused(1);
        RequestRecord last = recovered(3);
        memory.take(first, kOld);
        memory.take(between, kNew);
        memory.take(last, kNew);
        ASSERT_TRUE(between.retry && last.retry);
        EXPECT_EQ(between.retry->of, 1U);
        EXPECT_EQ(last.retry->of, 1U);
    }
}

TEST(RefusalMemory, TheRequestIdGoesBeforeTheNewest) {
    RefusalMemory memory;
    RequestRecord older = refused(1);
    RequestRecord newer = refused(2);
    newer.client_request_id = "id-2";
    newer.time = at();
    memory.take(older, kOld);
    memory.take(newer, kOld);
    EXPECT_FALSE(newer.retry) << "it was under way already";
    RequestRecord retry = recovered(3);
    memory.take(retry, kNew);
    ASSERT_TRUE(retry.retry);
    EXPECT_EQ(retry.retry->of, 1U);
    RequestRecord other = recovered(4);
    other.client_request_id = "id-3";
    memory.take(other, kNew);
    ASSERT_TRUE(other.retry);
    EXPECT_EQ(other.retry->of, 2U);
}

TEST(RefusalMemory, HoldsTheLastOnesOnly) {
    RefusalMemory memory;
    for (std::size_t i = 0; i <= RefusalMemory::kRemembered; ++i) {
        RequestRecord record = refused(i + 1);
        record.path = "/p" + std::to_string(i);
        memory.take(record, kOld);
    }
    RequestRecord forgotten = recovered(100);
    forgotten.path = "/p0";
    memory.take(forgotten, kNew);
    EXPECT_FALSE(forgotten.retry);
    RequestRecord known = recovered(101);
    known.path = "/p1";
    memory.take(known, kNew);
    EXPECT_TRUE(known.retry);
}

}  // namespace
}  // namespace armgate::trace
