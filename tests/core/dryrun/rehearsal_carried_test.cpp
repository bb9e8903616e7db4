// What one request carries or meets: locks, batches, deployments and mode Complete.
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
using testing::IsEmpty;

const std::string kThing = kRg + "/providers/Microsoft.Example/things/t1";
const std::string kVm = kRg + "/providers/Microsoft.Compute/virtualMachines/vm1";

TEST(Locks, OfTheDryRunForbidDeletionBelow) {
    Stage stage;
    stage.real_group();
    stage.real(kThing, "{}");
    const std::string lock = kRg + "/providers/Microsoft.Authorization/locks/keep";
    EXPECT_EQ(stage.play("PUT", lock, R"({"properties":{"level":"CanNotDelete"}})").status, 201U);
    EXPECT_EQ(stage.play("DELETE", kThing).code(), "ScopeLocked");
    EXPECT_EQ(stage.play("DELETE", kRg).code(), "ScopeLocked");
    EXPECT_EQ(stage.play("PUT", kThing, R"({"properties":{"x":1}})").status, 200U);
    EXPECT_EQ(stage.play("DELETE", lock).status, 200U);
    EXPECT_EQ(stage.play("DELETE", kThing).status, 200U);
}

TEST(Locks, OfArmForbidUntilTheDryRunTakesThemAway) {
    Stage stage;
    stage.real_group();
    stage.real(kThing, "{}");
    const std::string lock = kRg + "/providers/Microsoft.Authorization/locks/keep";
    const std::string list = kSub + "/providers/Microsoft.Authorization/locks";
    stage.real(list, R"({"value":[{"id":")" + lock +
                         R"(","properties":{"level":"CanNotDelete"}},{"id":")" + kSub +
                         R"(/resourceGroups/other/providers/Microsoft.Authorization/locks/all",)"
                         R"("properties":{"level":"ReadOnly"}}]})");
    stage.real(lock, R"({"properties":{"level":"CanNotDelete"}})");
    stage.real_group(kSub + "/resourceGroups/other");
    const Played refused = stage.play("DELETE", kThing);
    EXPECT_EQ(refused.status, 409U);
    EXPECT_EQ(refused.code(), "ScopeLocked");
    EXPECT_THAT(refused.asked, testing::Contains(list + "?api-version=2016-09-01"));
    const Played written = stage.play("PUT", kThing, R"({"properties":{"x":1}})");
    EXPECT_EQ(written.status, 200U);
    EXPECT_THAT(written.asked, testing::Not(testing::Contains(HasSubstr("locks"))));
    EXPECT_EQ(stage.play("PUT", kSub + "/resourceGroups/other/providers/A.B/things/t", "{}").code(),
              "ScopeLocked");
    EXPECT_EQ(stage.play("DELETE", lock).status, 200U);
    EXPECT_EQ(stage.play("DELETE", kThing).status, 200U);
}

TEST(Locks, ThatCannotBeReadAreSaidNotToBeKnown) {
    Stage stage;
    stage.real_group();
    stage.real(kSub + "/providers/Microsoft.Authorization/locks",
               R"({"error":{"code":"AuthorizationFailed","message":"no"}})", 403);
    const Played written = stage.play("PUT", kThing, R"({"location":"westeurope"})");
    EXPECT_EQ(written.status, 201U);
    EXPECT_THAT(written.invented, testing::Contains(HasSubstr("locks could not be read")));
    EXPECT_EQ(stage.play("PUT", kThing + "2", R"({"location":"westeurope"})").status, 201U);
}

std::string batch_item(const std::string& name,
                       const std::string& method,
                       const std::string& path,
                       const std::string& content = "null") {
    return R"({"name":")" + name + R"(","httpMethod":")" + method +
           R"(","url":"https://management.azure.com)" + path +
           R"(?api-version=2024-01-01","content":)" + content + "}";
}

TEST(Batch, GoesByTheRulesOfItsItemsAndTakesEffectAsAWhole) {
    Stage stage;
    stage.real_group();
    stage.real(kVm, R"({"id":"x","name":"vm1"})");
    const std::string body =
        R"({"requests":[)" + batch_item("1", "PUT", kThing, R"({"tags":{"a":"b"}})") + "," +
        batch_item("2", "GET", kThing) + "," + batch_item("3", "GET", kVm) + "," +
        batch_item("4", "DELETE", kThing) + "," + batch_item("5", "POST", kVm + "/listKeys") + "," +
        batch_item("6", "POST", "/batch") + "]}";
    const Played played = stage.play("POST", "/batch", body);
    EXPECT_EQ(played.status, 200U);
    std::vector<unsigned> statuses;
    const auto responses = played.json()["responses"];
    for (const auto& response : responses) statuses.push_back(response["httpStatusCode"]);
    EXPECT_THAT(statuses, ElementsAre(201U, 200U, 200U, 200U, 501U, 501U));
    EXPECT_EQ(responses[1]["content"]["tags"]["a"], "b");
    EXPECT_EQ(responses[2]["content"]["name"], "vm1");
    EXPECT_THAT(stage.change_lines(), ElementsAre("create " + kThing, "delete " + kThing));
    EXPECT_EQ(stage.play("POST", "/batch", "{").status, 400U);
    EXPECT_EQ(stage.play("POST", "/batch/x", body).forwarded, false);
    EXPECT_EQ(stage.play("POST", "//batch/", body).status, 200U);
}

TEST(Deployments, AreResourcesWithAnOperation) {
    Stage stage;
    stage.real_group();
    const std::string id = kRg + "/providers/Microsoft.Resources/deployments/d1";
    EXPECT_TRUE(stage.play("HEAD", id).forwarded);
    const Played put = stage.play(
        "PUT", id,
        R"({"properties":{"mode":"Incremental","template":{"$schema":"s","contentVersion":"1.0.0.0","resources":[]}}})");
    EXPECT_EQ(put.status, 201U);
    EXPECT_EQ(put.json()["properties"]["provisioningState"], "Running");
    const std::string poll = target_of_url(put.field("Azure-AsyncOperation"));
    EXPECT_THAT(poll, HasSubstr(id + "/operationStatuses/"));
    EXPECT_EQ(stage.play("GET", poll).json()["status"], "InProgress");
    EXPECT_EQ(stage.play("GET", poll).json()["status"], "Succeeded");
    EXPECT_EQ(stage.play("HEAD", id).status, 204U);
    EXPECT_EQ(stage.play("GET", id + "/operations").status, 200U);
    EXPECT_EQ(stage.play("POST", id + "/cancel").code(), "DeploymentCannotBeCancelled");
    EXPECT_THAT(stage.change_lines(), ElementsAre("create " + id));
    EXPECT_TRUE(stage.play("POST", id + "2/validate", "{}").forwarded);
    EXPECT_EQ(stage.play("DELETE", id).status / 100, 2U);
    EXPECT_TRUE(stage.play("HEAD", id).forwarded) << "only the dry run had it";
}

std::vector<std::string> verdicts(const Stage& stage) {
    std::vector<std::string> out;
    for (const auto& change : stage.changes()) {
        out.push_back(std::string(verdict::outcome_name(change.verdict.outcome)) + " " +
                      std::string(verdict::clause_name(change.verdict.clause)) + " " +
                      change.policy);
    }
    return out;
}

/// A user without MFA; what enforcement says of each write, not of what carries it.
TEST(Carried, EachWriteHasAVerdictOfItsOwn) {
    identity::Identity user;
    user.kind = identity::IdentityKind::user;
    user.credential = identity::Credential::usable;
    Stage stage;
    stage.identity = &user;
    stage.real_group();
    const std::string template_text =
        R"({"properties":{"mode":"Incremental","template":{"resources":[)"
        R"({"type":"A.B/things","apiVersion":"2024-01-01","name":"t","location":"westeurope"},)"
        R"({"type":"Microsoft.Resources/deploymentScripts","apiVersion":"2023-08-01","name":"s",)"
        R"("location":"westeurope","kind":"AzureCLI","properties":{}}]}}})";
    stage.play("PUT", kRg + "/providers/Microsoft.Resources/deployments/d1", template_text);
    // The deployment's own is the request's: here none was given.
    EXPECT_THAT(verdicts(stage), ElementsAre(testing::_, "fail user-without-mfa sys.mfa-write",
                                             testing::StartsWith("pass exempt")));
    Stage batch;
    batch.identity = &user;
    batch.real_group();
    batch.play("POST", "/batch",
               R"({"requests":[)" + batch_item("1", "PUT", kThing, R"({"tags":{"a":"b"}})") + "," +
                   batch_item("2", "DELETE", kThing) + "]}");
    EXPECT_THAT(verdicts(batch), ElementsAre("fail user-without-mfa sys.mfa-write",
                                             "fail user-without-mfa sys.mfa-delete"));
}

TEST(Deployments, WithoutTheirGroupAreRefused) {
    Stage stage;
    const std::string group = kSub + "/resourceGroups/none";
    stage.real(group, R"({"error":{"code":"ResourceGroupNotFound"}})", 404);
    EXPECT_EQ(stage
                  .play("PUT", group + "/providers/Microsoft.Resources/deployments/d",
                        R"({"properties":{"mode":"Incremental","template":{}}})")
                  .code(),
              "ResourceGroupNotFound");
    EXPECT_THAT(stage.changes(), IsEmpty());
}

TEST(Deployments, InModeCompleteDeleteWhatTheTemplateDoesNotList) {
    Stage stage;
    stage.real_group();
    stage.real(kRg + "/resources", R"({"value":[{"id":")" + kThing + R"(","name":"t1"}]})");
    const Played put = stage.play(
        "PUT", kRg + "/providers/Microsoft.Resources/deployments/d1",
        R"({"properties":{"mode":"Complete","template":{"$schema":"s","contentVersion":"1.0.0.0","resources":[]}}})");
    EXPECT_EQ(put.status, 201U);
    EXPECT_THAT(stage.change_lines(),
                ElementsAre("create " + kRg + "/providers/Microsoft.Resources/deployments/d1",
                            "delete " + kThing));
    EXPECT_EQ(stage.play("GET", kThing).status, 404U);
    EXPECT_THAT(put.invented, testing::Each(testing::Not(HasSubstr("would delete"))));
}

TEST(Deployments, OfALinkedTemplateInModeCompleteDeleteNothingThatIsListed) {
    const std::string id = kRg + "/providers/Microsoft.Resources/deployments/d1";
    for (const std::string inline_template : {"", R"("template":null,)"}) {
        SCOPED_TRACE(inline_template);
        Stage stage;
        stage.real_group();
        stage.real(kRg + "/resources", R"({"value":[{"id":")" + kThing + R"(","name":"t1"}]})");
        const Played put = stage.play("PUT", id,
                                      R"({"properties":{"mode":"Complete",)" + inline_template +
                                          R"("templateLink":{"uri":"https://example.invalid/"}}})");
        EXPECT_EQ(put.status, 201U);
        EXPECT_THAT(stage.change_lines(), ElementsAre("create " + id));
        EXPECT_THAT(put.invented, testing::Contains(HasSubstr("would delete is not rehearsed")));
    }
}

TEST(Deployments, AskWhatIfFirstWhereTheyAreToldTo) {
    Stage stage({Lro::realistic, true});
    stage.real_group();
    const std::string id = kRg + "/providers/Microsoft.Resources/deployments/d1";
    const Played put = stage.play(
        "PUT", id,
        R"({"properties":{"mode":"Incremental","template":{"$schema":"s","contentVersion":"1.0.0.0","resources":[]}}})");
    EXPECT_THAT(put.asked, testing::Contains(id + "/whatIf?api-version=2024-01-01"));
    EXPECT_EQ(put.status, 201U);
    EXPECT_THAT(put.invented, testing::Contains(HasSubstr("what-if gave no result")));
}

}  // namespace
}  // namespace armgate::dryrun
