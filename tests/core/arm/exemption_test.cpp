#include "core/arm/operation.hpp"
#include "support/arm_rules.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

const std::string kGroup = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg1";

/// A path that starts with a namespace is one in a resource group.
std::string full_path(const std::string& path) {
    const bool absolute = path.starts_with('/') && !path.starts_with("/Microsoft");
    return absolute ? path : kGroup + "/providers/" + path;
}

Exemption exemption(std::string_view method, const std::string& path) {
    return classify(method, full_path(path), test::arm_rules()).exemption;
}

TEST(Exemption, ASpaceWithinANameIsUsualAndAtItsEndIsNot) {
    EXPECT_EQ(exemption("DELETE", "Microsoft.Authorization/locks/my%20lock"),
              Exemption::delete_type);
    EXPECT_EQ(exemption("PUT", "Microsoft.Resources/templateSpecs/my%20own%20spec"),
              Exemption::type);
    EXPECT_EQ(exemption("DELETE", "Microsoft.Authorization/locks/my%20lock%20"), Exemption::none);
    EXPECT_EQ(exemption("DELETE", "Microsoft.Authorization/locks%20/l"), Exemption::none);
    EXPECT_EQ(exemption("DELETE", "Microsoft.Authorization/%20locks/l"), Exemption::none);
    EXPECT_EQ(exemption("DELETE", "Microsoft.Authorization/lo%20cks/l"), Exemption::none);
}

TEST(Exemption, TypesThatNoPolicyEvaluatesAreExempt) {
    for (const char* path :
         {"Microsoft.Resources/tags/default", "microsoft.resources/TAGS/default",
          "Microsoft.Resources/templateSpecs/t", "Microsoft.Resources/templateSpecs/t/versions/1",
          "Microsoft.Resources/links/l", "Microsoft.Resources/deploymentScripts/d",
          "Microsoft.Help/diagnostics/d", "Microsoft.Diagnostics/x/y",
          "Microsoft.Capacity/reservationOrders/o",
          "Microsoft.Capacity/reservationOrders/o/reservations/r",
          "/providers/Microsoft.Billing/billingAccounts/b",
          "/providers/Microsoft.Capacity/reservationOrders/o",
          "/subscriptions/s/providers/Microsoft.Resources/tags/default",
          "/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Resources/"
          "templateSpecs/t",
          "Microsoft.KeyVault/vaults/v/providers/Microsoft.Resources/tags/default"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("PUT", path), Exemption::type);
        EXPECT_EQ(exemption("DELETE", path), Exemption::type);
        EXPECT_EQ(exemption("POST", std::string(path) + "/act"), Exemption::type);
    }
}

TEST(Exemption, NeighboursOfExemptTypesAreNot) {
    for (const char* path :
         {"Microsoft.ServiceBus/namespaces/n/topics/t",
          "Microsoft.ServiceBus/namespaces/n/topics/t/authorizationRules/r",
          "Microsoft.ServiceBus/namespaces/n/topics/t/subscriptions/s",
          "Microsoft.ServiceBus/namespaces/n/topics/t/subscriptions/s/rules/r",
          "Microsoft.Web/sites/s/deployments/d",
          "Microsoft.Web/sites/s/functions/f",
          "Microsoft.Web/sites/s/instances/i/deployments/d",
          "Microsoft.Web/sites/s/siteextensions/e",
          "Microsoft.Web/sites/s/sourcecontrols/web",
          "Microsoft.Web/sites/s/privateAccess/x",
          "Microsoft.Web/sites/s/slots/p/deployments/d",
          "Microsoft.Web/sites/s/slots/p/functions/f",
          "Microsoft.Web/sites/s/slots/p/instances/i/deployments/d",
          "Microsoft.Resources/deployments/d",
          "Microsoft.Resources/deploymentStacks/d",
          "Microsoft.Resources/deployments/d/operations/o",
          "Microsoft.Resources/resourceGroups/g",
          "Microsoft.Resources/subscriptions/s",
          "Microsoft.Resources/subscriptions/s/tagNames/t",
          "Microsoft.ResourcesX/tags/default",
          "Microsoft.Resource/tags/default",
          "Microsoft.BillingBenefits/x/y",
          "Microsoft.Capacity/other/o",
          "Microsoft.Capacity/reservationOrdersX/o",
          "Microsoft.ServiceBus/namespaces/n",
          "Microsoft.ServiceBus/namespaces/n/queues/q",
          "Microsoft.ServiceBus/namespaces/n/topics/t/other/o",
          "Microsoft.Web/sites/s",
          "Microsoft.Web/sites/s/slots/p",
          "Microsoft.Web/sites/s/functions/f/keys/k",
          "Microsoft.Web/sites/s/instances/i",
          "Microsoft.Resources/tags",
          "Microsoft.Resources",
          "Microsoft.Billing/z/n/providers/Microsoft.Authorization/roleAssignments/r",
          "Microsoft.Resources/tags/default/providers/Microsoft.KeyVault/vaults/v",
          "/subscriptions/s/tagNames/t",
          "/subscriptions/s",
          "/subscriptions/s/resourceGroups/g"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("PUT", path), Exemption::none);
    }
}

TEST(Exemption, DenyActionLeavesListedDeletesAlone) {
    for (const char* path :
         {"Microsoft.Authorization/policyAssignments/p", "Microsoft.Authorization/locks/l",
          "Microsoft.Authorization/denyAssignments/d", "microsoft.blueprint/BLUEPRINTASSIGNMENTS/b",
          "Microsoft.Resources/deploymentStacks/s", "/subscriptions/s",
          "/providers/Microsoft.Authorization/locks/l",
          "Microsoft.KeyVault/vaults/v/providers/Microsoft.Authorization/locks/l"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("DELETE", path), Exemption::delete_type);
        EXPECT_NE(exemption("PUT", path), Exemption::delete_type);
    }
    for (const char* path : {"Microsoft.Authorization/roleAssignments/r",
                             "Microsoft.Authorization/policyDefinitions/p", "/subscriptions",
                             "Microsoft.Authorization/locks", "Microsoft.Resources/subscriptions/s",
                             "/subscriptions/s/resourceGroups/g", "/subscriptions//s"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("DELETE", path), Exemption::none);
    }
}

TEST(Exemption, OnlyPathsOutsideSubscriptionsAndManagementGroupsAreTenantScope) {
    for (const char* path : {"/providers/Microsoft.Management/managementGroups/g",
                             "/providers/Microsoft.Subscription/aliases/a",
                             "//providers/Microsoft.Authorization/roleAssignments/r/",
                             "/providers/Microsoft.Billing/billingAccounts/b/providers/"
                             "Microsoft.Consumption/budgets/x"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("PUT", path), Exemption::tenant_scope);
    }
    for (const char* path :
         {"/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/"
          "roleAssignments/r",
          "Microsoft.Authorization/roleAssignments/r", "/providers/Microsoft.Subscription/aliases",
          "/providers", "/", "/batch", "/tenants", "/providers/Microsoft.Subscription"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("PUT", path), Exemption::none);
    }
}

/// Each path is exempt in some reading: it must not be.
TEST(Exemption, AnOddPathNeverWeakensTheVerdict) {
    for (const char* path :
         {"Microsoft.Resources/tags/../../Microsoft.KeyVault/vaults/v",
          "Microsoft.KeyVault/vaults/../../Microsoft.Resources/tags/default",
          "./Microsoft.Resources/tags/default",
          "Microsoft.Resources/tags/x/../default",
          "Microsoft.Resources/tags/%2e%2e/default",
          "Microsoft.Resources/tags/..;/default",
          "Microsoft.Resources%2Ftags%2Fdefault",
          "Microsoft.Resources/tags%2fdefault",
          "Microsoft.KeyVault/vaults/v%2Fproviders%2FMicrosoft.Resources/tags/default",
          "Microsoft.KeyVault/vaults/v/%70roviders/Microsoft.Resources/tags/default",
          "Microsoft.KeyVault/vaults/providers/Microsoft.Resources/tags/default",
          "Microsoft.KeyVault/providers/Microsoft.Resources/tags/default",
          "Microsoft.Resources//tags/default",
          "/Microsoft.Resources/tags/default",
          "Microsoft.Resources/tags//default",
          "Microsoft.Resources/tags/default/providers",
          "Microsoft.%52esources/tags/default",
          "Microsoft.Resources/t%61gs/default",
          "Microsoft.Resources/tags/%252e%252e",
          "Microsoft.Resources/tags/default%00",
          "Microsoft.Resources/tags/default%3Fx",
          "Microsoft.Resources/tags/default%23x",
          "Microsoft.Resources/tags/a%5C..%5C..",
          "Microsoft.Resources/tags/a\\..\\..",
          "Microsoft.Resources/tags/default#x",
          "Microsoft.Resources/tags/default?x",
          "Microsoft.Resources/tags/a\tb",
          "Microsoft.Resources/tags/a%0d%0ab",
          "Microsoft.Resources/tags/\xC0\xAF",
          "Microsoft.Resources/tags/%C0%AF",
          "Microsoft.Resources/tags/%EF%BC%8F",
          "Microsoft.Resources/tags/%zz",
          "Microsoft.Resources/tags/%",
          "Microsoft.Resources/tags/default;x",
          "/subscriptions/providers/Microsoft.Resources/tags/default",
          "/subscriptions/s/resourceGroups/providers/Microsoft.Resources/tags/default",
          "/subscriptions/s/resourceGroups//providers/Microsoft.Resources/tags/default",
          "/subscriptions/s/x/providers/Microsoft.Resources/tags/default",
          "/x/providers/Microsoft.Resources/tags/default",
          "/subscriptions/s/../../providers/Microsoft.Subscription/aliases/a",
          "/providers/../subscriptions/s/resourceGroups/g",
          "/providers/x/../../subscriptions/s",
          "/providers/Microsoft.Subscription/aliases/../../../subscriptions/s",
          "/providers/Microsoft.Subscription%2faliases/a",
          "/%70roviders/Microsoft.Subscription/aliases/a",
          "/providers//Microsoft.Subscription/aliases/a"}) {
        SCOPED_TRACE(path);
        for (const char* method : {"PUT", "PATCH", "DELETE"}) {
            const auto got = classify(method, full_path(path), test::arm_rules());
            EXPECT_EQ(got.exemption, Exemption::none);
            EXPECT_EQ(got.carries, Carries::nothing);
        }
    }
}

TEST(Exemption, ASpaceInATypeOrNameIsNoExemption) {
    for (const std::string& path : {kGroup + "/providers/Microsoft.Resources/deployments%20/d",
                                    kGroup + "/providers/Microsoft.Resources/%20deployments/d",
                                    kGroup + "/providers/Microsoft.Resources/tags/default%20"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("PUT", path), Exemption::none);
    }
}

TEST(Exemption, WhatRealClientsWriteStaysExempt) {
    for (const std::string& path :
         {"/" + kGroup + "/providers/Microsoft.Resources/tags/default",
          kGroup + "/providers/Microsoft.Resources/tags/default/",
          std::string(
              "/subscriptions/s//resourceGroups/rg/providers/Microsoft.Resources/tags/default"),
          std::string("/subscriptions/s/resourcegroups/r%20g/providers/microsoft.resources/tags/"
                      "default")}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(exemption("PUT", path), Exemption::type);
    }
}

}  // namespace
}  // namespace armgate::arm
