#include "core/tenant/inquiry.hpp"

#include "core/tenant/render.hpp"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::tenant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kHost = "management.azure.com";
constexpr const char* kTenant = "11111111-aaaa-4bbb-8ccc-222222222222";
constexpr const char* kSubscription = "33333333-aaaa-4bbb-8ccc-444444444444";
constexpr const char* kSubscriptions = "/subscriptions?api-version=2022-12-01";
constexpr const char* kDefinition =
    "/providers/Microsoft.Authorization/policyDefinitions/54f51f64-eaa5-44cf-8674-830bcfd14d21";

struct Reply {
    unsigned status = 404;
    std::string body{};
};

std::string root() {
    return std::string("/providers/Microsoft.Management/managementGroups/") + kTenant;
}

std::string by_name(const std::string& name) {
    return root() + "/providers/Microsoft.Authorization/policyAssignments/" + name +
           "?api-version=2023-04-01";
}

std::string list() {
    return std::string("/subscriptions/") + kSubscription +
           "/providers/Microsoft.Authorization/policyAssignments?api-version=2023-04-01"
           "&$filter=atScope()";
}

Reply fault(unsigned status, const std::string& code) {
    return {status, R"({"error":{"code":")" + code + R"("}})"};
}

std::string assignment(const std::string& name,
                       const std::string& effect,
                       const std::string& mode = "Default",
                       const std::string& more = "") {
    const std::string parameters =
        effect.empty() ? "" : R"(,"parameters":{"effect":{"value":")" + effect + R"("}})";
    return R"({"id":"/x/)" + name + R"(","name":")" + name + R"(","properties":{"scope":")" +
           root() + R"(","policyDefinitionId":")" + kDefinition + R"(","enforcementMode":")" +
           mode + "\"" + parameters + more + "}}";
}

std::string definition(const std::string& effect) {
    return R"({"properties":{"policyRule":{"then":{"effect":"[parameters('effect')]"}},)"
           R"("parameters":{"effect":{"defaultValue":")" +
           effect + R"("}}}})";
}

std::string list_of(const std::vector<std::string>& assignments, const std::string& next = "") {
    std::string out = R"({"value":[)";
    for (const auto& entry : assignments) out += (out.back() == '[' ? "" : ",") + entry;
    return out + "]" + (next.empty() ? "" : R"(,"nextLink":")" + next + "\"") + "}";
}

std::string subscriptions() {
    return std::string(R"({"value":[{"subscriptionId":")") + kSubscription +
           R"(","state":"Enabled"}]})";
}

/// What came of an inquiry to an ARM that knows these targets; what it does not know is 403.
struct Asked {
    explicit Asked(const std::map<std::string, Reply>& replies,
                   const std::string& subscription = "") {
        const TenantRules rules = *load_tenant_rules();
        Inquiry inquiry({kHost, kTenant, subscription}, rules);
        while (const auto target = inquiry.next()) {
            targets.push_back(*target);
            if (targets.size() > 100) break;
            const auto known = replies.find(*target);
            const Reply reply =
                known == replies.end() ? fault(403, "AuthorizationFailed") : known->second;
            const auto taken = inquiry.take(reply.status, reply.body);
            if (!taken) error = taken.error().detail;
        }
        writes = inquiry.writes();
        deletes = inquiry.deletes();
    }

    std::vector<std::string> targets;
    std::string error;
    Finding writes;
    Finding deletes;
};

TEST(Inquiry, TheTwoAssignmentsAtTheRootAreEnough) {
    const Asked asked(
        {{by_name("sys.mfa-write"), {200, assignment("sys.mfa-write", "Deny")}},
         {by_name("sys.mfa-delete"), {200, assignment("sys.mfa-delete", "AuditAction")}}});
    EXPECT_THAT(asked.targets, ElementsAre(by_name("sys.mfa-write"), by_name("sys.mfa-delete")));
    EXPECT_EQ(asked.writes.state, State::enforced);
    EXPECT_EQ(asked.writes.effect, "Deny");
    EXPECT_EQ(asked.writes.reason, "assignment sys.mfa-write at " + root() +
                                       " has effect Deny and enforcementMode Default");
    EXPECT_EQ(asked.deletes.state, State::audited);
}

TEST(Inquiry, EffectAndModeTellTheState) {
    const struct {
        const char *effect, *mode, *more;
        State state;
        const char* said;
    } cases[] = {
        {"Deny", "Default", "", State::enforced, "effect Deny"},
        {"denyaction", "", "", State::enforced, "enforcementMode Default"},
        {"Deny", "default", "", State::enforced, "effect Deny"},
        {"Deny", "DoNotEnforce", "", State::audited, "DoNotEnforce"},
        {"Audit", "Default", "", State::audited, "effect Audit"},
        {"AuditAction", "DoNotEnforce", "", State::audited, "effect AuditAction"},
        {"Disabled", "Default", "", State::disabled, "effect Disabled"},
        {"Modify", "Default", "", State::unknown, "nothing that armgate knows"},
        {"Deny", "Enroll", "", State::unknown, "nothing that armgate knows"},
        {"Deny", "Default", R"(,"overrides":[{"kind":"policyEffect","value":"Audit"}])",
         State::audited, "effect Audit"},
        {"Deny", "Default",
         R"(,"overrides":[{"kind":"policyEffect","value":"Audit","selectors":[{}]}])",
         State::enforced, "another effect"},
        {"Deny", "Default", R"(,"resourceSelectors":[{}])", State::enforced,
         "for some resources only"},
        {"De\\u001b[2Jny", "Default", "", State::unknown, "De?[2Jny"},
    };
    for (const auto& c : cases) {
        const Asked asked({{by_name("sys.mfa-write"),
                            {200, assignment("sys.mfa-write", c.effect, c.mode, c.more)}}});
        EXPECT_EQ(asked.writes.state, c.state) << c.effect << c.mode << c.more;
        EXPECT_THAT(asked.writes.reason, HasSubstr(c.said));
    }
}

TEST(Inquiry, AnAssignmentWithoutAnEffectHasThatOfItsDefinition) {
    const std::string target = std::string(kDefinition) + "?api-version=2023-04-01";
    const struct {
        Reply reply;
        State state;
        const char* said;
    } cases[] = {
        {{200, definition("Deny")}, State::enforced, "effect Deny"},
        {{200, definition("Audit")}, State::audited, "effect Audit"},
        {{200, "{}"}, State::unknown, "its effect is not known: ARM's answer is not a policy"},
        {fault(403, "AuthorizationFailed"), State::unknown, "403 AuthorizationFailed"},
        {{200, definition("")}, State::unknown, "neither it nor its definition"},
    };
    for (const auto& c : cases) {
        const Asked asked(
            {{by_name("sys.mfa-write"), {200, assignment("sys.mfa-write", "")}},
             {by_name("sys.mfa-delete"), {200, assignment("sys.mfa-delete", "DenyAction")}},
             {target, c.reply}});
        EXPECT_THAT(asked.targets, SizeIs(3));
        EXPECT_EQ(asked.writes.state, c.state) << c.said;
        EXPECT_THAT(asked.writes.reason, HasSubstr(c.said));
        EXPECT_EQ(asked.deletes.state, State::enforced);
    }
}

TEST(Inquiry, ADefinitionIdThatIsNoPathIsNotAsked) {
    for (const char* id : {"", "x", "https://evil.example/d", "/d?x=y", "/d e", "@evil/"}) {
        const std::string body = std::string(R"({"name":"sys.mfa-write","properties":{)") +
                                 R"("policyDefinitionId":")" + id + R"("}})";
        const Asked asked({{by_name("sys.mfa-write"), {200, body}}}, kSubscription);
        EXPECT_THAT(asked.targets,
                    ElementsAre(by_name("sys.mfa-write"), by_name("sys.mfa-delete"), list()))
            << id;
        EXPECT_EQ(asked.writes.state, State::unknown) << id;
    }
}

TEST(Inquiry, WhereTheRootIsClosedASubscriptionTellsWhatItInherits) {
    const std::string next = "/subscriptions/next?token=1";
    const Asked asked(
        {{kSubscriptions, {200, subscriptions()}},
         {list(),
          {200, list_of({assignment("other", "Deny")}, "https://" + std::string(kHost) + next)}},
         {next, {200, list_of({assignment("SYS.MFA-Delete", "DenyAction")})}}});
    EXPECT_THAT(asked.targets, ElementsAre(by_name("sys.mfa-write"), by_name("sys.mfa-delete"),
                                           kSubscriptions, list(), next));
    EXPECT_EQ(asked.deletes.state, State::enforced);
    // Found by its definition: the name of a tenant's own assignment is anything.
    ASSERT_EQ(asked.writes.state, State::enforced);
    EXPECT_EQ(asked.writes.assignment->name, "other");
}

TEST(Inquiry, TheStrongerOfTwoAssignmentsCounts) {
    const std::string own = assignment("own", "Deny");
    const std::string system = assignment("sys.mfa-write", "Audit");
    for (const std::string& both : {list_of({own, system}), list_of({system, own})}) {
        const Asked asked({{list(), {200, both}}}, kSubscription);
        ASSERT_EQ(asked.writes.state, State::enforced) << both;
        EXPECT_EQ(asked.writes.assignment->name, "own");
    }
}

TEST(Inquiry, WhatIsNotFoundIsToldFromWhatCannotBeTold) {
    const Reply absent = fault(404, "PolicyAssignmentNotFound");
    const Reply no_group = fault(404, "ManagementGroupNotFound");
    const Reply denied = fault(403, "AuthorizationFailed");
    const Reply seen = {200, subscriptions()};
    const Reply empty = {200, list_of({})};
    const struct {
        const char* what;
        Reply root, subscriptions, list;
        State state;
        const char* said;
    } cases[] = {
        {"neither has it", absent, seen, empty, State::not_found,
         "has no assignment sys.mfa-write, and subscription"},
        {"the root is closed", denied, seen, empty, State::not_found, "is inferred, not known"},
        {"no such group", no_group, seen, empty, State::not_found, "(404 ManagementGroupNotFound)"},
        {"the root lacks it, no list", absent, denied, denied, State::not_found,
         "could not be listed: 403 AuthorizationFailed"},
        {"all is closed", denied, seen, denied, State::unknown, "403 AuthorizationFailed"},
        {"no subscription",
         denied,
         {200, R"({"value":[]})"},
         denied,
         State::unknown,
         "no enabled subscription"},
        {"a list that is none",
         denied,
         seen,
         {200, "<html>"},
         State::unknown,
         "not a list of policy assignments"},
        {"subscriptions that are none",
         denied,
         {200, "[]"},
         denied,
         State::unknown,
         "not a list of subscriptions"},
        {"a link elsewhere",
         denied,
         seen,
         {200, list_of({}, "https://evil.example/x")},
         State::unknown,
         "another host"},
        {"ARM is down", {503, ""}, {503, ""}, denied, State::unknown, "503"},
        {"an answer that is none",
         {200, "{}"},
         denied,
         denied,
         State::unknown,
         "not a policy assignment"},
    };
    for (const auto& c : cases) {
        const Asked asked({{by_name("sys.mfa-write"), c.root},
                           {by_name("sys.mfa-delete"), c.root},
                           {kSubscriptions, c.subscriptions},
                           {list(), c.list}});
        EXPECT_EQ(asked.writes.state, c.state) << c.what;
        EXPECT_EQ(asked.deletes.state, c.state) << c.what;
        EXPECT_THAT(asked.writes.reason, HasSubstr(c.said)) << c.what;
    }
}

TEST(Inquiry, AListWithoutEndIsLeft) {
    const std::string next = "/again?x=1";
    const std::string page = list_of({}, "https://" + std::string(kHost) + next);
    const Asked asked({{list(), {200, page}}, {next, {200, page}}}, kSubscription);
    EXPECT_THAT(asked.targets, SizeIs(2 + Inquiry::kMaxPages));
    EXPECT_EQ(asked.writes.state, State::unknown);
    EXPECT_THAT(asked.writes.reason, HasSubstr("did not end"));
}

TEST(Inquiry, ATokenThatArmDoesNotTakeEndsIt) {
    const Asked asked({{by_name("sys.mfa-write"), fault(401, "ExpiredAuthenticationToken")}});
    EXPECT_THAT(asked.targets, SizeIs(1));
    EXPECT_THAT(asked.error, HasSubstr("(401 ExpiredAuthenticationToken)"));
}

TEST(TenantAnswer, SaysBothHalvesAndHowSureThatIs) {
    const Asked asked({{by_name("sys.mfa-write"), {200, assignment("sys.mfa-write", "Deny")}},
                       {by_name("sys.mfa-delete"), fault(404, "PolicyAssignmentNotFound")}});
    const Answer answer{"AzureCloud", kHost, kTenant, "a\x1b@b", asked.writes, asked.deletes};
    EXPECT_TRUE(is_told(answer));
    const std::string text = answer_text(answer);
    EXPECT_THAT(text, HasSubstr("\nwrites   enforced: assignment sys.mfa-write at "));
    EXPECT_THAT(text, HasSubstr("\ndeletes  not found: "));
    EXPECT_THAT(text, HasSubstr("\nhow sure reported: "));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    const auto json = nlohmann::json::parse(answer_json(answer));
    EXPECT_EQ(json["schema"], "armgate.tenant/1");
    EXPECT_EQ(json["certainty"], "reported");
    EXPECT_EQ(json["writes"]["state"], "enforced");
    EXPECT_EQ(json["writes"]["scope"], root());
    EXPECT_EQ(json["writes"]["for_some_resources_only"], false);
    EXPECT_EQ(json["deletes"]["state"], "not-found");
    EXPECT_TRUE(json["deletes"]["assignment"].is_null());
}

TEST(TenantAnswer, AnotherCloudIsOutOfScope) {
    const Answer answer = out_of_scope("AzureChinaCloud", "management.chinacloudapi.cn");
    EXPECT_TRUE(is_told(answer));
    EXPECT_THAT(answer_text(answer), HasSubstr("writes   out of scope: "));
    EXPECT_THAT(answer_text(answer), Not(HasSubstr("how sure")));
    EXPECT_EQ(nlohmann::json::parse(answer_json(answer))["deletes"]["state"], "out-of-scope");
}

TEST(TenantRules, UnknownAndMissingKeysAreErrors) {
    const auto loaded = load_tenant_rules();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->clouds.front().name, "AzureCloud");
    for (const char* text : {"", "{}", R"({"surprise":1})"}) {
        const auto parsed = parse_tenant_rules(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::config_invalid);
    }
}

}  // namespace
}  // namespace armgate::tenant
