// The list of changes: golden files of its three forms, what a diff sees, and what is never shown.
#include "core/dryrun/change.hpp"

#include "core/dryrun/change_diff.hpp"
#include "support/sample_changes.hpp"

#include <fstream>
#include <iterator>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const ChangeRules& rules() {
    static const ChangeRules kRules = load_change_rules().value();
    return kRules;
}

std::string golden(const std::string& name) {
    std::ifstream file(ARMGATE_TEST_DATA "/dryrun/changes/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string rendered(const std::vector<Change>& changes, ChangesFormat format) {
    return render_changes(changes, format, rules());
}

TEST(Changes, EachFormIsItsGoldenFile) {
    const auto changes = test::sample_changes();
    EXPECT_EQ(rendered(changes, ChangesFormat::text), golden("changes.txt"));
    EXPECT_EQ(rendered(changes, ChangesFormat::json), golden("changes.json"));
    EXPECT_EQ(rendered(changes, ChangesFormat::markdown), golden("changes.md"));
    EXPECT_EQ(render_changes(changes, ChangesFormat::text, rules(), {80, report::Color::off}),
              golden("changes-80-columns.txt"));
    EXPECT_EQ(render_changes(changes, ChangesFormat::text, rules(), {200, report::Color::on}),
              golden("changes-colour.txt"));
}

TEST(Changes, NothingSimulatedIsSaidInEveryForm) {
    EXPECT_EQ(rendered({}, ChangesFormat::text), "dry run: nothing would have been changed\n");
    EXPECT_THAT(rendered({}, ChangesFormat::markdown), HasSubstr("Nothing would have been"));
    const auto json = nlohmann::json::parse(rendered({}, ChangesFormat::json));
    EXPECT_EQ(json.at("schema"), "armgate.changes/1");
    EXPECT_TRUE(json.at("changes").empty());
    EXPECT_TRUE(json.at("permissions").empty());
}

TEST(Changes, TheFileNameChoosesTheForm) {
    EXPECT_EQ(changes_format_of("a.md"), ChangesFormat::markdown);
    EXPECT_EQ(changes_format_of("A.MARKDOWN"), ChangesFormat::markdown);
    EXPECT_EQ(changes_format_of("a.json"), ChangesFormat::json);
    EXPECT_EQ(changes_format_of("a"), ChangesFormat::json);
    EXPECT_EQ(changes_format_of("md"), ChangesFormat::json);
}

TEST(Changes, NoLineIsWiderThanTheTerminal) {
    for (const std::size_t width : {20UL, 40UL, 60UL, 80UL, 100UL, 200UL}) {
        const std::string text = render_changes(test::sample_changes(), ChangesFormat::text,
                                                rules(), {width, report::Color::off});
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), width) << line;
    }
}

TEST(Changes, AnIdIsShortenedToWhatPeopleKnow) {
    const std::pair<std::string, std::string> table[] = {
        {"/subscriptions/s", "subscriptions/s"},
        {"/subscriptions/s/resourceGroups/rg", "resourceGroups/rg"},
        {"/subscriptions/s/resourcegroups/rg/providers/N.S/a/x", "rg/a/x"},
        {"/subscriptions/s/resourceGroups/rg/providers/N.S/a/x/b/y", "rg/a/x/b/y"},
        {"/subscriptions/s/resourceGroups/rg/providers/N.S/a/x/providers/M.T/b/y", "rg/a/x/b/y"},
        {"/subscriptions/s/providers/N.S/a/x", "a/x"},
        {"/providers/Microsoft.Management/managementGroups/mg/providers/N.S/a/x",
         "managementGroups/mg/a/x"},
        {"/subscriptions/s/providers/N.S", "providers/N.S"},
        {"/", "/"},
        {"", ""}};
    for (const auto& [id, want] : table) EXPECT_EQ(short_id(id), want) << id;
}

TEST(Changes, PermissionsAreGroupedByWhereTheyAreGiven) {
    const std::pair<std::string, std::string> table[] = {
        {"/subscriptions/s/resourceGroups/rg", "/subscriptions/s"},
        {"/subscriptions/s/resourceGroups/rg/providers/N.S/a/x",
         "/subscriptions/s/resourceGroups/rg"},
        {"/subscriptions/s/providers/N.S/a/x", "/subscriptions/s"},
        {"/providers/Microsoft.Management/managementGroups/mg/providers/N.S/a/x",
         "/providers/Microsoft.Management/managementGroups/mg"},
        {"/providers/Microsoft.Management/managementGroups/mg", "/"},
        {"/providers/N.S/a/x", "/"}};
    for (const auto& [id, scope] : table) {
        Change change = test::change(ChangeKind::create, "PUT", id, "");
        change.operation = "N.S/a/write";
        const auto needed = needed_permissions({change, change});
        ASSERT_EQ(needed.size(), 1U) << id;
        EXPECT_EQ(needed[0].scope, scope) << id;
        EXPECT_THAT(needed[0].operations, ElementsAre("N.S/a/write"));
    }
    Change unnamed = test::created_group();
    unnamed.operation.clear();
    EXPECT_TRUE(needed_permissions({unnamed}).empty());
}

std::vector<std::string> diff(std::string before, std::string after) {
    Change change = test::updated_network();
    change.before = std::move(before);
    change.after = std::move(after);
    std::vector<std::string> out;
    for (const FieldChange& field : show_change(change, rules()).fields) {
        out.push_back(field_mark(field) + (" " + field_text(field, 0)));
    }
    return out;
}

TEST(ChangeDiff, SeesWhatDiffersAndNothingElse) {
    EXPECT_THAT(diff(R"({"a":1})", R"({"a":1,"b":null,"eTag":"x"})"), ElementsAre());
    EXPECT_THAT(diff(R"({"a":1})", R"({"a":"1"})"), ElementsAre(R"(~ a: 1 -> "1")"));
    EXPECT_THAT(diff(R"({"a":{"b":1}})", "{}"), ElementsAre("- a.b: 1"));
    EXPECT_THAT(diff("{}", R"({"a":{}})"), ElementsAre("+ a: {}"));
    EXPECT_THAT(diff(R"({"a":{"b":1}})", R"({"a":[1]})"), ElementsAre(R"(~ a: {"b":1} -> [1])"));
    EXPECT_THAT(diff(R"({"a.b":{"c d":1}})", R"({"a.b":{"c d":2}})"),
                ElementsAre(R"(~ ["a.b"]["c d"]: 1 -> 2)"));
}

TEST(ChangeDiff, KnowsTheElementsOfAList) {
    EXPECT_THAT(diff(R"({"l":[1,2,3]})", R"({"l":[1,3]})"), ElementsAre("- l[1]: 2"));
    EXPECT_THAT(diff(R"({"l":[1,3]})", R"({"l":[1,2,3]})"), ElementsAre("+ l[1]: 2"));
    EXPECT_THAT(diff(R"({"l":[]})", R"({"l":[1]})"), ElementsAre("+ l[0]: 1"));
    EXPECT_THAT(diff(R"({"l":[{"name":"a","v":1},{"name":"b","v":2}]})",
                     R"({"l":[{"name":"B","v":3},{"name":"a","v":1}]})"),
                ElementsAre(R"(~ l["b"].name: "b" -> "B")", R"(~ l["b"].v: 2 -> 3)"));
    EXPECT_THAT(diff(R"({"l":[{"name":"a"},{"name":"a","v":1}]})",
                     R"({"l":[{"name":"a"},{"name":"a","v":2}]})"),
                ElementsAre("~ l[1].v: 1 -> 2"));
}

TEST(ChangeDiff, WhatCannotBeComparedIsSaid) {
    Change change = test::updated_network();
    change.before = {};
    EXPECT_THAT(rendered({change}, ChangesFormat::text), HasSubstr("before is not known"));
    change.before = "<html>hunter2";
    const std::string text = rendered({change}, ChangesFormat::text);
    EXPECT_THAT(text, HasSubstr("before is not JSON and is not shown"));
    EXPECT_THAT(rendered({change}, ChangesFormat::json), Not(HasSubstr("hunter2")));
    change.before = change.after;
    EXPECT_THAT(rendered({change}, ChangesFormat::text), HasSubstr("no field differs"));
}

TEST(ChangeDiff, DepthOverTheLimitIsNoBody) {
    Change change = test::created_group();
    change.after = std::string(100, '[') + std::string(100, ']');
    EXPECT_THAT(rendered({change}, ChangesFormat::json), HasSubstr("is not JSON"));
}

TEST(Changes, NoEscapeSequenceAndNoMarkupPasses) {
    Change change = test::created_group();
    change.id = "/subscriptions/s/resourceGroups/\x1b[31m</code><b>`x`|y\r\n\xc3\xa9";
    change.operation = "<img src=x>|`@all`\x1b[2J";
    change.invented = {"line\nbreak\x1b]0;t\x07 <script>"};
    change.after = R"({"location":"\u001b[31m</code><b>|x"})";
    for (const auto format : {ChangesFormat::text, ChangesFormat::json, ChangesFormat::markdown}) {
        for (const char c : rendered({change}, format)) {
            EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F)) << int(c);
        }
    }
    const std::string markdown = rendered({change}, ChangesFormat::markdown);
    for (const char* bad : {"<img", "<script", "<b>", "@all", "`"}) {
        EXPECT_THAT(markdown, Not(HasSubstr(bad)));
    }
}

TEST(Changes, ALongListStillFitsIntoAComment) {
    std::vector<Change> changes(1000, test::updated_network());
    const std::string markdown = rendered(changes, ChangesFormat::markdown);
    EXPECT_LT(markdown.size(), 65536U);
    EXPECT_THAT(markdown, HasSubstr("are left out here; the JSON form has them"));
    const auto json = nlohmann::json::parse(rendered(changes, ChangesFormat::json));
    EXPECT_EQ(json.at("changes").size(), 1000U);
}

TEST(ChangeRulesFile, AFaultNamesFileAndKey) {
    for (const char* text : {"", "{}", R"({"provider_made":[],"key_fields":[]})",
                             R"({"provider_made":[1],"key_fields":[],"type_key_fields":{}})",
                             R"({"provider_made":[],"key_fields":[],"type_key_fields":{"a":1}})",
                             R"({"more":1,"provider_made":[],"key_fields":[],
                                 "type_key_fields":{}})"}) {
        const auto parsed = parse_change_rules(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::config_invalid);
        EXPECT_THAT(parsed.error().detail, HasSubstr("changes.json"));
    }
}

}  // namespace
}  // namespace armgate::dryrun
