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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kAccount = kRg + "/providers/Microsoft.Storage/storageAccounts/acc1";
const std::string kVnet = kRg + "/providers/Microsoft.Network/virtualNetworks/net1";
const std::string kPlain = kRg + "/providers/Microsoft.Example/things/t1";

TEST(Rehearsal, AReadOfWhatIsUntouchedIsForwarded) {
    Stage stage;
    EXPECT_TRUE(stage.play("GET", kPlain).forwarded);
    EXPECT_TRUE(stage.play("HEAD", kRg).forwarded);
    stage.real_group();
    EXPECT_EQ(stage.play("PUT", kPlain, R"({"location":"westeurope"})").status, 201U);
    EXPECT_TRUE(stage.play("GET", kRg + "/providers/Microsoft.Example/things/t2").forwarded);
    EXPECT_TRUE(stage.play("GET", kRg).forwarded);
}

TEST(Rehearsal, ARequestThatAsksIsNotDisturbedByThoseThatNeverComeBack) {
    Stage stage;
    const auto step = [&stage](const std::string& path, std::span<const Answered> answered) {
        const arm::Classification what = arm::classify("PUT", path, test::arm_rules());
        Request request;
        request.method = "PUT";
        request.host = "management.azure.com";
        request.path = path;
        request.query = "api-version=2024-01-01";
        request.body = "{}";
        request.what = &what;
        return stage.rehearsal().step(request, answered, {});
    };
    std::vector<Answered> answered;
    const Step asks = step(kPlain, {});
    for (const Question& question : std::get<Ask>(asks).questions) {
        const unsigned status = question.target.starts_with(kPlain) ? 404 : 200;
        answered.push_back({question, {status, {}, "{}", false}});
    }
    for (int i = 0; i < 5000; ++i) {
        EXPECT_TRUE(std::holds_alternative<Ask>(step(kPlain + std::to_string(i), {})));
    }
    EXPECT_TRUE(std::holds_alternative<Done>(step(kPlain, answered)));
    EXPECT_THAT(stage.change_lines(), ElementsAre("create " + kPlain));
}

TEST(Rehearsal, ANewResourceIsCreatedReadAndDeleted) {
    Stage stage;
    stage.real_group();
    const Played created =
        stage.play("PUT", kPlain, R"({"location":"westeurope","tags":{"a":"b"}})");
    EXPECT_EQ(created.status, 201U);
    EXPECT_EQ(created.json()["id"], kPlain);
    EXPECT_THAT(created.asked,
                ElementsAre(kPlain + "?api-version=2024-01-01", kRg + "?api-version=2021-04-01",
                            kSub + "/providers/Microsoft.Authorization/locks"
                                   "?api-version=2016-09-01"));
    const Played read = stage.play("GET", kPlain);
    EXPECT_EQ(read.status, 200U);
    EXPECT_EQ(read.json()["tags"]["a"], "b");
    EXPECT_EQ(stage.play("HEAD", kPlain).status, 200U);
    EXPECT_EQ(stage.play("DELETE", kPlain).status, 200U);
    EXPECT_EQ(stage.play("DELETE", kPlain).status, 204U);
    EXPECT_THAT(stage.change_lines(), ElementsAre("create " + kPlain, "delete " + kPlain));
}

TEST(Rehearsal, AllSpellingsOfAnIdAreOneResource) {
    Stage stage;
    stage.real_group();
    stage.play("PUT", kPlain, R"({"location":"westeurope"})");
    for (const std::string& spelling :
         {kSub + "/resourcegroups/RG1/providers/microsoft.example/THINGS/T1", kPlain + "/",
          "/" + kPlain, kRg + "//providers/Microsoft.Example/things//t1",
          kRg + "/providers/Microsoft.Example%2Fthings/t1",
          kRg + "/providers/Microsoft.Example/things/%741"}) {
        SCOPED_TRACE(spelling);
        const Played read = stage.play("GET", spelling);
        EXPECT_EQ(read.status, 200U);
        EXPECT_EQ(read.json()["id"], kPlain);
    }
}

TEST(Rehearsal, APutOverARealResourceIsAnUpdateWithItsBefore) {
    Stage stage;
    stage.real_group();
    stage.real(kPlain,
               R"({"id":")" + kPlain + R"(","location":"westeurope","properties":{"x":1}})");
    const Played updated =
        stage.play("PUT", kPlain, R"({"location":"West Europe","properties":{"x":2}})");
    EXPECT_EQ(updated.status, 200U);
    ASSERT_EQ(stage.changes().size(), 1U);
    EXPECT_EQ(stage.changes()[0].kind, ChangeKind::update);
    EXPECT_EQ(stage.changes()[0].operation, "Microsoft.Example/things/write");
    EXPECT_THAT(stage.changes()[0].before, HasSubstr(R"("x":1)"));
    EXPECT_THAT(stage.changes()[0].after, HasSubstr(R"("x":2)"));
    EXPECT_EQ(stage.play("DELETE", kPlain).status, 200U);
    EXPECT_EQ(stage.play("GET", kPlain).status, 404U);
    EXPECT_EQ(stage.play("GET", kPlain).code(), "ResourceNotFound");
}

TEST(Rehearsal, APatchMergesAndReplacesTags) {
    Stage stage;
    stage.real(kPlain, R"({"id":"x","location":"l","tags":{"a":"1"},"properties":{"x":1,"y":2}})");
    const Played patched =
        stage.play("PATCH", kPlain, R"({"tags":{"b":"2"},"properties":{"y":null,"z":3}})");
    EXPECT_EQ(patched.status, 200U);
    const auto body = patched.json();
    EXPECT_EQ(body["tags"].dump(), R"({"b":"2"})");
    EXPECT_EQ(body["properties"]["x"], 1);
    EXPECT_EQ(body["properties"]["z"], 3);
    EXPECT_FALSE(body["properties"].contains("y"));
    EXPECT_EQ(stage.play("PATCH", kRg + "/providers/Microsoft.Example/things/none", "{}").status,
              404U);
}

TEST(Rehearsal, APutThatChangesNothingIsNoChange) {
    Stage stage;
    stage.real_group();
    const std::string body = R"({"location":"westeurope","properties":{"x":1}})";
    stage.play("PUT", kPlain, body);
    EXPECT_EQ(stage.play("PUT", kPlain, body).status, 200U);
    EXPECT_THAT(stage.change_lines(), ElementsAre("create " + kPlain));
}

TEST(Rehearsal, WhatArmRefusesIsRefusedAsArmDoes) {
    Stage stage;
    stage.real_group();
    const std::string missing = kSub + "/resourceGroups/none";
    stage.real(missing, R"({"error":{"code":"ResourceGroupNotFound","message":"gone"}})", 404);
    struct Case {
        const char* method;
        std::string target;
        const char* body;
        unsigned status;
        const char* code;
    };
    const std::vector<Case> cases = {
        {"PUT", kPlain + "?x=1", "{}", 400, "MissingApiVersionParameter"},
        {"DELETE", kPlain + "?", "", 400, "MissingApiVersionParameter"},
        {"PUT", kPlain, "{", 400, "InvalidRequestContent"},
        {"PUT", kPlain, "[1]", 400, "InvalidRequestContent"},
        {"PUT", kPlain, R"({"properties":"p"})", 400, "InvalidRequestContent"},
        {"PUT", kPlain, R"({"tags":[]})", 400, "InvalidRequestContent"},
        {"PUT", missing + "/providers/Microsoft.Example/things/t", "{}", 404,
         "ResourceGroupNotFound"},
        {"DELETE", missing + "/providers/Microsoft.Example/things/t", "", 404,
         "ResourceGroupNotFound"},
        {"DELETE", missing, "", 404, "ResourceGroupNotFound"},
        {"PUT", kPlain + "/parts/p1", "{}", 404, "ParentResourceNotFound"},
        {"PUT", kAccount, "{}", 400, "LocationRequired"},
        {"PUT", kRg, R"({"location":"northeurope"})", 409, "InvalidResourceGroupLocation"},
        {"PUT", kRg + "/providers/Microsoft.Example/things", "{}", 501, "DryRunNotSimulated"},
        {"PUT", "/odd", "{}", 501, "DryRunNotSimulated"},
        {"POST", "/odd", "{}", 501, "DryRunNotSimulated"},
        {"TRACE", kPlain, "", 501, "DryRunNotSimulated"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + c.target + " " + c.body);
        const Played played = stage.play(c.method, c.target, c.body);
        EXPECT_EQ(played.status, c.status);
        EXPECT_EQ(played.code(), c.code);
    }
    EXPECT_THAT(stage.changes(), IsEmpty());
}

TEST(Rehearsal, WhatCannotBeReadFailsClosed) {
    struct Case {
        unsigned real;
        unsigned status;
    };
    for (const auto& [real, status] : {Case{0, 502}, Case{500, 503}, Case{302, 503}, Case{403, 403},
                                       Case{401, 401}, Case{429, 429}}) {
        SCOPED_TRACE(real);
        Stage stage;
        stage.real_fails(real, R"({"error":{"code":"X","message":"y"}})");
        EXPECT_EQ(stage.play("PUT", kPlain, "{}").status, status);
        EXPECT_EQ(stage.play("DELETE", kPlain).status, status);
        EXPECT_EQ(stage.play("POST", kPlain + "/start").status, status);
        EXPECT_THAT(stage.changes(), IsEmpty());
    }
}

TEST(Rehearsal, ADeletedGroupHidesAllInItAndComesBackEmpty) {
    Stage stage;
    stage.real_group();
    stage.real(kPlain, R"({"id":"x"})");
    EXPECT_EQ(stage.play("DELETE", kRg).status, 202U);
    EXPECT_EQ(stage.play("HEAD", kRg).status, 404U);
    EXPECT_EQ(stage.play("GET", kPlain).code(), "ResourceGroupNotFound");
    EXPECT_EQ(stage.play("PUT", kPlain, "{}").code(), "ResourceGroupNotFound");
    EXPECT_EQ(stage.play("GET", kRg + "/resources").code(), "ResourceGroupNotFound");
    EXPECT_EQ(stage.play("PUT", kRg, R"({"location":"westeurope"})").status, 201U);
    EXPECT_EQ(stage.play("HEAD", kRg).status, 204U);
    EXPECT_EQ(stage.play("GET", kPlain).code(), "ResourceNotFound");
    EXPECT_EQ(stage.play("PUT", kPlain, "{}").status, 201U);
    const Played list = stage.play("GET", kRg + "/providers/Microsoft.Example/things");
    EXPECT_EQ(list.json()["value"].size(), 1U);
    EXPECT_THAT(list.asked, IsEmpty());
}

TEST(Rehearsal, PreconditionsAreJudgedOverRealAndOverlay) {
    Stage stage;
    stage.real_group();
    stage.real(kPlain, R"({"id":"x","etag":"W/\"1\"","properties":{"x":1}})");
    EXPECT_EQ(stage.play("PUT", kPlain, "{}", std::nullopt, "*").code(), "PreconditionFailed");
    EXPECT_EQ(stage.play("PUT", kPlain, "{}", "W/\"2\"").status, 412U);
    EXPECT_EQ(stage.play("DELETE", kPlain, "", "W/\"2\"").status, 412U);
    EXPECT_EQ(stage.play("PUT", kPlain + "x", "{}", "*").status, 412U);
    const std::string changed = R"({"etag":"W/\"1\"","properties":{"x":2}})";
    const Played put = stage.play("PUT", kPlain, changed, "W/\"1\"");
    EXPECT_EQ(put.status, 200U);
    const std::string etag = put.json()["etag"];
    EXPECT_THAT(etag, testing::StartsWith("W/\""));
    EXPECT_NE(etag, "W/\"1\"");
    EXPECT_EQ(put.field("ETag"), etag);
    EXPECT_EQ(stage.play("DELETE", kPlain, "", "W/\"1\"").status, 412U);
    EXPECT_EQ(stage.play("DELETE", kPlain, "", etag).status, 200U);
}

}  // namespace
}  // namespace armgate::dryrun
