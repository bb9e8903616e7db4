// Operations, tags, moves, registration, names and an overlay that is kept.
#include "core/dryrun/rehearsal.hpp"
#include "support/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::kRg;
using test::kSub;
using test::Played;
using test::Stage;
using test::target_of_url;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kThing = kRg + "/providers/Microsoft.Example/things/t1";
const std::string kVm = kRg + "/providers/Microsoft.Compute/virtualMachines/vm1";

TEST(Operations, AnActionIsPolledToItsEndByBothAddresses) {
    Stage stage;
    stage.real(kVm, R"({"id":"x","location":"West Europe"})");
    const Played started = stage.play("POST", kVm + "/start");
    EXPECT_EQ(started.status, 202U);
    EXPECT_EQ(started.body, "");
    EXPECT_EQ(started.field("Retry-After"), "1");
    const std::string status = target_of_url(started.field("Azure-AsyncOperation"));
    EXPECT_THAT(status, HasSubstr(kSub + "/providers/Microsoft.Compute/locations/westeurope/"
                                         "operationStatuses/"));
    EXPECT_THAT(status, HasSubstr("?api-version=2024-01-01"));
    const Played running = stage.play("GET", status);
    EXPECT_EQ(running.status, 200U);
    EXPECT_EQ(running.json()["status"], "InProgress");
    EXPECT_EQ(running.field("Retry-After"), "1");
    const Played over = stage.play("GET", status);
    EXPECT_EQ(over.json()["status"], "Succeeded");
    EXPECT_TRUE(over.json().contains("endTime"));
    EXPECT_EQ(stage.play("GET", target_of_url(started.field("Location"))).status, 200U);
    const Played again = stage.play("POST", kVm + "/start");
    const std::string location = target_of_url(again.field("Location"));
    EXPECT_NE(location, target_of_url(started.field("Location")));
    const Played waiting = stage.play("GET", location);
    EXPECT_EQ(waiting.status, 202U);
    EXPECT_EQ(target_of_url(waiting.field("Location")), location);
    EXPECT_EQ(stage.play("GET", location).status, 200U);
}

TEST(Operations, ARealOneIsForwarded) {
    Stage stage;
    stage.real_group();
    stage.play("PUT", kThing, "{}");
    EXPECT_TRUE(stage
                    .play("GET", kSub + "/providers/Microsoft.Compute/locations/westeurope/"
                                        "operationStatuses/11111111-2222-3333-4444-555555555555")
                    .forwarded);
}

TEST(Operations, InstantOnesAreOverAtOnce) {
    Stage stage({Lro::instant, false});
    stage.real(kVm, R"({"id":"x"})");
    const Played done = stage.play("POST", kVm + "/start");
    EXPECT_EQ(done.status, 200U);
    EXPECT_EQ(done.field("Azure-AsyncOperation"), "");
}

TEST(Tags, OfARealResourceStandAboveIt) {
    Stage stage;
    const std::string tags = kThing + "/providers/Microsoft.Resources/tags/default";
    stage.real(tags, R"({"id":"x","properties":{"tags":{"a":"1","B":"2"}}})");
    stage.real(kThing, R"({"id":")" + kThing + R"(","name":"t1","tags":{"a":"1","B":"2"}})");
    const Played merged = stage.play(
        "PATCH", tags, R"({"operation":"Merge","properties":{"tags":{"b":"3","c":"4"}}})");
    EXPECT_EQ(merged.status, 200U);
    const std::string wanted = R"({"a":"1","B":"3","c":"4"})";
    EXPECT_EQ(merged.json()["properties"]["tags"].dump(), wanted);
    EXPECT_EQ(stage.play("GET", tags).json()["properties"]["tags"].dump(), wanted);
    EXPECT_EQ(stage.play("GET", kThing).json()["tags"].dump(), wanted);
    const std::string list = kRg + "/providers/Microsoft.Example/things";
    stage.real(list, R"({"value":[{"id":")" + kThing + R"(","tags":{"a":"1"}}]})");
    EXPECT_EQ(stage.play("GET", list).json()["value"][0]["tags"].dump(), wanted);
    EXPECT_EQ(stage.play("PATCH", tags, R"({"operation":"Delete","properties":{"tags":{"A":""}}})")
                  .json()["properties"]["tags"]
                  .dump(),
              R"({"B":"3","c":"4"})");
    EXPECT_EQ(stage.play("PUT", tags, R"({"properties":{"tags":{"z":"9"}}})").status, 200U);
    EXPECT_EQ(stage.changes().size(), 3U);
    EXPECT_EQ(stage.play("PUT", tags, R"({"properties":{"tags":{"z":"9"}}})").status, 200U);
    EXPECT_EQ(stage.changes().size(), 3U) << "nothing changed";
    EXPECT_EQ(stage.play("DELETE", tags).status, 200U);
    EXPECT_EQ(stage.play("GET", kThing).json()["tags"].dump(), "{}");
}

TEST(Tags, OfAnOverlayResourceAreItsOwn) {
    Stage stage;
    stage.real_group();
    const std::string tags = kThing + "/providers/Microsoft.Resources/tags/default";
    stage.play("PUT", kThing, R"({"tags":{"a":"1"}})");
    EXPECT_EQ(stage.play("GET", tags).json()["properties"]["tags"]["a"], "1");
    stage.play("PATCH", tags, R"({"operation":"Replace","properties":{"tags":{"b":"2"}}})");
    EXPECT_EQ(stage.play("GET", kThing).json()["tags"].dump(), R"({"b":"2"})");
}

TEST(Moves, TakeChildrenAlongAndLeaveATombstone) {
    Stage stage;
    stage.real_group();
    const std::string target = kSub + "/resourceGroups/rg2";
    stage.real_group(target);
    stage.real(kThing, R"({"id":")" + kThing + R"(","location":"l"})");
    stage.real(
        kSub + "/providers/Microsoft.Example",
        R"({"resourceTypes":[{"resourceType":"things","apiVersions":["2025-01-01-preview","2024-05-01","2023-01-01"]}]})");
    stage.play("PUT", kThing + "/parts/p", "{}");
    const std::string own = kRg + "/providers/Microsoft.Example/things/own";
    stage.play("PUT", own, "{}");
    const std::string body = R"({"resources":[")" + kThing + R"(",")" + own +
                             R"("],"targetResourceGroup":")" + target + R"("})";
    const Played moved = stage.play("POST", kRg + "/moveResources", body);
    EXPECT_EQ(moved.status, 202U);
    EXPECT_THAT(moved.asked, testing::Contains(kThing + "?api-version=2024-05-01"));
    stage.play("GET", target_of_url(moved.field("Location")));
    EXPECT_EQ(stage.play("GET", target_of_url(moved.field("Location"))).status, 204U);
    const std::string there = target + "/providers/Microsoft.Example/things/";
    EXPECT_EQ(stage.play("GET", there + "t1").json()["id"], there + "t1");
    EXPECT_EQ(stage.play("GET", there + "own").status, 200U);
    EXPECT_EQ(stage.play("GET", there + "t1/parts/p").status, 200U);
    EXPECT_EQ(stage.play("GET", kThing).status, 404U);
    EXPECT_EQ(stage.changes().back().kind, ChangeKind::action);
    EXPECT_EQ(stage.play("POST", kRg + "/moveResources", "{}").code(), "InvalidRequestContent");
    EXPECT_EQ(stage
                  .play("POST", kRg + "/moveResources",
                        R"({"resources":[")" + kThing + R"("],"targetResourceGroup":")" + kSub +
                            R"(/resourceGroups/none"})")
                  .code(),
              "ResourceGroupNotFound");
}

TEST(Registration, IsRegisteringAndThenRegistered) {
    Stage stage;
    const std::string provider = kSub + "/providers/Microsoft.Example";
    stage.real(provider,
               R"({"namespace":"Microsoft.Example","registrationState":"NotRegistered"})");
    const Played asked = stage.play("POST", provider + "/register");
    EXPECT_EQ(asked.status, 200U);
    EXPECT_EQ(asked.json()["registrationState"], "Registering");
    EXPECT_EQ(stage.play("GET", provider).json()["registrationState"], "Registering");
    EXPECT_EQ(stage.play("GET", provider).json()["registrationState"], "Registered");
    EXPECT_EQ(stage.play("POST", provider + "/register").json()["registrationState"], "Registered");
    EXPECT_THAT(stage.change_lines(), ElementsAre("action " + provider));
    // The real provider still waits: its refusal is what the simulation has settled.
    stage.real_group();
    stage.real(kThing, R"({"error":{"code":"MissingSubscriptionRegistration"}})", 409);
    EXPECT_EQ(stage.play("PUT", kThing, "{}").status, 201U);
    const std::string feature =
        kSub + "/providers/Microsoft.Features/providers/Microsoft.Example/features/f";
    stage.real(feature, R"({"properties":{"state":"NotRegistered"}})");
    EXPECT_EQ(stage.play("POST", feature + "/register").json()["properties"]["state"],
              "Registering");
}

TEST(Names, ThatAreTakenHereAreTaken) {
    Stage stage;
    stage.real_group();
    stage.play("PUT", kRg + "/providers/Microsoft.Storage/storageAccounts/acc1",
               R"({"location":"westeurope"})");
    const std::string check = kSub + "/providers/Microsoft.Storage/checkNameAvailability";
    const Played taken =
        stage.play("POST", check, R"({"name":"ACC1","type":"Microsoft.Storage/storageAccounts"})");
    EXPECT_EQ(taken.json()["nameAvailable"], false);
    EXPECT_EQ(taken.json()["reason"], "AlreadyExists");
    EXPECT_TRUE(
        stage.play("POST", check, R"({"name":"acc2","type":"Microsoft.Storage/storageAccounts"})")
            .forwarded);
}

TEST(Saving, AnOverlayComesBackAsItWas) {
    Stage stage;
    stage.real_group();
    stage.real(kVm, R"({"id":"x","location":"l"})");
    stage.play("PUT", kThing,
               R"({"location":"l","tags":{"a":"\u00e9\"\\"},"properties":{"x":[1,2.5,null]}})");
    stage.play("DELETE", kVm);
    const Played started = stage.play("POST", kThing + "/start", "not json");
    stage.play("PATCH", kRg + "/providers/Microsoft.Resources/tags/default",
               R"({"operation":"Merge","properties":{"tags":{"q":"r"}}})");
    const std::string text = stage.rehearsal().save();
    Stage other;
    ASSERT_TRUE(other.rehearsal().load(text));
    EXPECT_EQ(other.rehearsal().save(), text);
    EXPECT_EQ(other.play("GET", kThing).body, stage.play("GET", kThing).body);
    EXPECT_EQ(other.play("GET", kVm).status, 404U);
    EXPECT_EQ(other.change_lines(), stage.change_lines());
    EXPECT_EQ(other.play("GET", target_of_url(started.field("Location"))).status, 202U);
}

TEST(Saving, ABrokenFileIsRefusedWithItsPlace) {
    Stage stage;
    stage.real_group();
    stage.play("PUT", kThing, R"({"location":"l"})");
    stage.play("POST", kThing + "/start");
    const auto good = nlohmann::ordered_json::parse(stage.rehearsal().save());
    const auto fails = [](const nlohmann::ordered_json& value) {
        Stage fresh;
        const auto loaded = fresh.rehearsal().load(value.dump());
        EXPECT_FALSE(loaded) << value.dump();
        if (loaded) return std::string();
        EXPECT_EQ(loaded.error().code, Errc::config_invalid);
        return loaded.error().detail;
    };
    struct Case {
        const char* pointer;
        nlohmann::ordered_json value;
        const char* where;
    };
    const std::vector<Case> cases = {
        {"/schema", "armgate.overlay/2", "schema"},
        {"/resources", 1, "resources"},
        {"/resources/0", 1, "resources[0]"},
        {"/resources/0/id", "no-slash", "resources[0].id"},
        {"/resources/0/id", "/a//b/", "resources[0].id"},
        {"/resources/0/body", "{", "resources[0].body"},
        {"/resources/0/body", "[]", "resources[0].body"},
        {"/resources/0/real", "yes", "resources[0].real"},
        {"/resources/0/created", "today", "resources[0].created"},
        {"/resources/0/more", 1, "resources[0]"},
        {"/operations/0/status", 99999, "operations[0].status"},
        {"/operations/0/polls_left", -1, "operations[0].polls_left"},
        {"/operations/0/id", "a b", "operations[0].id"},
        {"/changes/0/kind", "made", "changes[0].kind"},
        {"/changes/0/clause", "none", "changes[0].clause"},
        {"/changes/0/invented", nlohmann::ordered_json::array({1}), "changes[0].invented"},
        {"/tags", nlohmann::ordered_json{{"/X", "{}"}}, "tags"},
        {"/extra", 1, "it"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.pointer);
        auto broken = good;
        broken[nlohmann::ordered_json::json_pointer(c.pointer)] = c.value;
        EXPECT_THAT(fails(broken), HasSubstr(c.where));
    }
    for (const char* text : {"", "{}", "[]", "null", "{", "{\"schema\":1}"}) {
        Stage fresh;
        EXPECT_FALSE(fresh.rehearsal().load(text)) << text;
    }
}

}  // namespace
}  // namespace armgate::dryrun
