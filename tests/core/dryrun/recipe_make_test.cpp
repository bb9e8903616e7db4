#include "core/dryrun/recipe.hpp"
#include "support/recipes.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::Json;
using test::made_body;
using test::recipes;
using test::TestMaking;

const std::string kGroup = "/subscriptions/00000000-aaaa-4bbb-8ccc-000000000001/resourceGroups/rg";
const std::string kNetwork = kGroup + "/providers/Microsoft.Network/virtualNetworks/vnet";

Json subnet(const std::string& name, const std::string& prefix) {
    return {{"name", name}, {"properties", {{"addressPrefix", prefix}}}};
}

Json network(const Json& subnets) {
    return {{"location", "westeurope"},
            {"properties",
             {{"addressSpace", {{"addressPrefixes", {"10.0.0.0/16"}}}}, {"subnets", subnets}}}};
}

TEST(RecipeMake, ASubnetThatAPutLeavesOutIsGone) {
    const TestMaking of(kNetwork);
    const Json two = network(Json::array({subnet("a", "10.0.0.0/24"), subnet("b", "10.0.1.0/24")}));
    const Json before = made_body(recipes().make(of.making, two, nullptr));
    const Made after =
        recipes().make(of.making, network(Json::array({subnet("B", "10.0.1.0/24")})), &before);
    EXPECT_THAT(after.gone, testing::ElementsAre(kNetwork + "/subnets/a"));
    ASSERT_EQ(after.children.size(), 1U);
    EXPECT_EQ(after.children[0].id, kNetwork + "/subnets/B");
}

TEST(RecipeMake, APutWithoutSubnetsKeepsThem) {
    const TestMaking of(kNetwork);
    const Json before = made_body(
        recipes().make(of.making, network(Json::array({subnet("a", "10.0.0.0/24")})), nullptr));
    Json sent = network(Json::array());
    sent["properties"].erase("subnets");
    const Made after = recipes().make(of.making, sent, &before);
    EXPECT_THAT(after.gone, testing::IsEmpty());
    EXPECT_EQ(made_body(after)["properties"]["subnets"], before["properties"]["subnets"]);
}

TEST(RecipeMake, ASubnetAppearsInItsNetworkAndLeavesIt) {
    const TestMaking of(kNetwork);
    Json parent = made_body(recipes().make(of.making, network(Json::array()), nullptr));
    const TestMaking child(kNetwork + "/subnets/one");
    Json body = made_body(recipes().make(
        child.making, {{"properties", {{"addressPrefix", "10.0.0.0/24"}}}}, nullptr));
    EXPECT_TRUE(recipes().show_in_parent(child.type, "one", &body, parent));
    ASSERT_EQ(parent["properties"]["subnets"].size(), 1U);
    EXPECT_EQ(parent["properties"]["subnets"][0], body);
    body["properties"]["addressPrefix"] = "10.0.9.0/24";
    EXPECT_TRUE(recipes().show_in_parent("microsoft.network/virtualnetworks/SUBNETS", "ONE", &body,
                                         parent));
    ASSERT_EQ(parent["properties"]["subnets"].size(), 1U);
    EXPECT_EQ(parent["properties"]["subnets"][0]["properties"]["addressPrefix"], "10.0.9.0/24");
    EXPECT_TRUE(recipes().show_in_parent(child.type, "one", nullptr, parent));
    EXPECT_EQ(parent["properties"]["subnets"], Json::array());
    EXPECT_FALSE(recipes().show_in_parent(child.type, "one", nullptr, parent));
    EXPECT_FALSE(
        recipes().show_in_parent("Microsoft.Network/virtualNetworks/no", "x", &body, parent));
}

TEST(RecipeMake, WhatIsMadeOnceStays) {
    TestMaking of(kGroup + "/providers/Microsoft.Storage/storageAccounts/st1");
    const Json sent = {{"location", "westeurope"}, {"sku", {{"name", "Standard_LRS"}}}};
    const Json before = made_body(recipes().make(of.making, sent, nullptr));
    of.making.now += std::chrono::hours(1);
    of.making.caller = "bob@example.org";
    const Made again = recipes().make(of.making, sent, &before);
    EXPECT_EQ(made_body(again)["properties"]["creationTime"], before["properties"]["creationTime"]);
    EXPECT_THAT(again.children, testing::IsEmpty()) << "its services would be set back";
}

TEST(RecipeMake, SystemDataRemembersTheFirst) {
    TestMaking of(kGroup + "/providers/Microsoft.KeyVault/vaults/kv");
    const Json before = made_body(recipes().make(of.making, Json::object(), nullptr));
    of.making.now += std::chrono::hours(1);
    of.making.caller = "bob@example.org";
    const Json after = made_body(recipes().make(of.making, before, &before));
    EXPECT_EQ(after["systemData"]["createdBy"], "ada@example.org");
    EXPECT_EQ(after["systemData"]["lastModifiedBy"], "bob@example.org");
    EXPECT_EQ(after["systemData"]["lastModifiedAt"], "2026-11-24T01:00:00.0000000Z");
    of.making.api_version = "2016-10-01";
    EXPECT_FALSE(made_body(recipes().make(of.making, before, nullptr)).contains("systemData"));
}

TEST(RecipeMake, AnIdentityHasTheSameIdsWhereverItIsAssigned) {
    const std::string identity =
        kGroup + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Mine";
    const TestMaking of(identity);
    const Json own = made_body(recipes().make(of.making, {{"location", "westeurope"}}, nullptr));
    const TestMaking account(kGroup + "/providers/Microsoft.Storage/storageAccounts/st1");
    const std::string lower =
        kGroup + "/providers/microsoft.managedidentity/userassignedidentities/mine";
    const Json sent = {{"identity",
                        {{"type", "SystemAssigned, UserAssigned"},
                         {"userAssignedIdentities", {{lower, Json::object()}}}}}};
    const Made made = recipes().make(account.making, sent, nullptr);
    const Json body = made_body(made);
    const Json& assigned = body["identity"]["userAssignedIdentities"][lower];
    EXPECT_EQ(assigned["principalId"], own["properties"]["principalId"]);
    EXPECT_EQ(assigned["clientId"], own["properties"]["clientId"]);
    EXPECT_NE(assigned["clientId"], assigned["principalId"]);
    EXPECT_NE(body["identity"]["principalId"], assigned["principalId"]);
    EXPECT_THAT(made.invented, testing::Contains(testing::HasSubstr("identities")));
}

TEST(RecipeMake, TheEtagChangesWithTheContentAlone) {
    TestMaking of(kNetwork);
    const Json sent = network(Json::array({subnet("a", "10.0.0.0/24")}));
    const Json first = made_body(recipes().make(of.making, sent, nullptr));
    of.making.now += std::chrono::hours(1);
    EXPECT_EQ(made_body(recipes().make(of.making, sent, &first))["etag"], first["etag"]);
    Json other = sent;
    other["tags"] = {{"a", "b"}};
    EXPECT_NE(made_body(recipes().make(of.making, other, &first))["etag"], first["etag"]);
    EXPECT_THAT(first["etag"].get<std::string>(), testing::StartsWith("W/\"a43a7e00-"));
}

TEST(RecipeMake, EndpointsBelongToTheCloud) {
    TestMaking of(kGroup + "/providers/Microsoft.KeyVault/vaults/kv");
    of.making.host = "management.chinacloudapi.cn";
    const Json body = made_body(recipes().make(of.making, Json::object(), nullptr));
    EXPECT_EQ(body["properties"]["vaultUri"], "https://kv.vault.azure.cn/");
}

TEST(RecipeMake, WhatIsNeverShownIsKeptForActions) {
    const TestMaking of(kGroup + "/providers/Microsoft.App/containerApps/app");
    const Json sent = Json::parse(
        R"({"properties": {"configuration": {"secrets": [{"name": "s", "value": "hidden"}]}}})");
    const Made made = recipes().make(of.making, sent, nullptr);
    EXPECT_THAT(made.body, testing::Not(testing::HasSubstr("hidden")));
    EXPECT_THAT(made.whole, testing::HasSubstr("hidden"));
    const Json whole = Json::parse(made.whole);
    const auto listed = recipes().answer_action(of.making, "listSecrets", whole, Json());
    ASSERT_TRUE(listed);
    EXPECT_EQ(Json::parse(listed->body).at("value"),
              sent["properties"]["configuration"]["secrets"]);
    const Made again = recipes().make(of.making, sent, &whole);
    EXPECT_EQ(again.body, made.body);
    const TestMaking network_of(kNetwork);
    EXPECT_EQ(recipes().make(network_of.making, network(Json::array()), nullptr).whole, "");
}

TEST(RecipeMake, AnUpdatedMachineGetsNoNewDisk) {
    const TestMaking of(kGroup + "/providers/Microsoft.Compute/virtualMachines/vm");
    const Made made = recipes().make(of.making, Json::object(), nullptr);
    ASSERT_EQ(made.children.size(), 1U);
    const Json disk = Json::parse(made.children[0].body);
    EXPECT_EQ(disk["managedBy"], of.id);
    const Json body = made_body(made);
    EXPECT_EQ(body["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"], disk["id"]);
    EXPECT_THAT(recipes().make(of.making, body, &body).children, testing::IsEmpty());
}

TEST(RecipeMake, APoolIsShownInItsClusterWithoutProperties) {
    const std::string cluster =
        kGroup + "/providers/Microsoft.ContainerService/managedClusters/aks";
    const TestMaking of(cluster);
    Json parent = made_body(recipes().make(of.making, {{"location", "westeurope"}}, nullptr));
    const TestMaking pool(cluster + "/agentPools/two");
    const Json body =
        made_body(recipes().make(pool.making, {{"properties", {{"count", 2}}}}, nullptr));
    EXPECT_TRUE(recipes().show_in_parent(pool.type, "two", &body, parent));
    const Json& shown = parent["properties"]["agentPoolProfiles"][0];
    EXPECT_EQ(shown["name"], "two");
    EXPECT_EQ(shown["count"], 2);
    EXPECT_FALSE(shown.contains("properties"));
    const Made after = recipes().make(of.making, parent, &parent);
    EXPECT_EQ(nlohmann::json(Json::parse(after.children.at(0).body)), nlohmann::json(body));
}

TEST(RecipeMake, ASiteThatIsWrittenWithoutConfigurationKeepsIt) {
    const TestMaking of(kGroup + "/providers/Microsoft.Web/sites/app");
    const Json before = made_body(recipes().make(of.making, Json::object(), nullptr));
    EXPECT_THAT(recipes().make(of.making, before, &before).children, testing::IsEmpty());
    Json changed = before;
    changed["properties"]["siteConfig"] = {{"alwaysOn", true}};
    const Made made = recipes().make(of.making, changed, &before);
    ASSERT_EQ(made.children.size(), 1U);
    EXPECT_EQ(made.children[0].id, of.id + "/config/web");
    EXPECT_EQ(Json::parse(made.children[0].body)["properties"]["alwaysOn"], true);
}

TEST(RecipeMake, ATypeWithoutARecipeIsAnsweredAsSentAndSaysSo) {
    const TestMaking of(kGroup + "/providers/Contoso.Toys/robots/r2");
    const Json sent = {{"location", "West Europe"}, {"properties", {{"arms", nullptr}}}};
    const Made made = recipes().make(of.making, sent, nullptr);
    EXPECT_EQ(made_body(made), Json::parse(R"({"id": ")" + of.id + R"(", "name": "r2",
        "type": "Contoso.Toys/robots", "location": "westeurope",
        "properties": {"arms": null, "provisioningState": "Succeeded"}})"));
    EXPECT_THAT(made.invented, testing::ElementsAre(testing::HasSubstr("no recipe")));
    EXPECT_THAT(recipes().make(of.making, Json(), nullptr).body, testing::HasSubstr(of.id));
}

TEST(RecipeMake, OddBodiesAreNoTrouble) {
    const TestMaking of(kNetwork);
    for (const char* text :
         {"[]", "null", R"("x")", R"({"properties": 7})", R"({"properties": {"subnets": {}}})",
          R"({"properties": {"subnets": [null, 1, [], {}, {"name": 3}, {"name": ""}]}})",
          R"({"identity": {"type": 3}, "tags": null, "location": []})",
          R"({"identity": {"type": "UserAssigned", "userAssignedIdentities": []}})"}) {
        const Made made = recipes().make(of.making, Json::parse(text), nullptr);
        EXPECT_EQ(made_body(made)["id"], of.id) << text;
        EXPECT_THAT(made.children, testing::IsEmpty()) << text;
    }
}

}  // namespace
}  // namespace armgate::dryrun
