// One sample a recipe (tests/data/recipes): what is sent, and what has to come back. And what holds
// for every recipe, tried with the same samples.
#include "core/base/text.hpp"
#include "core/dryrun/recipe.hpp"
#include "support/recipes.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::Json;
using test::TestMaking;

struct Sample {
    std::string name;
    Json json;
    [[nodiscard]] std::string id() const { return json.at("id"); }
    [[nodiscard]] Json part(const char* key, Json otherwise) const {
        return json.value(key, std::move(otherwise));
    }
};

const std::vector<Sample>& samples() {
    static const std::vector<Sample> kSamples = [] {
        std::vector<Sample> out;
        for (const auto& entry :
             std::filesystem::directory_iterator(ARMGATE_TEST_DATA "/recipes")) {
            std::ifstream file(entry.path());
            const std::string text((std::istreambuf_iterator<char>(file)), {});
            out.push_back({entry.path().stem().string(), Json::parse(text)});
        }
        std::sort(out.begin(), out.end(),
                  [](const Sample& a, const Sample& b) { return a.name < b.name; });
        return out;
    }();
    return kSamples;
}

/// `{id}` in the strings of `value` stands for the resource's id.
Json with_id(const Json& value, const std::string& id) {
    if (value.is_string()) {
        std::string text = value;
        if (const auto at = text.find("{id}"); at != std::string::npos) text.replace(at, 4, id);
        return text;
    }
    Json out = value;
    if (out.is_structured()) {
        for (Json& inner : out) inner = with_id(inner, id);
    }
    return out;
}

/// What does not come back as expected: a line each. `expect`: JSON pointers to values.
std::vector<std::string> misses(const Json& body, const Json& expect, const std::string& id) {
    std::vector<std::string> out;
    for (const auto& [pointer, value] : expect.items()) {
        const Json::json_pointer at(pointer);
        const Json want = with_id(value, id);
        if (!body.contains(at)) {
            out.push_back(pointer + " is not there");
        } else if (nlohmann::json(body.at(at)) != nlohmann::json(want)) {  // in any order
            out.push_back(pointer + " is " + body.at(at).dump() + ", not " + want.dump());
        }
    }
    return out;
}

std::vector<std::string> still_there(const Json& body, const Json& absent) {
    std::vector<std::string> out;
    for (const std::string pointer : absent) {
        if (body.contains(Json::json_pointer(pointer))) out.push_back(pointer + " is still there");
    }
    return out;
}

Json style_of(const WriteStyle& style) {
    const auto runs = [](Runs value) {
        return std::array{"at_once", "async_operation", "location",
                          "both"}[static_cast<std::size_t>(value)];
    };
    return {{"created", style.created},   {"updated", style.updated},
            {"removed", style.removed},   {"removed_shows", style.removed_shows},
            {"put", runs(style.put)},     {"update", runs(style.update)},
            {"patch", runs(style.patch)}, {"remove", runs(style.remove)}};
}

std::vector<std::string> all_misses(const Recipes& recipes, const Sample& sample) {
    const TestMaking of(sample.id(), sample.part("type", "").get<std::string>());
    const Made made = recipes.make(of.making, sample.json.at("sent"), nullptr);
    const Json body = test::made_body(made);
    std::vector<std::string> out = misses(body, sample.part("expect", Json::object()), of.id);
    for (std::string& line : still_there(body, sample.part("absent", Json::array()))) {
        out.push_back(std::move(line));
    }
    const Json style = style_of(recipes.write_style(of.type));
    const Json styles = sample.part("style", Json::object());
    for (const auto& [key, value] : styles.items()) {
        if (style.at(key) != value) out.push_back(key + " is " + style.at(key).dump());
    }
    const Json children = sample.part("children", Json::object());
    for (const auto& [below, expect] : children.items()) {
        // What lies beside it is written from the provider on.
        const std::string id = below.starts_with("/providers/")
                                   ? of.id.substr(0, of.id.find("/providers/")) + below
                                   : of.id + below;
        const auto child = std::find_if(made.children.begin(), made.children.end(),
                                        [&](const MadeChild& one) { return one.id == id; });
        if (child == made.children.end()) {
            out.push_back("no child " + below);
            continue;
        }
        for (std::string& line : misses(Json::parse(child->body), expect, of.id)) {
            out.push_back(below + ": " + line);
        }
    }
    const Json resource = made.whole.empty() ? body : Json::parse(made.whole);
    const Json actions = sample.part("actions", Json::object());
    for (const auto& [action, expect] : actions.items()) {
        const auto answer = recipes.answer_action(of.making, action, resource, Json::object());
        if (!answer) {
            out.push_back("no action " + action);
            continue;
        }
        const Json shown = answer->body.empty() ? Json() : Json::parse(answer->body);
        Json whole = {{"status", answer->status}, {"acts", answer->acts}, {"body", shown}};
        for (std::string& line : misses(whole, expect, of.id)) out.push_back(action + ": " + line);
    }
    return out;
}

TEST(RecipeSamples, ComeBackAsExpected) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        EXPECT_THAT(all_misses(test::recipes(), sample), testing::IsEmpty());
    }
}

TEST(RecipeSamples, SayMoreThanAnEmptyRecipeWould) {
    const Recipes none = Recipes::parse({}).value();
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        EXPECT_GE(all_misses(none, sample).size(), 3U);
    }
}

TEST(RecipeSamples, ThereIsOneForEveryRecipe) {
    std::set<std::string> known;
    for (const Sample& sample : samples()) known.insert(sample.name);
    std::set<std::string> recipes;
    for (const auto& entry :
         std::filesystem::directory_iterator(ARMGATE_TEST_DATA "/../../config/recipes")) {
        recipes.insert(entry.path().stem().string());
    }
    std::vector<std::string> missing;
    std::set_difference(recipes.begin(), recipes.end(), known.begin(), known.end(),
                        std::back_inserter(missing));
    EXPECT_THAT(missing, testing::IsEmpty());
}

/// Without what changes from write to write.
Json lasting(Json body) {
    body.erase("systemData");
    body.erase("etag");
    if (body.contains("properties") && body["properties"].is_object()) {
        for (Json& member : body["properties"]) {
            if (!member.is_array()) continue;
            for (Json& element : member) {
                if (element.is_object()) element.erase("etag");
            }
        }
    }
    return body;
}

TEST(RecipeSamples, MadeTwiceIsMadeAlike) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        const TestMaking of(sample.id());
        const Made first = test::recipes().make(of.making, sample.json.at("sent"), nullptr);
        const Made second = test::recipes().make(of.making, sample.json.at("sent"), nullptr);
        EXPECT_EQ(first.body, second.body);
        ASSERT_EQ(first.children.size(), second.children.size());
        for (std::size_t i = 0; i < first.children.size(); ++i) {
            EXPECT_EQ(first.children[i].body, second.children[i].body);
        }
    }
}

TEST(RecipeSamples, ToPutWhatAGetAnsweredChangesNothing) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        TestMaking of(sample.id());
        const Json first =
            test::made_body(test::recipes().make(of.making, sample.json.at("sent"), nullptr));
        of.making.now += std::chrono::hours(1);
        const Made again = test::recipes().make(of.making, first, &first);
        const Json second = test::made_body(again);
        EXPECT_EQ(nlohmann::json(lasting(first)), nlohmann::json(lasting(second)));
        EXPECT_EQ(first.value("etag", Json()), second.value("etag", Json()));
        EXPECT_THAT(again.gone, testing::IsEmpty());
    }
}

/// Members of `sent` that `body` does not show as they were sent. Arrays of objects by position.
void find_changed(const Json& sent,
                  const Json& body,
                  const std::string& at,
                  std::set<std::string>& out) {
    if (sent.is_object() && body.is_object()) {
        for (const auto& [name, value] : sent.items()) {
            const std::string inner = at + "/" + name;
            if (value.is_null()) continue;
            if (!body.contains(name)) {
                out.insert(inner);
            } else {
                find_changed(value, body.at(name), inner, out);
            }
        }
    } else if (sent.is_array() && body.is_array() && sent.size() == body.size()) {
        for (std::size_t i = 0; i < sent.size(); ++i) {
            find_changed(sent[i], body[i], at + "/" + std::to_string(i), out);
        }
    } else if (sent != body) {
        out.insert(at);
    }
}

TEST(RecipeSamples, WhatWasSentComesBack) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        const TestMaking of(sample.id());
        const Json body =
            test::made_body(test::recipes().make(of.making, sample.json.at("sent"), nullptr));
        std::set<std::string> changed;
        find_changed(sample.json.at("sent"), body, "", changed);
        std::set<std::string> allowed;
        for (const char* key : {"absent", "changed"}) {
            for (const std::string pointer : sample.part(key, Json::array())) {
                allowed.insert(pointer);
            }
        }
        for (const std::string& pointer : changed) {
            EXPECT_TRUE(allowed.contains(pointer)) << pointer;
        }
    }
}

TEST(RecipeSamples, ChildrenLieBelowTheirParentOrInItsGroup) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        const TestMaking of(sample.id());
        std::set<std::string> ids;
        for (const MadeChild& child :
             test::recipes().make(of.making, sample.json.at("sent"), nullptr).children) {
            const bool below = base::ascii_istarts_with(child.type, of.type + "/");
            const std::string group = of.id.substr(0, of.id.find("/providers/"));
            EXPECT_TRUE(child.id.starts_with((below ? of.id : group) + "/")) << child.id;
            EXPECT_EQ(Json::parse(child.body).at("id"), child.id);
            EXPECT_TRUE(base::ascii_iequals(test::type_of_id(child.id), child.type));
            EXPECT_TRUE(ids.insert(child.id).second) << child.id << " comes twice";
        }
    }
}

}  // namespace
}  // namespace armgate::dryrun
