#include "io/net/claims_memo.hpp"

#include "core/identity/identity.hpp"
#include "core/identity/rules.hpp"
#include "support/tokens.hpp"

#include <gtest/gtest.h>

namespace armgate::io {
namespace {

using test::bearer;
using test::claims;

TEST(ClaimsMemo, TheSameTokenGivesTheSameClaims) {
    ClaimsMemo memo;
    const std::string token = bearer(claims(R"("idtyp":"user","upn":"a@example.com")"));
    const identity::TokenClaims* first = memo.claims_of(token);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->upn, "a@example.com");
    EXPECT_EQ(memo.claims_of(std::string(token)), first);
}

TEST(ClaimsMemo, AnotherTokenGivesItsOwnClaims) {
    ClaimsMemo memo;
    for (int i = 0; i < 100; ++i) {
        const std::string name = std::to_string(i % 20) + "@example.com";
        const auto* read = memo.claims_of(bearer(claims(R"("idtyp":"user","upn":")" + name + '"')));
        ASSERT_NE(read, nullptr);
        EXPECT_EQ(read->upn, name);
    }
}

TEST(ClaimsMemo, WhatIsNoTokenIsNeverRemembered) {
    ClaimsMemo memo;
    EXPECT_EQ(memo.claims_of("Bearer not-a-token"), nullptr);
    EXPECT_EQ(memo.claims_of("Bearer not-a-token"), nullptr);
    EXPECT_EQ(memo.claims_of(""), nullptr);
}

TEST(ClaimsMemo, ExpiryIsJudgedAtEachRequest) {
    const auto rules = identity::load_identity_rules().value();
    ClaimsMemo memo;
    const std::string token =
        bearer(R"({"aud":"https://management.azure.com/","exp":1795514400,"idtyp":"app"})");
    const base::Timestamp before{std::chrono::seconds(1795514400)};
    const auto early = identity::identity_of(*memo.claims_of(token), before, rules);
    EXPECT_EQ(early.credential, identity::Credential::usable);
    const base::Timestamp after = before + std::chrono::hours(1);
    const auto late = identity::identity_of(*memo.claims_of(token), after, rules);
    EXPECT_EQ(late.credential, identity::Credential::unusable);
    EXPECT_EQ(late.arm_error_code, "ExpiredAuthenticationToken");
}

}  // namespace
}  // namespace armgate::io
