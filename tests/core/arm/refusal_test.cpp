#include "core/arm/refusal.hpp"

#include "core/base/json.hpp"
#include "support/arm_rules.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::arm {
namespace {

using test::arm_rules;

AnswerContext context(std::string correlation = "c0ffee00-0000-0000-0000-000000000002") {
    return {"11111111-0000-0000-0000-000000000001", std::move(correlation),
            "33333333-0000-0000-0000-000000000003",
            base::parse_rfc3339("2026-01-01T12:00:00Z").value(), "user-without-mfa"};
}

RefusedRequest vault(bool is_delete = false) {
    return {"kv06171",
            "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv06171",
            is_delete};
}

std::string head_of(const LocalAnswer& answer) {
    std::string head;
    for (const auto& [name, value] : answer.fields) head += name + ": " + value + "\n";
    return head;
}

TEST(Refusal, TheMfaHeadIsArmsByteForByte) {
    const auto answer = mfa_refusal(vault(), RefusalStyle::system, context(), arm_rules());
    EXPECT_EQ(answer.status, 401U);
    EXPECT_EQ(head_of(answer),
              "Cache-Control: no-cache\n"
              "Pragma: no-cache\n"
              "Content-Type: application/json; charset=utf-8\n"
              "Expires: -1\n"
              "x-ms-failure-cause: gateway\n"
              "WWW-Authenticate: Bearer realm=\"\", "
              "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", "
              "error=\"insufficient_claims\", "
              "claims="
              "\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlcyI6WyJwMSJdfX19\""
              "\n"
              "x-ms-request-id: 11111111-0000-0000-0000-000000000001\n"
              "x-ms-correlation-request-id: c0ffee00-0000-0000-0000-000000000002\n"
              "x-ms-routing-request-id: "
              "WESTEUROPE:20260101T120000Z:33333333-0000-0000-0000-000000000003\n"
              "Strict-Transport-Security: max-age=31536000; includeSubDomains\n"
              "X-Content-Type-Options: nosniff\n"
              "Date: Thu, 01 Jan 2026 12:00:00 GMT\n"
              "x-armgate-verdict: user-without-mfa\n");
}

TEST(Refusal, TheSystemBodyIsArmsByteForByte) {
    const auto answer = mfa_refusal(vault(), RefusalStyle::system, context(), arm_rules());
    EXPECT_EQ(answer.body,
              R"({"error":{"code":"RequestDisallowedByAzure","target":"kv06171","message":)"
              R"("Resource 'kv06171' was disallowed by Azure: You are receiving this error )"
              R"(because you tried to create, update or delete Azure resources without )"
              R"(authenticating through MFA. User accounts must be authenticated through MFA to )"
              R"(manage your resources. To resolve this error, go to )"
              R"(https://aka.ms/MFAforAzure."}})");
}

TEST(Refusal, ThePolicyBodyNamesAssignmentAndDefinition) {
    const auto answer = mfa_refusal(vault(true), RefusalStyle::policy, context(), arm_rules());
    const auto body = base::parse_json(answer.body, 16);
    ASSERT_TRUE(body);
    const auto& error = body->at("error");
    EXPECT_EQ(error.at("code"), "RequestDisallowedByPolicy");
    EXPECT_EQ(error.at("target"), "kv06171");
    EXPECT_EQ(
        error.at("message"),
        "Resource 'kv06171' was disallowed by policy. Policy identifiers: "
        "'[{\"policyAssignment\":{\"name\":\"Require multi-factor authentication\","
        "\"id\":\"/subscriptions/s1/providers/Microsoft.Authorization/policyAssignments/"
        "require-mfa\"},\"policyDefinition\":{\"name\":\"Users must authenticate with "
        "multi-factor authentication to delete resources\",\"id\":\"/providers/"
        "Microsoft.Authorization/policyDefinitions/db4a9d17-db75-4f46-9fcb-9f9526604417\"}}]'.");
    const auto& info = error.at("additionalInfo").at(0).at("info");
    EXPECT_EQ(error.at("additionalInfo").at(0).at("type"), "PolicyViolation");
    EXPECT_EQ(info.at("policyDefinitionName"), "db4a9d17-db75-4f46-9fcb-9f9526604417");
    EXPECT_EQ(info.at("policyDefinitionEffect"), "DenyAction");
    EXPECT_EQ(info.at("policyAssignmentScope"), "/subscriptions/s1");
    EXPECT_EQ(info.at("policyAssignmentParameters").at("effect").at("value"), "DenyAction");
}

TEST(Refusal, ThePolicyIsAssignedWhereOneCanBe) {
    const auto scope_for = [](std::string id) {
        RefusedRequest request = vault();
        request.resource_id = std::move(id);
        const auto answer = mfa_refusal(request, RefusalStyle::policy, context(), arm_rules());
        const auto body = base::parse_json(answer.body, 16);
        const auto& info = body.value().at("error").at("additionalInfo").at(0).at("info");
        return info.at("policyAssignmentScope").get<std::string>();
    };
    EXPECT_EQ(scope_for("/subscriptions/s1/resourceGroups/g"), "/subscriptions/s1");
    EXPECT_EQ(scope_for("/providers/Microsoft.Management/managementGroups/mg/providers/"
                        "Microsoft.Authorization/roleAssignments/r"),
              "/providers/Microsoft.Management/managementGroups/mg");
    EXPECT_EQ(scope_for("/providers/Microsoft.Management/managementGroups/mg"),
              "/providers/Microsoft.Management/managementGroups/mg");
    EXPECT_EQ(scope_for("/providers/Microsoft.Support/supportTickets/t"), "");
}

TEST(Refusal, EveryAnswerHasOneChallengeAtMost) {
    for (const auto& answer :
         {mfa_refusal(vault(), RefusalStyle::policy, context(), arm_rules()),
          token_refusal("ExpiredAuthenticationToken", "t", context(), arm_rules()),
          arm_error(413, "RequestContentTooLarge", "Too large.", context())}) {
        const auto count =
            std::count_if(answer.fields.begin(), answer.fields.end(),
                          [](const auto& field) { return field.first == "WWW-Authenticate"; });
        EXPECT_EQ(count, answer.status == 401 ? 1 : 0);
        EXPECT_TRUE(base::parse_json(answer.body, 16));
    }
}

TEST(Refusal, AnUnusableTokenGetsTheOrdinaryChallenge) {
    for (const char* code : {"InvalidAuthenticationToken", "ExpiredAuthenticationToken"}) {
        const auto answer = token_refusal(code, "t", context(), arm_rules());
        const std::string head = head_of(answer);
        EXPECT_EQ(answer.status, 401U);
        EXPECT_THAT(head, testing::HasSubstr("error=\"invalid_token\", error_description=\""));
        EXPECT_THAT(head, testing::Not(testing::HasSubstr("claims=")));
        EXPECT_THAT(answer.body, testing::HasSubstr(std::string("\"code\":\"") + code + "\""));
    }
}

TEST(Refusal, TheOrdinaryChallengeNamesATenantAndNothingElse) {
    const std::pair<std::string, std::string> table[] = {
        {"72f988bf-86f1-41af-91ab-2d7cd011db47", "72f988bf-86f1-41af-91ab-2d7cd011db47"},
        {"contoso.onmicrosoft.com", "contoso.onmicrosoft.com"},
        {"", "common"},
        {"a\", error=\"insufficient_claims", "common"},
        {"a\r\nX-Evil: 1", "common"},
        {"../common", "common"},
        {std::string(129, 'a'), "common"}};
    for (const auto& [tenant, shown] : table) {
        SCOPED_TRACE(tenant);
        const auto answer =
            token_refusal("ExpiredAuthenticationToken", tenant, context(), arm_rules());
        EXPECT_THAT(head_of(answer),
                    testing::HasSubstr("Bearer authorization_uri=\"https://login.windows.net/" +
                                       shown + "\", error=\"invalid_token\""));
    }
}

TEST(Refusal, WithoutACodeTheFieldWasMissing) {
    const auto answer = token_refusal("", "", context(), arm_rules());
    EXPECT_THAT(head_of(answer),
                testing::HasSubstr("error_description=\"The authentication failed because of "
                                   "missing 'Authorization' header.\""));
    EXPECT_EQ(answer.body,
              R"({"error":{"code":"AuthenticationFailed","message":"Authentication failed. )"
              R"(The 'Authorization' header is missing."}})");
}

TEST(Refusal, AnIdOfTheClientCannotAddAField) {
    const std::string token = "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln";
    for (const std::string& id :
         {std::string("a\r\nSet-Cookie: x"), std::string(), std::string(200, 'a'), token}) {
        const auto answer = mfa_refusal(vault(), RefusalStyle::system, context(id), arm_rules());
        EXPECT_EQ(answer.fields[7].first, "x-ms-correlation-request-id");
        EXPECT_EQ(answer.fields[7].second, "11111111-0000-0000-0000-000000000001");
    }
}

TEST(Refusal, TheResourceNameOfTheClientIsMadeSafe) {
    const auto target = [](std::string_view name) {
        const RefusedRequest request{std::string(name), "/subscriptions/s", false};
        const auto answer = mfa_refusal(request, RefusalStyle::policy, context(), arm_rules());
        return base::parse_json(answer.body, 16).value().at("error").at("target");
    };
    EXPECT_EQ(target("a\r\nb\x7F"), "a__b_");
    EXPECT_EQ(target("\"},{\"x\":\"'"), "\"},{\"x\":\"'");
    EXPECT_EQ(target("{identifiers}"), "{identifiers}");
    EXPECT_EQ(target("eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln"), "[redacted]");
    EXPECT_EQ(target(std::string(5000, 'a')), std::string(260, 'a'));
}

TEST(Refusal, PolicyIdsAreTheBuiltIns) {
    EXPECT_EQ(policy_id(RefusalStyle::system, false, arm_rules()), "sys.mfa-write");
    EXPECT_EQ(policy_id(RefusalStyle::system, true, arm_rules()), "sys.mfa-delete");
    EXPECT_EQ(policy_id(RefusalStyle::policy, false, arm_rules()),
              "/providers/Microsoft.Authorization/policyDefinitions/"
              "4e6c27d5-a6ee-49cf-b2b4-d8fe90fa2b8b");
    EXPECT_EQ(policy_id(RefusalStyle::policy, true, arm_rules()),
              "/providers/Microsoft.Authorization/policyDefinitions/"
              "db4a9d17-db75-4f46-9fcb-9f9526604417");
}

}  // namespace
}  // namespace armgate::arm
