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
