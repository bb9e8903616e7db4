#include "core/verdict/explain.hpp"

#include "core/base/json.hpp"
#include "support/tokens.hpp"

#include <span>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::verdict {
namespace {

using testing::HasSubstr;
using testing::Not;

const base::Timestamp kNow = base::parse_rfc3339("2026-11-24T10:00:00Z").value();
const std::string kUser = test::make_token(test::claims(R"("idtyp":"user","amr":["pwd"])"));
const std::string kMfa = test::make_token(test::claims(R"("idtyp":"user","amr":["pwd","mfa"])"));
const std::string kApp = test::make_token(test::claims(R"("idtyp":"app")"));

const ExplainRules& rules() {
    static const ExplainRules kRules = load_explain_rules().value();
    return kRules;
}

nlohmann::json batch(const nlohmann::json& request) {
    const auto answer = explain_line(request.dump(), kNow, rules());
    return base::parse_json(answer, base::kBodyDepth).value();
}

std::string clause(const nlohmann::json& request) {
    return batch(request).at("verdict").at("clause");
}

TEST(Explain, ALineHasTheKeysOfTheContract) {
    const auto line = explain_line(
        R"({"method":"PUT","url":"/subscriptions/s/resourcegroups/rg?api-version=1","token":")" +
            kUser + R"("})",
        kNow, rules());
    EXPECT_THAT(
        line,
        testing::StartsWith(
            R"({"method":"PUT","url":"/subscriptions/s/resourcegroups/rg?api-version=1",)"
            R"("class":"write",)"
            R"("operation":"Microsoft.Resources/subscriptions/resourceGroups/write",)"
            R"("resource_id":"/subscriptions/s/resourcegroups/rg","identity":{"kind":"user")"));
    EXPECT_THAT(line,
                testing::EndsWith(R"("verdict":{"outcome":"fail","clause":"user-without-mfa",)"
                                  R"("policy":"sys.mfa-write"}})"));
}

TEST(Explain, TheCallerDecides) {
    const std::string path = "/subscriptions/s/resourceGroups/rg";
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}, {"token", kUser}}), "user-without-mfa");
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}, {"token", kMfa}}), "user-with-mfa");
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}, {"token", kApp}}), "workload-identity");
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}, {"token", "Bearer " + kMfa}}),
              "user-with-mfa");
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}}), "no-token");
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}, {"token", nullptr}}), "no-token");
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}, {"token", "x"}}), "unusable-token");
    EXPECT_EQ(clause({{"method", "DELETE"}, {"url", path}, {"token", ""}}), "unusable-token");
    EXPECT_EQ(
        batch({{"method", "DELETE"}, {"url", path}, {"token", kUser}}).at("verdict").at("policy"),
        "sys.mfa-delete");
}

TEST(Explain, TheHostDecidesTheCloud) {
    const auto with_host = [](const std::string& host) {
        return clause({{"method", "PUT"},
                       {"url", "https://" + host + "/subscriptions/s/resourceGroups/rg"},
                       {"token", kUser}});
    };
    EXPECT_EQ(with_host("MANAGEMENT.azure.com.:443"), "user-without-mfa");
    EXPECT_EQ(with_host("westeurope.management.azure.com"), "user-without-mfa");
    EXPECT_EQ(with_host("management.usgovcloudapi.net"), "other-cloud");
    EXPECT_EQ(with_host("management.chinacloudapi.cn"), "other-cloud");
}

TEST(Explain, ABadUrlIsAnErrorThatSaysWhy) {
    const std::pair<const char*, const char*> table[] = {
        {"http://management.azure.com/x", "in the clear"},
        {"https://graph.microsoft.com/v1.0/me", "not Azure Resource Manager"},
        {"https://user:s3cret@management.azure.com/x", "user information"},
        {"https://management.azure.com:0/x", "port"},
        {"https://management.azure.com:x/x", "port"},
        {"https:///x", "no host"},
        {"https://a b/x", "not a host name"},
        {"management.azure.com/x", "neither"},
        {"", "neither"}};
    for (const auto& [url, why] : table) {
        SCOPED_TRACE(url);
        const auto answer = batch({{"method", "PUT"}, {"url", url}});
        EXPECT_THAT(answer.at("error").get<std::string>(), HasSubstr(why));
        EXPECT_THAT(answer.dump(), Not(HasSubstr("s3cret")));
    }
}

TEST(Explain, ABadLineIsAnError) {
    for (const char* line :
         {"", "x", "[]", "{}", R"({"method":"PUT"})", R"({"url":"/x"})",
          R"({"method":1,"url":"/x"})", R"({"method":"GET","url":"/x","token":1})",
          R"({"method":"GET","url":"/x","tokn":"a"})",
          R"({"method":"GET","url":"/x"}{"method":"GET","url":"/x"})",
          R"({"method":"GET","method":"PUT","url":"/x"})",
          "{\"method\":\"GET\",\"url\":\"/\xFF\"}"}) {
        SCOPED_TRACE(line);
        const auto answer = base::parse_json(explain_line(line, kNow, rules()), 4);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->size(), 1U);
        EXPECT_TRUE(answer->contains("error"));
    }
}

TEST(Explain, ABodyOfAnyShapeIsAccepted) {
    for (const auto& body :
         {nlohmann::json::object({{"a", 1}}), nlohmann::json("text"), nlohmann::json(nullptr)}) {
        EXPECT_EQ(clause({{"method", "POST"}, {"url", "/batch"}, {"token", kUser}, {"body", body}}),
                  "contents-not-read");
    }
}

TEST(Explain, TheBodyDecides) {
    const nlohmann::json vault = {{"type", "Microsoft.KeyVault/vaults"}, {"name", "kv"}};
    const nlohmann::json tags = {{"type", "Microsoft.Resources/tags"}, {"name", "default"}};
    const auto deployment = [](const nlohmann::json& resources) {
        return nlohmann::json{
            {"properties", {{"mode", "Incremental"}, {"template", {{"resources", resources}}}}}};
    };
    nlohmann::json request = {
        {"method", "PUT"},
        {"url",
         "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Resources/deployments/d?a=1"},
        {"token", kUser}};
    EXPECT_EQ(clause(request), "contents-not-read");
    request["body"] = deployment(nlohmann::json::array({vault, tags}));
    auto answer = batch(request);
    EXPECT_EQ(answer.at("verdict").at("clause"), "contents");
    EXPECT_EQ(answer.at("verdict").at("outcome"), "fail");
    EXPECT_EQ(answer.at("verdict").at("policy"), "sys.mfa-write");
    ASSERT_EQ(answer.at("contents").size(), 2U);
    EXPECT_EQ(answer.at("contents")[0],
              nlohmann::json::parse(
                  R"({"name":"kv","method":"PUT","resource_id":"/subscriptions/s/resourceGroups/rg)"
                  R"(/providers/Microsoft.KeyVault/vaults/kv",)"
                  R"("operation":"Microsoft.KeyVault/vaults/write","verdict":{"outcome":"fail",)"
                  R"("clause":"user-without-mfa","policy":"sys.mfa-write"}})"));
    EXPECT_EQ(answer.at("contents")[1].at("verdict").at("policy"), nullptr);
    request["body"] = deployment(nlohmann::json::array({tags}));
    EXPECT_EQ(batch(request).at("verdict").at("outcome"), "pass");
    request["body"] = "{properties:{template:{resources:[],},},}";
    EXPECT_EQ(batch(request).at("verdict").at("outcome"), "pass");
    EXPECT_FALSE(batch(request).contains("contents"));
    request["body"] = "{properties:";
    EXPECT_EQ(clause(request), "contents-not-read");
    request["token"] = kApp;
    EXPECT_EQ(clause(request), "workload-identity");
}

TEST(Explain, TextTellsWhatIsCarriedOrWhyItIsNotRead) {
    const std::string token = "Bearer " + kUser;
    const auto text = [&token](std::string_view body) {
        const auto explained = explain_request({"POST", "/batch", token, body}, kNow, rules());
        return explained_text(explained.value(), rules());
    };
    EXPECT_THAT(text(R"({requests:[{name:"a\u001b",httpMethod:"DELETE",)"
                     R"(url:"/subscriptions/s/resourceGroups/rg"}]})"),
                HasSubstr("\ncarries     DELETE a?: fail (user-without-mfa), "
                          "Microsoft.Resources/subscriptions/resourceGroups/delete\n"));
    EXPECT_THAT(text("{}"), HasSubstr("\nbody        The batch has no list of requests.\n"));
}

TEST(Explain, WhatTheProxyAnswersWith400IsNotForwardable) {
    for (const char* url : {"/subscriptions\\s", "/subscriptions/s#x", "/subscriptions/%00",
                            "/subscriptions/a b", "/subscriptions/s?x=\xC3\xA9"}) {
        SCOPED_TRACE(url);
        EXPECT_EQ(clause({{"method", "GET"}, {"url", url}, {"token", kMfa}}), "not-forwardable");
    }
    EXPECT_EQ(clause({{"method", "get"}, {"url", "/x"}, {"token", kMfa}}), "not-forwardable");
}

TEST(Explain, NoSecretComesOut) {
    for (const std::string& url : {"/x?sig=s3cret&api-version=1", "/x#access_token=s3cret",
                                   "/x?s3cret", "/subscriptions/s/resourceGroups/rg?code=s3cret"}) {
        SCOPED_TRACE(url);
        EXPECT_THAT(batch({{"method", "PUT"}, {"url", url}, {"token", kUser}}).dump(),
                    Not(HasSubstr("s3cret")));
    }
    const std::string path = "/subscriptions/s/resourceGroups/" + kUser;
    const auto signature = kUser.substr(kUser.rfind('.') + 1);
    for (const auto& answer : {batch({{"method", "PUT"}, {"url", path}, {"token", kUser}}),
                               batch({{"method", kUser}, {"url", path}, {"token", kUser}}),
                               batch({{"method", "PUT"}, {"url", kUser}, {"token", kUser}})}) {
        EXPECT_THAT(answer.dump(), Not(HasSubstr(signature)));
    }
}

TEST(Explain, TheRuleHasTheTokensValuesInIt) {
    const auto rule_of = [](const std::string& method, const std::string& claims) {
        const auto explained = explain_request({method,
                                                "/subscriptions/s/resourceGroups/rg",
                                                "Bearer " + test::make_token(test::claims(claims)),
                                                {}},
                                               kNow, rules());
        const std::string text = explained_text(*explained, rules());
        const std::size_t begin = text.find("\nrule        ") + 13;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    EXPECT_EQ(rule_of("PUT", R"("idtyp":"user","amr":["pwd","otp"],"acrs":["c1"])"),
              "idtyp ('user') equals 'user' and 'mfa' notIn amr ([pwd,otp]) and 'p1' notIn acrs "
              "([c1])");
    EXPECT_EQ(rule_of("PUT", R"("idtyp":"user","amr":["{acrs}","mfa"])"),
              "'mfa' in amr ([{acrs},mfa]) or 'p1' in acrs ([])");
    EXPECT_EQ(rule_of("DELETE", R"("idtyp":"app")"), "not (idtyp ('app') equals 'user')");
    EXPECT_EQ(rule_of("GET", R"("idtyp":"user")"), "method (GET) in [GET, HEAD, OPTIONS]");
    EXPECT_EQ(rule_of("PUT", R"("sub":"x")"),
              "idtyp (absent) is not clearly 'user' or 'app': idtyp is absent, and no other claim "
              "tells the kind, and there is no MFA.");
}

std::string text_for(const char* method,
                     const char* url,
                     std::optional<std::string> body,
                     const std::string& claims = R"("idtyp":"user","amr":["pwd"])") {
    const std::string token = "Bearer " + test::make_token(test::claims(claims));
    const auto explained = explain_request({method, url, token, body}, kNow, rules());
    return explained ? explained_text(*explained, rules()) : explained.error().detail;
}

TEST(Explain, SaysWhatTheVerdictHangsOn) {
    const char* const deployment =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/d";
    const char* const vault =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";
    const auto lacks = HasSubstr("\nbody        Not given, and the verdict may hang on it");
    const auto more = HasSubstr("\nbody        It may change more than it lists");
    EXPECT_THAT(text_for("PUT", deployment, {}), lacks);
    EXPECT_THAT(text_for("PATCH", vault, {}), lacks);
    EXPECT_THAT(text_for("PUT", vault, {}), testing::Not(lacks));
    EXPECT_THAT(text_for("PUT", deployment, {}, R"("idtyp":"app")"), testing::Not(lacks));
    EXPECT_THAT(text_for("PUT", deployment,
                         R"({"properties":{"mode":"Complete","template":{"resources":[]}}})"),
                more);
    EXPECT_THAT(text_for("PUT", deployment,
                         R"({"properties":{"mode":"Incremental","template":{"resources":[]}}})"),
                testing::Not(testing::AnyOf(lacks, more)));
}

TEST(Explain, IsNoMoreCertainThanTheFacts) {
    const auto certain = HasSubstr("\ncertainty   certain\n");
    const auto inferred = HasSubstr("\ncertainty   inferred\n");
    const char* const group = "/subscriptions/s/resourceGroups/g";
    const char* const vault =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";
    EXPECT_THAT(text_for("PUT", vault, {}), certain);
    EXPECT_THAT(text_for("DELETE", vault, {}), certain);
    EXPECT_THAT(text_for("PATCH", vault, "{}"), inferred);
    EXPECT_THAT(text_for("PUT", group, {}), inferred);
    EXPECT_THAT(text_for("DELETE", group, {}), inferred);
}

TEST(Explain, AnotherCloudsTokenIsNoneForThePublicOne) {
    const auto judged = [](const char* host, arm::Cloud cloud, const std::string& audience) {
        const std::string token = test::bearer(
            R"({"exp":4070908800,"idtyp":"user","amr":["pwd","mfa"],"aud":")" + audience + "\"}");
        const std::string_view field = token;
        RequestView view;
        view.method = "PUT";
        view.path = "/subscriptions/s/resourceGroups/g";
        view.host = host;
        view.cloud = cloud;
        view.authorization = std::span(&field, 1);
        return assess(view, kNow, rules().rules);
    };
    const std::string gov = "https://management.core.usgovcloudapi.net/";
    const std::string own = "https://management.azure.com/";
    for (const char* host : {"management.azure.com", "westeurope.management.azure.com"}) {
        SCOPED_TRACE(host);
        const auto refused = judged(host, arm::Cloud::azure_public, gov);
        EXPECT_EQ(refused.verdict.clause, ClauseId::unusable_token);
        EXPECT_EQ(refused.identity.arm_error_code, "InvalidAuthenticationToken");
        EXPECT_THAT(refused.identity.reason, HasSubstr("of another cloud"));
        EXPECT_EQ(judged(host, arm::Cloud::azure_public, own).verdict.clause,
                  ClauseId::user_with_mfa);
    }
    EXPECT_EQ(judged("management.usgovcloudapi.net", arm::Cloud::other, gov).verdict.clause,
              ClauseId::other_cloud);
    // A host that a user added may be another cloud's.
    for (const char* host : {"usgovvirginia.management.usgovcloudapi.net", "arm.contoso.example"}) {
        EXPECT_EQ(judged(host, arm::Cloud::azure_public, gov).verdict.clause,
                  ClauseId::user_with_mfa)
            << host;
    }
}

TEST(Explain, TextIsForPeopleAndPrintable) {
    const std::string token =
        "Bearer " +
        test::make_token(test::claims(R"("idtyp":"user","amr":["pwd"],"upn":"a\u001b[2J@b")"));
    const auto explained = explain_request(
        {"PUT", "/subscriptions/s/providers/Microsoft.Resources/tags/default", token, {}}, kNow,
        rules());
    ASSERT_TRUE(explained);
    const std::string text = explained_text(*explained, rules());
    EXPECT_THAT(text, testing::StartsWith("verdict     pass (exempt-type)\nwhy         "));
    EXPECT_THAT(text, HasSubstr("\nrule        "));
    EXPECT_THAT(text, HasSubstr("\ncertainty   inferred\nwhat to do  "));
    EXPECT_THAT(text, HasSubstr("\nsource      Azure/azure-policy"));
    EXPECT_THAT(text, HasSubstr("\ncaller      user a"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace armgate::verdict
