// The rehearsal with the recipes and the deployments that the program ships.
#include "core/dryrun/rehearsal.hpp"
#include "support/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::kRg;
using test::Played;
using test::Stage;
using test::target_of_url;
using testing::ElementsAre;

const std::string kNet = kRg + "/providers/Microsoft.Network/virtualNetworks/n1";
const std::string kAccount = kRg + "/providers/Microsoft.Storage/storageAccounts/acc1";

TEST(WithRecipes, ANetworkRunsAndShowsItsSubnetsBothWays) {
    Stage stage;
    stage.real_group();
    const Played put = stage.play(
        "PUT", kNet,
        R"({"location":"westeurope","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":[{"name":"a","properties":{"addressPrefix":"10.0.0.0/24"}}]}})");
    EXPECT_EQ(put.status, 201U);
    EXPECT_NE(put.json()["properties"]["provisioningState"], "Succeeded");
    const std::string poll = target_of_url(put.field("Azure-AsyncOperation"));
    EXPECT_EQ(stage.play("GET", poll).json()["status"], "InProgress");
    EXPECT_EQ(stage.play("GET", poll).json()["status"], "Succeeded");
    EXPECT_EQ(stage.play("GET", kNet).json()["properties"]["provisioningState"], "Succeeded");
    EXPECT_EQ(stage.play("GET", kNet + "/subnets/a").status, 200U);
    stage.play("PUT", kNet + "/subnets/b", R"({"properties":{"addressPrefix":"10.0.1.0/24"}})");
    EXPECT_EQ(stage.play("GET", kNet).json()["properties"]["subnets"].size(), 2U);
    EXPECT_EQ(stage.play("GET", kNet + "/subnets").json()["value"].size(), 2U);
    EXPECT_EQ(stage.play("DELETE", kNet + "/subnets/a").status / 100, 2U);
    EXPECT_EQ(stage.play("GET", kNet).json()["properties"]["subnets"].size(), 1U);
    EXPECT_EQ(stage.play("DELETE", kNet).status, 202U);
    EXPECT_EQ(stage.play("DELETE", kNet).status, 204U);
}

TEST(WithRecipes, AStorageAccountIsPolledByLocationAndHasItsServices) {
    Stage stage;
    stage.real_group();
    const std::string body =
        R"({"location":"westeurope","sku":{"name":"Standard_LRS"},"kind":"StorageV2"})";
    const Played put = stage.play("PUT", kAccount, body);
    EXPECT_EQ(put.status, 202U);
    EXPECT_EQ(put.body, "");
    const std::string location = target_of_url(put.field("Location"));
    EXPECT_EQ(stage.play("GET", location).status, 202U);
    const Played done = stage.play("GET", location);
    ASSERT_EQ(done.status, 200U) << done.body;
    EXPECT_EQ(done.json()["name"], "acc1");
    EXPECT_EQ(stage.play("POST", kAccount + "/listKeys").status, 200U);
    EXPECT_EQ(stage.play("GET", kAccount + "/blobServices/default").status, 200U);
    EXPECT_EQ(stage.play("PUT", kAccount + "/blobServices/default/containers/c", "{}").status,
              201U);
    const Played keys = stage.play("POST", kAccount + "/listKeys");
    ASSERT_EQ(keys.status, 200U) << keys.body << keys.forwarded;
    EXPECT_EQ(keys.json()["keys"].size(), 2U);
    EXPECT_EQ(stage.changes().size(), 2U);
    EXPECT_EQ(stage.play("PUT", kAccount, body).status, 200U);
    EXPECT_EQ(stage.changes().size(), 2U) << "a second apply changes nothing";
}

TEST(WithRecipes, AGroupIsDeletedByLocation) {
    Stage stage;
    stage.real_group();
    const Played gone = stage.play("DELETE", kRg);
    EXPECT_EQ(gone.status, 202U);
    const std::string location = target_of_url(gone.field("Location"));
    EXPECT_EQ(stage.play("GET", location).status, 202U);
    EXPECT_EQ(stage.play("GET", location).status, 200U);
}

TEST(WithRecipes, ADeploymentWritesItsResourcesAndListsThem) {
    Stage stage;
    stage.real_group();
    const std::string id = kRg + "/providers/Microsoft.Resources/deployments/d1";
    const std::string body =
        R"({"properties":{"mode":"Incremental","parameters":{"n":{"value":"acc1"}},"template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","parameters":{"n":{"type":"string"}},"resources":[{"type":"Microsoft.Storage/storageAccounts","apiVersion":"2023-01-01","name":"[parameters('n')]","location":"[resourceGroup().location]","sku":{"name":"Standard_LRS"},"kind":"StorageV2"}],"outputs":{"blob":{"type":"string","value":"[reference(resourceId('Microsoft.Storage/storageAccounts', parameters('n'))).primaryEndpoints.blob]"}}}}})";
    const Played put = stage.play("PUT", id, body);
    EXPECT_EQ(put.status, 201U) << put.body;
    EXPECT_THAT(put.asked, testing::Contains(kAccount + "?api-version=2023-01-01"));
    const std::string poll = target_of_url(put.field("Azure-AsyncOperation"));
    stage.play("GET", poll);
    EXPECT_EQ(stage.play("GET", poll).json()["status"], "Succeeded");
    const auto read = stage.play("GET", id).json();
    EXPECT_EQ(read["properties"]["provisioningState"], "Succeeded");
    EXPECT_EQ(read["properties"]["outputs"]["blob"]["value"],
              "https://acc1.blob.core.windows.net/");
    EXPECT_EQ(stage.play("GET", kAccount).json()["location"], "westeurope");
    EXPECT_GE(stage.play("GET", id + "/operations").json()["value"].size(), 1U);
    EXPECT_THAT(stage.change_lines(), ElementsAre("create " + id, "create " + kAccount));
    EXPECT_EQ(stage.changes()[1].carried_by, id);
    // Each change says what was made up for it alone.
    EXPECT_THAT(stage.changes()[0].invented, testing::IsEmpty());
    EXPECT_THAT(stage.changes()[1].invented, testing::Not(testing::IsEmpty()));
    EXPECT_THAT(put.invented, testing::Contains(testing::StartsWith("acc1: ")));
    const Played again = stage.play("PUT", id, body);
    EXPECT_EQ(again.status, 200U);
    EXPECT_EQ(stage.play("POST", id + "/validate", body).status, 200U)
        << "it depends on what is here";
    EXPECT_EQ(stage.play("PUT", id + "x", R"({"properties":{"template":{}}})").status, 400U);
    Stage other;
    ASSERT_TRUE(other.rehearsal().load(stage.rehearsal().save()));
}

}  // namespace
}  // namespace armgate::dryrun
