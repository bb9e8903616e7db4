#include "core/arm/rules.hpp"

#include "core/base/embedded.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

std::string shipped(std::string_view name) {
    return std::string(base::embedded_rules(name));
}

std::string changed(std::string_view name, std::string_view from, std::string_view to) {
    std::string text = shipped(name);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(ArmRules, TheShippedFilesLoad) {
    const auto rules = load_arm_rules();
    ASSERT_TRUE(rules) << rules.error().detail;
    EXPECT_EQ(rules->hosts.size(), 4U);
}

TEST(ArmRules, AFaultNamesTheFileAndTheKey) {
    const std::string hosts = shipped("hosts"), operations = shipped("operations"),
                      exempt = shipped("exempt"), refusals = shipped("refusals");
    const auto check = [](const ArmRuleTexts& texts, const char* file, const char* key) {
        SCOPED_TRACE(key);
        const auto rules = parse_arm_rules(texts);
        ASSERT_FALSE(rules);
        EXPECT_EQ(rules.error().code, Errc::config_invalid);
        EXPECT_THAT(rules.error().detail, testing::HasSubstr(file));
        EXPECT_THAT(rules.error().detail, testing::HasSubstr(key));
    };
    const auto bad_cloud = changed("hosts", "\"public\"", "\"mars\"");
    check({bad_cloud, operations, exempt, refusals}, "hosts.json", "cloud");
    const auto unknown = changed("operations", "\"roots\"", "\"rootz\"");
    check({hosts, unknown, exempt, refusals}, "operations.json", "rootz");
    const auto star = changed("exempt", "Microsoft.Help/*", "Microsoft.*/x");
    check({hosts, operations, star, refusals}, "exempt.json", "types");
    const auto missing = changed("exempt", "\"batch\": \"batch\"", "\"batch\": 1");
    check({hosts, operations, missing, refusals}, "exempt.json", "batch");
    const auto empty = changed("refusals", "RequestDisallowedByAzure", "");
    check({hosts, operations, exempt, empty}, "refusals.json", "code");
    check({hosts, operations, exempt, "[]"}, "refusals.json", "");
    check({"", operations, exempt, refusals}, "hosts.json", "");
}

TEST(ArmRules, APatternTakesTheTypeItselfAndWhatIsBelow) {
    const TypePattern below{"microsoft.x/a", true};
    EXPECT_TRUE(below.matches("microsoft.x/a"));
    EXPECT_TRUE(below.matches("microsoft.x/a/b"));
    EXPECT_FALSE(below.matches("microsoft.x/ab"));
    EXPECT_FALSE(below.matches("microsoft.x"));
    EXPECT_FALSE((TypePattern{"microsoft.x/a", false}).matches("microsoft.x/a/b"));
}

}  // namespace
}  // namespace armgate::arm
