#include "core/dryrun/recipe.hpp"
#include "support/recipes.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::Json;
using test::TestMaking;

using Files = std::vector<std::pair<std::string, std::string>>;

/// A whole recipe with `more` members beside those that every recipe has.
std::string recipe_text(const std::string& more, const std::string& type = "Contoso.Toys/robots") {
    return R"({"type": ")" + type +
           R"(", "certainty": "documented", "source": "a page", "shows": "its name")" +
           (more.empty() ? "" : ", " + more) + "}";
}

Result<Recipes> parse_one(const std::string& text) {
    return Recipes::parse(Files{{"robots.json", text}});
}

TEST(RecipeRead, ATypeNeedsNoMoreThanAText) {
    const auto recipes = parse_one(recipe_text(
        R"("writes": {"created": 202, "put": "both"},
           "defaults": {"properties": {"arms": 2, "label": "{lower:name} of {resourceGroup}"}},
           "always": {"properties": {"serial": "{guid:serial}"}},
           "actions": [{"name": "wave", "acts": true, "status": 204}])"));
    ASSERT_TRUE(recipes) << recipes.error().detail;
    EXPECT_TRUE(recipes->knows("contoso.toys/Robots"));
    EXPECT_EQ(recipes->write_style("Contoso.Toys/robots").created, 202U);
    EXPECT_EQ(recipes->write_style("Contoso.Toys/robots").update, Runs::both);
    const TestMaking of("/subscriptions/s/resourceGroups/rg/providers/Contoso.Toys/robots/R2");
    const Json sent = {{"properties", {{"arms", 3}}}};
    const Json body = test::made_body(recipes->make(of.making, sent, nullptr));
    EXPECT_EQ(body["properties"]["arms"], 3);
    EXPECT_EQ(body["properties"]["label"], "r2 of rg");
    EXPECT_THAT(body["properties"]["serial"].get<std::string>(), testing::StartsWith("a43a7e00-"));
    EXPECT_EQ(recipes->answer_action(of.making, "WAVE", body, Json())->status, 204U);
    EXPECT_FALSE(recipes->answer_action(of.making, "fly", body, Json()));
}

struct Fault {
    std::string more;
    std::string key;
    std::string reason;
};

TEST(RecipeRead, AFaultIsNamedByFileKeyAndReason) {
    const std::string below = R"("type": "Contoso.Toys/robots/arms")";
    const std::vector<Fault> faults = {
        {R"("colour": "red")", "colour", "unknown"},
        {R"("writes": {"created": 404})", "created", "is not 200, 201, 202 or 204"},
        {R"("writes": {"created": "201"})", "created", "is not 200"},
        {R"("writes": {"put": "slowly"})", "put", "none of the words"},
        {R"("writes": {"post": "both"})", "post", "unknown"},
        {R"("writes": [])", "writes", "not an object"},
        {R"("defaults": [])", "defaults", "not an object"},
        {R"("defaults": {"a": "{nmae}"})", "defaults", "unknown placeholder"},
        {R"("defaults": {"a": "{name"})", "defaults", "not closed"},
        {R"("defaults": {"a": "{}"})", "defaults", "unknown placeholder"},
        {R"("defaults": {"a": "{guid}"})", "defaults", "does not fit: guid"},
        {R"("defaults": {"a": "{name:x}"})", "defaults", "does not fit: name"},
        {R"("defaults": {"a": "{suffix:moon}"})", "defaults", "does not fit: suffix"},
        {R"("defaults": {"a": "{body:a..b}"})", "defaults", "does not fit: body"},
        {R"("defaults": {"a": "{upper:name}"})", "defaults", "unknown placeholder"},
        {R"("defaults": {"a": ["{element:x}"]})", "defaults", "means nothing here: element"},
        {R"("always": {"a": {"b": "{sent:x}"}})", "always", "means nothing here: sent"},
        {R"("once": {"a": "{name|nmae}"})", "once", "unknown placeholder"},
        {R"("cases": [{"defaults": {}}])", "cases", "without 'if'"},
        {R"("cases": [{"if": {"value": "{name}"}}])", "if", "compares with nothing"},
        {R"("cases": [{"if": {"is": "a"}}])", "if", "has no value"},
        {R"("cases": [{"if": {"value": "{name}", "is": 3}}])", "is", "not a string"},
        {R"("elements": [{"in": "a[].b"}])", "in", "is no path"},
        {R"("elements": [{"in": "a", "type": "Contoso.Toys/dolls/arms"}])", "elements", "below"},
        {R"("elements": [{"in": "a", "resources": true}])", "resources", "needs a type"},
        {R"("elements": [{"in": "a", "flat": true, )" + below + "}]", "flat", "resources"},
        {R"("children": [{"name": "x", "type": "Contoso.Toys/robots"}])", "children", "below"},
        {R"("children": [{"name": "{nmae}", )" + below + "}]", "name", "unknown placeholder"},
        {R"("children": [{)" + below + "}]", "name", "missing"},
        {R"("actions": [{"name": "wave"}])", "acts", "is missing"},
        {R"("actions": [{"name": "a/b", "acts": true}])", "name", "no name of an action"},
        {R"("keeps": ["a[]"])", "keeps", "no path"},
        {R"("keeps": "a")", "keeps", "not an array"},
        {R"("never_returned": ["a.", "b"])", "never_returned", "no path"},
        {R"("etag": "strong")", "etag", "none of the words"},
        {R"("provisioning_state": "no")", "provisioning_state", "not true or false"},
        {R"("aliases": ["robots"])", "aliases", "no resource type"},
        {R"("beside": [{"name": "x", "type": "robots"}])", "beside", "not one of a whole"},
        {R"("beside": [{"name": "x", "type": "Contoso.Toys/robots/arms"}])", "beside",
         "not one of a whole"},
        {R"("also_for": ["Contoso.Toys/b"], "elements": [{"in": "a", )" + below + "}]", "also_for",
         "does not go with children"},
        {R"("finally": {"a": "{sent:x}"})", "finally", "means nothing here: sent"},
        {R"("defaults": {}, "defaults": {})", "", "duplicate keys"},
    };
    for (const Fault& fault : faults) {
        SCOPED_TRACE(fault.more);
        const auto recipes = parse_one(recipe_text(fault.more));
        ASSERT_FALSE(recipes);
        EXPECT_EQ(recipes.error().code, Errc::config_invalid);
        EXPECT_THAT(recipes.error().detail,
                    testing::StartsWith("config/recipes/robots.json: '" + fault.key + "' "));
        EXPECT_THAT(recipes.error().detail, testing::HasSubstr(fault.reason));
    }
}

TEST(RecipeRead, WhatEveryRecipeHasMayNotBeMissing) {
    const Json whole = Json::parse(recipe_text(""));
    for (const char* key : {"type", "certainty", "source", "shows"}) {
        Json part = whole;
        part.erase(key);
        const auto recipes = parse_one(part.dump());
        ASSERT_FALSE(recipes) << key;
        EXPECT_THAT(recipes.error().detail, testing::HasSubstr("'" + std::string(key) + "'"));
    }
    EXPECT_FALSE(parse_one(recipe_text("", "robots")));
    EXPECT_FALSE(parse_one(recipe_text("", "Contoso.Toys//robots")));
    EXPECT_FALSE(parse_one(""));
    EXPECT_FALSE(parse_one("[]"));
}

TEST(RecipeRead, ATypeHasOneRecipe) {
    const auto twice = Recipes::parse(
        Files{{"a.json", recipe_text("")}, {"b.json", recipe_text("", "contoso.toys/ROBOTS")}});
    ASSERT_FALSE(twice);
    EXPECT_THAT(twice.error().detail, testing::StartsWith("config/recipes/b.json: 'type' "));
    EXPECT_FALSE(Recipes::parse(
        Files{{"a.json", recipe_text("")},
              {"b.json", recipe_text(R"("aliases": ["Contoso.Toys/robots"])", "Contoso.Toys/b")}}));
}

TEST(RecipeRead, TheExampleOfTheDocumentationIsRead) {
    std::ifstream file(ARMGATE_TEST_DATA "/../../docs/recipes.md");
    const std::string page((std::istreambuf_iterator<char>(file)), {});
    const auto begin = page.find("```json\n") + 8;
    const auto recipes = parse_one(page.substr(begin, page.find("```", begin) - begin));
    ASSERT_TRUE(recipes) << recipes.error().detail;
    const TestMaking of("/subscriptions/s/resourceGroups/rg/providers/Contoso.Toys/robots/R2");
    const Made made = recipes->make(
        of.making, {{"properties", {{"password", "x"}, {"tools", {{{"name", "saw"}}}}}}}, nullptr);
    const Json body = test::made_body(made);
    EXPECT_EQ(body["properties"]["endpoint"], "https://r2.robots.example/");
    EXPECT_EQ(body["properties"]["tools"][0]["id"], of.id + "/tools/saw");
    EXPECT_FALSE(body["properties"].contains("password"));
    EXPECT_EQ(made.children.size(), 2U);
}

TEST(RecipeRead, TheBuiltInOnesAreRead) {
    const auto recipes = Recipes::load();
    ASSERT_TRUE(recipes) << recipes.error().detail;
    EXPECT_TRUE(recipes->knows("microsoft.network/virtualnetworks"));
    EXPECT_TRUE(recipes->knows("Microsoft.Resources/subscriptions/resourceGroups"));
    EXPECT_FALSE(recipes->knows("Contoso.Toys/robots"));
}

}  // namespace
}  // namespace armgate::dryrun
