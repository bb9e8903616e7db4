// Each refusal against tests/data/refusals, byte for byte: status, fields in order, an empty line,
// the body.
#include "core/arm/refusal.hpp"
#include "support/arm_rules.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

using test::arm_rules;

AnswerContext context(std::string clause) {
    return {"11111111-0000-0000-0000-000000000001", "c0ffee00-0000-0000-0000-000000000002",
            "33333333-0000-0000-0000-000000000003",
            base::parse_rfc3339("2026-01-01T12:00:00Z").value(), std::move(clause)};
}

RefusedRequest vault(bool is_delete = false) {
    return {"kv06171",
            "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv06171",
            is_delete};
}

RefusedRequest account() {
    return {"st1",
            "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st1",
            false};
}

std::string written(const LocalAnswer& answer) {
    std::string out = std::to_string(answer.status) + "\n";
    for (const auto& [name, value] : answer.fields) out += name + ": " + value + "\n";
    return out + "\n" + answer.body + "\n";
}

LocalAnswer refused(RefusalStyle style, bool is_delete) {
    static const std::array<std::string, 1> kAmr{"pwd"};
    const RefusalForm form(style, {"user", kAmr, {}});
    return mfa_refusal(vault(is_delete), form, context("user-without-mfa"), arm_rules());
}

LocalAnswer refused_deployment(RefusalStyle style,
                               std::vector<RefusedRequest> resources,
                               unsigned status = 401,
                               bool validates = false) {
    static const std::array<std::string, 1> kAmr{"pwd"};
    const RefusalForm form(style, {"user", kAmr, {}});
    return deployment_refusal({std::move(resources), validates, status}, form, context("contents"),
                              arm_rules());
}

LocalAnswer refused_token(std::string_view code) {
    return token_refusal(code, "72f988bf-86f1-41af-91ab-2d7cd011db47", context("unusable-token"),
                         arm_rules());
}

TEST(RefusalGolden, EveryFileIsWhatIsSent) {
    constexpr auto kSystem = RefusalStyle::system;
    constexpr auto kPolicy = RefusalStyle::policy;
    const std::map<std::string, LocalAnswer> answers{
        {"put-system", refused(kSystem, false)},
        {"delete-system", refused(kSystem, true)},
        {"put-policy", refused(kPolicy, false)},
        {"delete-policy", refused(kPolicy, true)},
        {"deployment-one-system", refused_deployment(kSystem, {vault()})},
        {"deployment-two-system", refused_deployment(kSystem, {vault(), account()})},
        {"deployment-one-policy", refused_deployment(kPolicy, {vault()})},
        {"deployment-two-policy", refused_deployment(kPolicy, {vault(), account()})},
        {"deployment-one-400", refused_deployment(kSystem, {vault()}, 400)},
        {"validate-resources", refused_deployment(kPolicy, {vault()}, 401, true)},
        {"no-token", refused_token("AuthenticationFailed")},
        {"invalid-token", refused_token("InvalidAuthenticationToken")},
        {"expired-token", refused_token("ExpiredAuthenticationToken")},
    };
    const std::filesystem::path folder(ARMGATE_TEST_DATA "/refusals");
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto found = answers.find(entry.path().filename().string());
        ASSERT_NE(found, answers.end()) << entry.path();
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string expected{std::istreambuf_iterator<char>(file), {}};
        EXPECT_EQ(written(found->second), expected) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, answers.size());
}

TEST(RefusalGolden, TheRuleIsShownWithTheTokensOwnClaims) {
    const std::array<std::string, 2> amr{"pwd", "rsa\"\n"};
    const std::array<std::string, 1> acrs{"c1"};
    const RefusalForm form(RefusalStyle::policy, {"User", amr, acrs});
    const auto answer = mfa_refusal(vault(), form, context("user-without-mfa"), arm_rules());
    for (const char* part : {R"("expressionValue":"User","targetValue":"user")",
                             R"("targetValue":["pwd","rsa\"_"])", R"("targetValue":["c1"])"}) {
        EXPECT_NE(answer.body.find(part), std::string::npos) << part << "\n" << answer.body;
    }
}

TEST(RefusalGolden, ACallerThatTheRuleLetsPassIsNotShownAsRefusedByIt) {
    for (const auto idtyp :
         {std::optional<std::string_view>(), std::optional<std::string_view>("device")}) {
        const RefusalForm form(RefusalStyle::policy, {idtyp, {}, {}});
        const auto answer = mfa_refusal(vault(), form, context("unknown-identity"), arm_rules());
        EXPECT_EQ(answer.body.find("evaluationDetails"), std::string::npos);
        EXPECT_NE(answer.body.find("PolicyViolation"), std::string::npos);
    }
}

}  // namespace
}  // namespace armgate::arm
