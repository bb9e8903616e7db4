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

}  // namespace
}  // namespace armgate::dryrun
