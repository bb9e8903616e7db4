#include "core/base/text.hpp"
#include "core/dryrun/recipe.hpp"
#include "support/recipes.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::Json;
using test::recipes;
using test::TestMaking;

struct ActionCase {
    std::string type;
    std::string action;
    bool reads;
};

TEST(RecipeActions, OnlyWhatIsKnownToReadMayGoToTheRealArm) {
    const ActionCase cases[] = {
        {"Microsoft.Storage/storageAccounts", "listKeys", true},
        {"Microsoft.Storage/storageAccounts", "LISTKEYS", true},
        {"Microsoft.Storage/storageAccounts", "regenerateKey", false},
        {"Microsoft.Storage/storageAccounts", "failover", false},
        {"Microsoft.Storage", "checkNameAvailability", true},
        {"Microsoft.Resources/deployments", "whatIf", true},
        {"Microsoft.Resources/deployments", "validate", true},
        {"Microsoft.Resources/deployments", "exportTemplate", true},
        {"Microsoft.Resources/deployments", "cancel", false},
        {"Microsoft.Resources/resourceGroups", "moveResources", false},
        {"Microsoft.Resources/resourceGroups", "validateMoveResources", true},
        {"Microsoft.Compute", "register", false},
        {"Microsoft.ResourceGraph", "resources", true},
        {"Contoso.Toys", "resources", false},
        {"Microsoft.CostManagement", "query", true},
        {"Microsoft.Authorization", "elevateAccess", false},
        {"Microsoft.Compute/virtualMachines", "runCommand", false},
        {"Microsoft.Compute/virtualMachines", "start", false},
        {"Microsoft.Compute/disks", "beginGetAccess", false},
        {"Microsoft.DocumentDB/databaseAccounts", "readonlykeys", true},
        {"Microsoft.Web/sites/config", "list", true},
        {"Microsoft.Web/sites/backups", "list", false},
        {"Contoso.Toys/robots", "wave", false},
        {"Contoso.Toys/robots", "", false},
    };
    for (const ActionCase& one : cases) {
        EXPECT_EQ(recipes().is_reading_action(one.type, one.action), one.reads)
            << one.type << " " << one.action;
    }
}

TEST(RecipeActions, AKeyIsNoneAndSaysSo) {
    const TestMaking of(
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st1");
    const auto answer = recipes().answer_action(of.making, "listKeys", Json::object(), Json());
    ASSERT_TRUE(answer);
    const std::string key = Json::parse(answer->body).at("keys").at(1).at("value");
    const auto bytes = base::base64_decode(key);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), 64U) << "clients check the length";
    EXPECT_THAT(*bytes, testing::StartsWith("armgate-dry-run-not-a-key:"));
    EXPECT_THAT(answer->invented, testing::Not(testing::IsEmpty()));
}

TEST(RecipeActions, AConnectionStringNamesItsNamespaceAndEntity) {
    const TestMaking of(
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ServiceBus/"
        "namespaces/Ns/queues/q/authorizationRules/r");
    const auto answer = recipes().answer_action(of.making, "listKeys", Json::object(), Json());
    ASSERT_TRUE(answer);
    EXPECT_THAT(Json::parse(answer->body).at("primaryConnectionString").get<std::string>(),
                testing::AllOf(testing::StartsWith("Endpoint=sb://ns.servicebus.windows.net/;"
                                                   "SharedAccessKeyName=r;SharedAccessKey="),
                               testing::EndsWith(";EntityPath=q")));
}

TEST(RecipeActions, AMachineThatIsDeallocatedSaysSo) {
    TestMaking of(
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/v");
    const Made made = recipes().make(of.making, Json::object(), nullptr);
    EXPECT_FALSE(test::made_body(made)["properties"].contains("instanceView"));
    const auto power = [&](const std::string& whole) {
        const auto view = recipes().view(of.making, "INSTANCEVIEW", Json::parse(whole));
        return Json::parse(view.value()).at("statuses").at(1).at("code").get<std::string>();
    };
    EXPECT_EQ(power(made.whole), "PowerState/running");
    const auto answer =
        recipes().answer_action(of.making, "deallocate", Json::parse(made.whole), Json());
    ASSERT_TRUE(answer);
    EXPECT_EQ(power(answer->whole), "PowerState/deallocated");
    EXPECT_EQ(answer->resource, made.body) << "what a GET shows is the same";
    const Json after = Json::parse(answer->whole);
    EXPECT_EQ(power(recipes().make(of.making, after, &after).whole), "PowerState/deallocated");
    EXPECT_FALSE(recipes().view(of.making, "nothing", after));
}

TEST(RecipeActions, AnActionThatChangesNothingLeavesTheResource) {
    const TestMaking of("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/app");
    const Json body = test::made_body(recipes().make(of.making, Json::object(), nullptr));
    EXPECT_EQ(recipes().answer_action(of.making, "restart", body, Json())->resource, "");
    const auto stopped = recipes().answer_action(of.making, "stop", body, Json());
    EXPECT_EQ(Json::parse(stopped->resource)["properties"]["state"], "Stopped");
    EXPECT_EQ(stopped->whole, "");
}

TEST(RecipeActions, AKubeconfigIsReadableAndOpensNothing) {
    const TestMaking of(
        "/subscriptions/s/resourceGroups/rg/providers/"
        "Microsoft.ContainerService/managedClusters/aks");
    const Json body =
        test::made_body(recipes().make(of.making, {{"location", "westeurope"}}, nullptr));
    const auto answer =
        recipes().answer_action(of.making, "listClusterUserCredential", body, Json());
    ASSERT_TRUE(answer);
    const std::string value = Json::parse(answer->body).at("kubeconfigs").at(0).at("value");
    const std::string fqdn = body["properties"]["fqdn"];
    const auto text = base::base64_decode(value);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, testing::HasSubstr("    server: https://" + fqdn + ":443\n"));
    EXPECT_THAT(*text, testing::HasSubstr("token: armgate-dry-run-not-a-token\n"));
}

TEST(RecipeActions, EveryKeyOfEveryActionSaysThatItIsNone) {
    for (const char* id :
         {"Microsoft.Storage/storageAccounts/a", "Microsoft.Sql/servers/a",
          "Microsoft.ContainerRegistry/registries/a", "Microsoft.DocumentDB/databaseAccounts/a",
          "Microsoft.OperationalInsights/workspaces/a"}) {
        const TestMaking of("/subscriptions/s/resourceGroups/rg/providers/" + std::string(id));
        for (const char* action : {"listKeys", "listCredentials", "sharedKeys", "readonlykeys"}) {
            const auto answer = recipes().answer_action(of.making, action, Json::object(), Json());
            if (!answer) continue;
            // Base64 of what every made-up key starts with.
            EXPECT_THAT(answer->body, testing::HasSubstr("YXJtZ2F0ZS1kcnktcnVuLW5vdC1hLWtleT"))
                << id << " " << action;
            EXPECT_THAT(answer->invented, testing::Not(testing::IsEmpty())) << id;
            EXPECT_FALSE(answer->acts);
        }
    }
}

}  // namespace
}  // namespace armgate::dryrun
