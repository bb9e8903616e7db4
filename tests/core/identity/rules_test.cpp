#include "core/identity/rules.hpp"

#include "core/base/embedded.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::identity {
namespace {

constexpr std::string_view kApps = R"({"apps":[{"id":"A","name":"n"}]})";
constexpr std::string_view kAudiences =
    R"({"audiences":["https://a"],"other_cloud_audiences":["https://b"]})";
constexpr std::string_view kTools =
    R"({"tools":[{"id":"t"}],"patterns":[{"product":"p","tool":"t"}]})";

TEST(IdentityRules, TheEmbeddedOnesLoad) {
    const auto rules = load_identity_rules();
    ASSERT_TRUE(rules) << rules.error().detail;
    EXPECT_EQ(rules->apps.size(), 10U);
    EXPECT_EQ(rules->apps.at("04b07795-8ddb-461a-bbee-02f9e1bf7b46"), "Azure CLI");
    EXPECT_FALSE(rules->audiences.empty());
    EXPECT_FALSE(rules->patterns.empty());
}

TEST(IdentityRules, IdsAreLookedUpInLowerCase) {
    const auto rules = parse_identity_rules({kApps, kAudiences, kTools});
    ASSERT_TRUE(rules);
    EXPECT_EQ(rules->apps.count("a"), 1U);
}

TEST(IdentityRules, AFaultNamesTheFileAndTheKey) {
    struct Case {
        IdentityRuleTexts texts;
        std::string file;
        std::string key;
    };
    const Case cases[] = {
        {{"", kAudiences, kTools}, "apps.json", "the whole file"},
        {{R"({"apps":{}})", kAudiences, kTools}, "apps.json", "'apps'"},
        {{R"({"apps":[{"id":"a"}]})", kAudiences, kTools}, "apps.json", "apps.name"},
        {{R"({"apps":["a"]})", kAudiences, kTools}, "apps.json", "apps.id"},
        {{R"({"apps":[{"id":"a","name":"n"},{"id":"A","name":"n"}]})", kAudiences, kTools},
         "apps.json",
         "apps.id"},
        {{kApps, R"({"audiences":["https://a/"]})", kTools}, "audiences.json", "audiences"},
        {{kApps, R"({"audiences":["https://a"]})", kTools},
         "audiences.json",
         "other_cloud_audiences"},
        {{kApps, R"({"audiences":["https://a"],"other_cloud_audiences":[1]})", kTools},
         "audiences.json",
         "other_cloud_audiences"},
        {{kApps, kAudiences, R"({"tools":[{"id":"t"}],"patterns":[{"product":"p","tool":"u"}]})"},
         "tools.json",
         "patterns.tool"},
        {{kApps, kAudiences, R"({"tools":[{"id":"t"}],"patterns":[{"tool":"t"}]})"},
         "tools.json",
         "patterns.product"},
        {{kApps, kAudiences, R"({"tools":[{"id":"t"},{"id":"t"}],"patterns":[]})"},
         "tools.json",
         "tools.id"}};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.file + " " + c.key);
        const auto rules = parse_identity_rules(c.texts);
        ASSERT_FALSE(rules);
        EXPECT_EQ(rules.error().code, Errc::config_invalid);
        EXPECT_NE(rules.error().detail.find(c.file), std::string::npos) << rules.error().detail;
        EXPECT_NE(rules.error().detail.find(c.key), std::string::npos) << rules.error().detail;
    }
}

}  // namespace
}  // namespace armgate::identity
