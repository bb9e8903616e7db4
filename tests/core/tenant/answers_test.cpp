#include "core/tenant/answers.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::tenant {
namespace {

using testing::ElementsAre;

TEST(Answers, AnAssignmentIsReadWithWhatItSays) {
    const auto full = read_assignment(
        R"({"id":"/i","name":"sys.mfa-write","type":"t","properties":{"scope":"/s",)"
        R"("policyDefinitionId":"/d","enforcementMode":"DoNotEnforce",)"
        R"("parameters":{"Effect":{"value":"Deny"},"n":{"value":3},"o":7},)"
        R"("overrides":[{"kind":"policyEffect","value":"Audit","selectors":[{"kind":"x"}]},)"
        R"({"kind":"policyEffect","value":"AuditAction"},{"kind":"other","value":"z"}],)"
        R"("resourceSelectors":[{"name":"r"}]}})");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->id, "/i");
    EXPECT_EQ(full->scope, "/s");
    EXPECT_EQ(full->definition_id, "/d");
    EXPECT_EQ(full->enforcement_mode, "DoNotEnforce");
    EXPECT_THAT(full->parameters, ElementsAre(testing::Pair("effect", "Deny")));
    EXPECT_EQ(full->overriding_effect, "AuditAction");
    EXPECT_TRUE(full->is_selective);
    EXPECT_TRUE(full->is_overridden_in_part);

    const auto bare = read_assignment(R"({"name":"n","properties":{"resourceSelectors":[]}})");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->enforcement_mode, "");
    EXPECT_FALSE(bare->overriding_effect);
    EXPECT_FALSE(bare->is_selective);
}

TEST(Answers, WhatIsNoAssignmentIsAnError) {
    for (const char* body : {"", "null", "[]", "{", "{}", R"({"name":"n"})", R"({"properties":{}})",
                             R"({"name":7,"properties":{}})", R"({"name":"n","properties":[]})",
                             R"({"name":"n","name":"n","properties":{}})", "\xff"}) {
        const auto read = read_assignment(body);
        ASSERT_FALSE(read) << body;
        EXPECT_EQ(read.error().code, Errc::bad_response);
    }
    EXPECT_FALSE(read_assignment(std::string(100'000, '[')));
}

TEST(Answers, AListLeavesOutWhatItCannotRead) {
    const auto page = read_assignments(
        R"({"value":[{"name":"a","properties":{}},7,null,{"name":"b"},{"properties":{}},)"
        R"({"name":"c","properties":{}}],"nextLink":"https://h/n"})");
    ASSERT_TRUE(page);
    ASSERT_EQ(page->assignments.size(), 2U);
    EXPECT_EQ(page->assignments[1].name, "c");
    EXPECT_EQ(page->next_link, "https://h/n");
    const auto last = read_assignments(R"({"value":[],"nextLink":null})");
    ASSERT_TRUE(last);
    EXPECT_EQ(last->next_link, "");
    for (const char* body : {"", "[]", "{}", R"({"value":{}})", R"({"value":[)"}) {
        EXPECT_FALSE(read_assignments(body)) << body;
    }
}

TEST(Answers, ADefinitionTellsItsEffect) {
    const struct {
        const char *effect, *parameters;
        const char *read, *parameter;
    } cases[] = {
        {"deny", "{}", "deny", ""},
        {"[parameters('effect')]", R"({"effect":{"defaultValue":"Audit"}})", "Audit", "effect"},
        {"[Parameters('Effect')]", R"({"EFFECT":{"defaultValue":"Audit"}})", "Audit", "effect"},
        {"[parameters('e')]", R"({"effect":{"defaultValue":"Audit"}})", "", "e"},
        {"[parameters('e')]", R"({"e":{"defaultValue":1}})", "", "e"},
        {"[parameters('e')]", "null", "", "e"},
        {"[parameters('')]", "{}", "[parameters('')]", ""},
    };
    for (const auto& c : cases) {
        const auto definition =
            read_definition(std::string(R"({"properties":{"parameters":)") + c.parameters +
                            R"(,"policyRule":{"then":{"effect":")" + c.effect + R"("}}}})");
        ASSERT_TRUE(definition) << c.effect;
        EXPECT_EQ(definition->effect, c.read) << c.effect << c.parameters;
        EXPECT_EQ(definition->parameter, c.parameter) << c.effect;
    }
    for (const char* body :
         {"", "{}", R"({"properties":{}})", R"({"properties":{"policyRule":{"then":{}}}})",
          R"({"properties":{"policyRule":{"then":{"effect":{}}}}})"}) {
        EXPECT_FALSE(read_definition(body)) << body;
    }
}

TEST(Answers, OnlyEnabledSubscriptionsCount) {
    const auto ids = read_subscriptions(
        R"({"value":[{"subscriptionId":"11111111-2222-3333-4444-555555555555","state":"Disabled"},)"
        R"({"subscriptionId":"../x","state":"Enabled"},{"state":"Enabled"},7,)"
        R"({"subscriptionId":"22222222-2222-3333-4444-555555555555","state":"enabled"}]})");
    ASSERT_TRUE(ids);
    EXPECT_THAT(*ids, ElementsAre("22222222-2222-3333-4444-555555555555"));
    EXPECT_FALSE(read_subscriptions("{}"));
}

TEST(Answers, AnErrorCodeIsAPlainWord) {
    EXPECT_EQ(read_error_code(R"({"error":{"code":"AuthorizationFailed"}})"),
              "AuthorizationFailed");
    for (const std::string& body :
         {std::string(), std::string("{}"), std::string(R"({"error":"x"})"),
          std::string(R"({"error":{"code":7}})"), std::string(R"({"error":{"code":"a b"}})"),
          std::string(R"({"error":{"code":"\u001b[2J"}})"),
          R"({"error":{"code":")" + std::string(65, 'a') + R"("}})"}) {
        EXPECT_EQ(read_error_code(body), "") << body;
    }
}

TEST(Answers, ALinkIsFollowedOnTheSameHostAlone) {
    const struct {
        const char* link;
        std::optional<std::string> target;
    } cases[] = {
        {"https://management.azure.com/a?b=c", "/a?b=c"},
        {"HTTPS://Management.Azure.com:443/a", "/a"},
        {"https://management.azure.com", std::nullopt},
        {"http://management.azure.com/a", std::nullopt},
        {"https://management.azure.com:8443/a", std::nullopt},
        {"https://management.azure.com.evil.example/a", std::nullopt},
        {"https://evil.example/management.azure.com/a", std::nullopt},
        {"https://x@management.azure.com/a", std::nullopt},
        {"https://management.azure.com@evil.example/a", std::nullopt},
        {"https://management.azure.com/a b", std::nullopt},
        {"https://management.azure.com/a\r\nX: y", std::nullopt},
        {"https://management.azure.com/a#b", std::nullopt},
        {"https://management.azure.com/\xc3\xa4", std::nullopt},
        {"//management.azure.com/a", std::nullopt},
        {"/a", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(target_on_host(c.link, "management.azure.com"), c.target) << c.link;
    }
}

TEST(Answers, AGuidHasItsForm) {
    EXPECT_TRUE(is_guid("11111111-aaaa-BBBB-8ccc-222222222222"));
    for (const char* text :
         {"", "common", "11111111-aaaa-4bbb-8ccc-22222222222",
          "11111111aaaaa4bbbb8cccc22222222222a", "11111111-aaaa-4bbb-8ccc-22222222222g",
          "11111111-aaaa-4bbb-8ccc/222222222222"}) {
        EXPECT_FALSE(is_guid(text)) << text;
    }
}

}  // namespace
}  // namespace armgate::tenant
