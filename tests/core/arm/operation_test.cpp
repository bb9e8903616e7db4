#include "core/arm/operation.hpp"

#include "support/arm_rules.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

using test::arm_rules;

const std::string kSubscription = "/subscriptions/00000000-0000-0000-0000-000000000001";
const std::string kGroup = kSubscription + "/resourceGroups/rg1";

std::string expand(std::string path) {
    for (const auto& [mark, text] :
         {std::pair<std::string, std::string>{"{S}", kSubscription}, {"{G}", kGroup}}) {
        const std::size_t at = path.find(mark);
        if (at != std::string::npos) path.replace(at, mark.size(), text);
    }
    return path;
}

Classification classify_path(std::string_view method, const std::string& path) {
    return classify(method, expand(path), arm_rules());
}

TEST(Operation, EveryLineOfTheTableHasItsAction) {
    std::ifstream table(ARMGATE_TEST_DATA "/arm/operations.txt");
    std::string line;
    int rows = 0;
    while (std::getline(table, line)) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream fields(line);
        std::string method, path, action;
        fields >> method >> path >> action;
        SCOPED_TRACE(line);
        EXPECT_EQ(classify_path(method, path).operation, action);
        ++rows;
    }
    EXPECT_GE(rows, 400);
}

TEST(Operation, IsAbsentOnlyWhereArmHasNone) {
    for (const char* path : {"/batch", "/batch/", "/metadata/endpoints", "/", "", "/favicon.ico"}) {
        SCOPED_TRACE(path);
        EXPECT_FALSE(classify_path("POST", path).operation);
    }
    EXPECT_FALSE(classify_path("TRACE", "{G}").operation);
}

TEST(Operation, MethodsGiveTheClassAndAreCaseSensitive) {
    const std::pair<const char*, const char*> table[] = {
        {"GET", "read"},      {"HEAD", "read"},     {"OPTIONS", "read"}, {"PUT", "write"},
        {"PATCH", "write"},   {"DELETE", "delete"}, {"POST", "action"},  {"put", "other"},
        {"Get", "other"},     {"TRACE", "other"},   {"", "other"},       {"PUT ", "other"},
        {"PROPFIND", "other"}};
    for (const auto& [method, name] : table) {
        SCOPED_TRACE(method);
        EXPECT_EQ(class_name(classify_path(method, "{G}").request_class), name);
    }
}

TEST(Operation, ResourceIdKeepsTheCasingAndDropsTheActionName) {
    const std::tuple<const char*, const char*, const char*, const char*> table[] = {
        {"PUT", "{S}/resourcegroups/RG", "{S}/resourcegroups/RG", "RG"},
        {"PUT", "/{G}//", "{G}", "rg1"},
        {"POST", "{G}/providers/Microsoft.Storage/storageAccounts/sa/listKeys",
         "{G}/providers/Microsoft.Storage/storageAccounts/sa", "sa"},
        {"POST", "{G}//moveResources/", "{G}", "rg1"},
        {"POST", "{S}/providers/Microsoft.Compute/register", "{S}/providers/Microsoft.Compute",
         "Microsoft.Compute"},
        {"DELETE", "{G}/providers/Microsoft.X/a/West%20Europe",
         "{G}/providers/Microsoft.X/a/West%20Europe", "West Europe"},
    };
    for (const auto& [method, path, id, name] : table) {
        SCOPED_TRACE(path);
        const auto got = classify_path(method, path);
        EXPECT_EQ(got.resource_id, expand(id));
        EXPECT_EQ(got.resource_name, name);
    }
    for (const char* path : {"/batch", "/metadata/endpoints", "/subscriptions", "/tenants", "/"}) {
        SCOPED_TRACE(path);
        EXPECT_FALSE(classify_path("GET", path).resource_id);
    }
}

TEST(Operation, DeploymentsAndBatchesCarryTheirContents) {
    const std::tuple<const char*, const char*, Carries> table[] = {
        {"PUT", "{G}/providers/Microsoft.Resources/deployments/d", Carries::deployment},
        {"PUT", "{S}/providers/Microsoft.Resources/deployments/d", Carries::deployment},
        {"PUT", "/providers/Microsoft.Resources/deployments/d", Carries::deployment},
        {"PUT",
         "/providers/Microsoft.Management/managementGroups/g/providers/microsoft.resources/"
         "deploymentstacks/d",
         Carries::deployment},
        {"POST", "{G}/providers/Microsoft.Resources/deployments/d/validate", Carries::deployment},
        {"POST", "{S}/providers/Microsoft.Resources/deployments/d/WHATIF", Carries::deployment},
        {"POST", "{G}/providers/Microsoft.Resources/deploymentStacks/d/validate",
         Carries::deployment},
        {"POST", "/providers/Microsoft.Resources/validateResources", Carries::deployment},
        {"POST", "/batch", Carries::batch},
        {"POST", "//BATCH/", Carries::batch},
        {"POST", "{G}/providers/Microsoft.Resources/deployments/d/cancel", Carries::nothing},
        {"POST", "{G}/providers/Microsoft.Resources/deployments/d/exportTemplate",
         Carries::nothing},
        {"DELETE", "{G}/providers/Microsoft.Resources/deployments/d", Carries::nothing},
        {"GET", "{G}/providers/Microsoft.Resources/deployments/d", Carries::nothing},
        {"PUT", "{G}/providers/Microsoft.Web/sites/s/deployments/d", Carries::nothing},
        {"POST", "{G}/providers/Microsoft.Batch/batchAccounts/batch/regenerateKeys",
         Carries::nothing},
        // odd ways to the same places
        {"POST", "/%62atch", Carries::batch},
        {"POST", "/x/../batch", Carries::batch},
        {"POST", "/.//batch", Carries::batch},
        {"POST", "{G}/providers/Microsoft.Resources/deployments%2Fd%2Fvalidate",
         Carries::deployment},
        {"POST", "{G}/providers/Microsoft.Resources/deployments/d/x/../validate",
         Carries::deployment},
        {"POST", "{G}/providers/Microsoft.Resources/deployments//d/v%61lidate",
         Carries::deployment},
    };
    for (const auto& [method, path, carries] : table) {
        SCOPED_TRACE(std::string(method) + " " + path);
        EXPECT_EQ(classify_path(method, path).carries, carries);
    }
}

}  // namespace
}  // namespace armgate::arm
