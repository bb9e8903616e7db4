#include "core/dryrun/lists.hpp"

#include "support/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::kRg;
using test::kSub;
using test::Played;
using test::Stage;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kThings = kRg + "/providers/Microsoft.Example/things";

std::string thing(const std::string& name, const std::string& more = {}) {
    return R"({"id":")" + kThings + "/" + name + R"(","name":")" + name +
           R"(","type":"Microsoft.Example/things","location":"westeurope")" + more + "}";
}

std::vector<std::string> names(const Played& played) {
    std::vector<std::string> out;
    const auto body = played.json();
    const auto& list = body.is_array() ? body : body["value"];
    for (const auto& element : list) out.push_back(element.value("name", "?"));
    return out;
}

/// A real list of a and b, on which the overlay has changed b, deleted c and made d.
struct Fixture : Stage {
    Fixture() {
        real_group();
        for (const char* name : {"a", "b", "c"}) real(kThings + "/" + name, thing(name));
        play("PUT", kThings + "/b", R"({"location":"westeurope","tags":{"new":"yes"}})");
        play("DELETE", kThings + "/c");
        play("PUT", kThings + "/d", R"({"location":"westeurope","tags":{"k":"v"}})");
    }
};

TEST(Lists, AreForwardedWhereNothingIsTouched) {
    Fixture stage;
    EXPECT_TRUE(
        stage.play("GET", kSub + "x/resourceGroups/g/providers/Microsoft.Other/items").forwarded);
    EXPECT_TRUE(stage.play("GET", kRg + "/providers/Microsoft.Other/items/i/parts").forwarded);
    EXPECT_TRUE(stage.play("GET", kSub + "/locations").forwarded);
}

TEST(Lists, ShowOverlayAndRealMergedInPlaceAndNewOnesAtTheEnd) {
    Fixture stage;
    const std::string list = R"({ "value": [ )" + thing("a") + " , " + thing("b") + ", " +
                             thing("c") + R"( ], "other": 1.50 })";
    for (const std::string& path :
         {kThings, kThings + "/", kSub + "/providers/Microsoft.Example/things"}) {
        SCOPED_TRACE(path);
        stage.real(path, list);
        const Played played = stage.play("GET", path);
        EXPECT_EQ(played.status, 200U);
        EXPECT_THAT(names(played), ElementsAre("a", "b", "d"));
        EXPECT_EQ(played.json()["value"][1]["tags"]["new"], "yes");
        EXPECT_THAT(played.body, HasSubstr(R"("other": 1.50 })")) << "what ARM wrote stays";
        EXPECT_THAT(played.body, HasSubstr(thing("a")));
    }
}

TEST(Lists, TopLevelArraysAreListsToo) {
    Fixture stage;
    stage.real(kThings, "[" + thing("a") + "," + thing("c") + "]");
    EXPECT_THAT(names(stage.play("GET", kThings)), ElementsAre("a", "b", "d"));
}

TEST(Lists, WhatIsNoListPassesAsItIs) {
    Fixture stage;
    for (const char* body :
         {"null", "{}", R"({"value":{"x":1}})", "", "not json", R"({"a":[1]})"}) {
        SCOPED_TRACE(body);
        stage.real(kThings, body);
        EXPECT_EQ(stage.play("GET", kThings).body, body);
    }
    stage.real(kThings, R"({"error":{"code":"AuthorizationFailed"}})", 403);
    EXPECT_EQ(stage.play("GET", kThings).status, 403U);
    stage.real(kThings, "", 0);
    EXPECT_EQ(stage.play("GET", kThings).status, 502U);
}

TEST(Lists, NothingShowsTwiceOrIsLostOverPages) {
    Fixture stage;
    const std::string next =
        "https://management.azure.com" + kThings + "?api-version=1&$skiptoken=2";
    stage.real(kThings + "?api-version=1", R"({"value":[)" + thing("a") + "," + thing("c") +
                                               R"(],"nextLink":")" + next + R"("})");
    stage.real(kThings + "?api-version=1&$skiptoken=2", R"({"value":[)" + thing("b") + R"(]})");
    const Played first = stage.play("GET", kThings + "?api-version=1");
    EXPECT_THAT(names(first), ElementsAre("a"));
    EXPECT_EQ(first.json()["nextLink"], next);
    const Played second = stage.play("GET", test::target_of_url(first.json()["nextLink"]));
    EXPECT_THAT(names(second), ElementsAre("b", "d"));
}

TEST(Lists, FiltersAreAppliedToTheOverlay) {
    Fixture stage;
    const std::string resources = kRg + "/resources";
    stage.real(resources, R"({"value":[]})");
    const std::pair<const char*, std::vector<std::string>> table[] = {
        {"", {"b", "d"}},
        {"resourceType%20eq%20'Microsoft.Example/things'", {"b", "d"}},
        {"resourceType+eq+'microsoft.example/THINGS'+and+name+eq+'D'", {"d"}},
        {"tagName%20eq%20'k'%20and%20tagValue%20eq%20'v'", {"d"}},
        {"tagName eq 'k' and tagValue eq 'other'", {}},
        {"tagname eq 'new'", {"b"}},
        {"name eq 'b' or name eq 'd'", {"b", "d"}},
        {"name ne 'b'", {"d"}},
        {"resourceGroup eq 'RG1'", {"b", "d"}},
        {"resourceType eq 'Microsoft.Other/x'", {}},
        {"name eq 'it''s'", {}},
        {"startswith(name,'d')", {}},
        {"name eq", {}},
        {"name eq 'b' and", {}},
        {"name eq 'b", {}},
    };
    for (const auto& [filter, wanted] : table) {
        SCOPED_TRACE(filter);
        const Played played = stage.play("GET", resources + "?api-version=1&$filter=" + filter);
        EXPECT_EQ(names(played), wanted);
    }
    EXPECT_THAT(stage.play("GET", resources + "?$filter=startswith(name,'d')").invented,
                testing::Not(IsEmpty()));
}

TEST(Lists, ResourcesAreShortAndExpandedOnDemand) {
    Fixture stage;
    stage.real(kSub + "/resources", R"({"value":[]})");
    const auto plain = stage.play("GET", kSub + "/resources").json()["value"][1];
    EXPECT_EQ(plain["name"], "d");
    EXPECT_EQ(plain["tags"]["k"], "v");
    EXPECT_FALSE(plain.contains("properties"));
    EXPECT_FALSE(plain.contains("createdTime"));
    const auto expanded =
        stage.play("GET", kSub + "/resources?$expand=createdTime,provisioningState")
            .json()["value"][1];
    EXPECT_EQ(expanded["provisioningState"], "Succeeded");
    EXPECT_TRUE(expanded.contains("createdTime"));
}

TEST(Lists, AGroupThatLivesHereAloneIsNotAskedFor) {
    Stage stage;
    const std::string group = kSub + "/resourceGroups/fresh";
    EXPECT_EQ(stage.play("PUT", group, R"({"location":"westeurope"})").status, 201U);
    for (const std::string& path :
         {group + "/resources", group + "/providers/Microsoft.Example/things"}) {
        const Played played = stage.play("GET", path);
        EXPECT_THAT(played.asked, IsEmpty());
        EXPECT_THAT(names(played), IsEmpty());
    }
    stage.real(kSub + "/resourcegroups", R"({"value":[{"id":")" + kRg + R"(","name":"rg1"}]})");
    EXPECT_THAT(names(stage.play("GET", kSub + "/resourcegroups")), ElementsAre("rg1", "fresh"));
    stage.real(kRg, "{}");
    EXPECT_EQ(stage.play("DELETE", kRg).status, 202U);
    EXPECT_THAT(names(stage.play("GET", kSub + "/resourcegroups")), ElementsAre("fresh"));
}

TEST(Lists, ChildrenAreListedUnderTheirParentAlone) {
    Stage stage;
    stage.real_group();
    const std::string nets = kRg + "/providers/Microsoft.Network/virtualNetworks";
    stage.play("PUT", nets + "/n1", R"({"location":"westeurope"})");
    stage.play("PUT", nets + "/n2", R"({"location":"westeurope"})");
    EXPECT_EQ(stage.play("PUT", nets + "/n1/subnets/s1", "{}").status, 201U);
    EXPECT_THAT(names(stage.play("GET", nets + "/n1/subnets")), ElementsAre("s1"));
    EXPECT_THAT(names(stage.play("GET", nets + "/n2/subnets")), IsEmpty());
    EXPECT_TRUE(stage.play("GET", nets + "/n3/subnets").forwarded);
    EXPECT_EQ(stage.play("DELETE", nets + "/n1").status, 202U);
    EXPECT_TRUE(stage.play("GET", nets + "/n1/subnets/s1").forwarded) << "nothing is known of it";
}

}  // namespace
}  // namespace armgate::dryrun
