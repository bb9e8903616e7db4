// The schema that editors use and the reader of recipes have to agree.
#include "core/base/embedded.hpp"
#include "core/dryrun/recipe.hpp"
#include "support/json_schema.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using nlohmann::json;

const test::JsonSchema& schema() {
    static const test::JsonSchema kSchema = [] {
        std::ifstream file(ARMGATE_TEST_DATA "/../../config/schemas/recipe.schema.json");
        return test::JsonSchema(json::parse(file));
    }();
    return kSchema;
}

bool reader_accepts(const json& recipe) {
    const std::vector<std::pair<std::string, std::string>> files = {{"a.json", recipe.dump()}};
    return Recipes::parse(files).has_value();
}

/// A recipe that says something under every key that there is.
json whole_recipe() {
    return json::parse(R"({
        "type": "Contoso.Toys/robots", "aliases": ["Contoso.Toys/droids"],
        "certainty": "documented", "source": "a page", "shows": "all", "lacks": "nothing",
        "writes": {"created": 201, "updated": 200, "removed": 204, "removed_shows": true,
                   "put": "both", "update": "location", "patch": "async_operation",
                   "remove": "at_once"},
        "cases": [{"if": [{"value": "{name}", "is": ["a"], "starts_with": "a", "contains": "a",
                           "present": true}],
                   "defaults": {}, "once": {}, "always": {}, "invented": ["x"]}],
        "defaults": {}, "once": {}, "always": {}, "finally": {},
        "elements": [{"in": "properties.arms", "type": "Contoso.Toys/robots/arms",
                      "resources": true, "flat": true,
                      "cases": [{"if": {"value": "{elementName}", "present": false}}],
                      "defaults": {}, "once": {}, "always": {}}],
        "children": [{"type": "Contoso.Toys/robots/legs", "name": "left", "body": {},
                      "if": {"value": "{name}", "is": "a"}, "every_time": true}],
        "beside": [{"type": "Contoso.Toys/boxes", "name": "{name}-box"}],
        "actions": [{"name": "wave", "acts": true, "status": 202, "runs": "location", "body": [],
                     "sets": {"a": 1}, "if": {"value": "{sent:x}", "present": true},
                     "invented": ["x"]}],
        "views": [{"name": "instanceView", "body": {"a": "{body:a}"}}],
        "keeps": ["a.b"], "never_returned": ["a[].b"], "invented": ["x"],
        "system_data_from": "2020-01-01", "etag": "weak", "provisioning_state": false,
        "keeps_nulls": true})");
}

TEST(RecipeSchema, TakesEveryBuiltInRecipe) {
    for (const base::EmbeddedFile& file : base::embedded_recipes()) {
        EXPECT_TRUE(schema().accepts(json::parse(file.text))) << file.name;
    }
    EXPECT_GT(base::embedded_recipes().size(), 60U);
}

TEST(RecipeSchema, KnowsEveryKeyThatTheReaderKnows) {
    EXPECT_TRUE(schema().accepts(whole_recipe()));
    EXPECT_TRUE(reader_accepts(whole_recipe()));
    json alike = whole_recipe();
    for (const char* key : {"elements", "children"}) alike.erase(key);
    alike["also_for"] = {"Contoso.Toys/dolls"};
    EXPECT_TRUE(schema().accepts(alike));
    EXPECT_TRUE(reader_accepts(alike));
}

/// Every value of `recipe` replaced by one of another type, one at a time; and every object with a
/// key that nobody knows.
void spoil(json& value, json& whole, const std::string& at, int& tried) {
    const auto ends_in = [&](const char* key) { return at.ends_with(key); };
    // Members that hold a body: any object. Of actions, views and conditions: any value.
    const bool free = ends_in("/body") || ends_in("/defaults") || ends_in("/once") ||
                      ends_in("/always") || ends_in("/finally") || ends_in("/sets") ||
                      ends_in("/value");
    const bool any_value = ends_in("/value") || (ends_in("/body") && !at.starts_with("/children"));
    const json kept = value;
    for (const json& other : {json(7.5), json::array({json::array()}), json{{"nobody knows", 1}}}) {
        if (other.type() == kept.type() || any_value) continue;
        value = other;
        EXPECT_EQ(schema().accepts(whole), reader_accepts(whole)) << at << " is " << other;
        EXPECT_FALSE(reader_accepts(whole)) << at << " is " << other;
        ++tried;
    }
    value = kept;
    if (free) return;
    if (value.is_object()) {
        value["nobody knows"] = 1;
        EXPECT_FALSE(schema().accepts(whole)) << at;
        EXPECT_FALSE(reader_accepts(whole)) << at;
        value.erase("nobody knows");
    }
    if (!value.is_structured()) return;
    for (const auto& [key, inner] : kept.items()) {
        const json::json_pointer pointer("/" + key);
        spoil(value[pointer], whole, at + "/" + key, tried);
    }
}

TEST(RecipeSchema, RefusesWhatTheReaderRefuses) {
    json recipe = whole_recipe();
    int tried = 0;
    spoil(recipe, recipe, "", tried);
    EXPECT_GT(tried, 100);
    EXPECT_EQ(recipe, whole_recipe());
    for (const char* key : {"type", "certainty", "source", "shows"}) {
        json part = whole_recipe();
        part.erase(key);
        EXPECT_FALSE(schema().accepts(part)) << key;
        EXPECT_FALSE(reader_accepts(part)) << key;
    }
}

}  // namespace
}  // namespace armgate::dryrun
