#include "core/arm/data_planes.hpp"

#include "core/arm/rules.hpp"

#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

struct Case {
    const char* host;
    const char* service;  ///< empty: it is none
};

TEST(DataPlanes, NameTheServiceOfAHost) {
    const auto planes = DataPlanes::load();
    ASSERT_TRUE(planes) << planes.error().detail;
    const Case cases[] = {
        {"st1.blob.core.windows.net", "Blob Storage"},
        {"st1-secondary.blob.core.windows.net", "Blob Storage"},
        {"st1.z6.blob.storage.azure.net", "Blob Storage"},
        {"st1.queue.core.usgovcloudapi.net", "Queue Storage"},
        {"kv1.vault.azure.net", "Key Vault"},
        {"pg1.postgres.database.azure.com", "Azure Database"},
        {"sql1.database.windows.net", "Azure SQL"},
        {"ns1.servicebus.windows.net", "Service Bus, Event Hubs or Relay"},
        {"cfg.azconfig.io", "App Configuration"},
        {"graph.microsoft.com", "Microsoft Graph"},
        {"site1.scm.azurewebsites.net", "App Service deployment (SCM)"},
        {"site1-a1b2.scm.westeurope-01.azurewebsites.net", "App Service deployment (SCM)"},
        // A site itself, sign-in and everything else are no way to change Azure.
        {"site1.azurewebsites.net", ""},
        {"scmsite.azurewebsites.net", ""},
        {"login.microsoftonline.com", ""},
        {"management.azure.com", ""},
        {"blob.core.windows.net", ""},
        {"xblob.core.windows.net", ""},
        {"st1.blob.core.windows.net.example.org", ""},
        {"sts.windows.net", ""},
        {"registry.terraform.io", ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.host);
        EXPECT_EQ(planes->service_of(c.host), c.service);
    }
}

TEST(DataPlanes, NoneIsAnArmHost) {
    const auto planes = DataPlanes::load();
    ASSERT_TRUE(planes);
    const auto rules = load_arm_rules();
    ASSERT_TRUE(rules);
    for (const HostRule& rule : rules->hosts) {
        std::string name = rule.name;
        if (name.starts_with("*.")) name.replace(0, 1, "westeurope");
        EXPECT_EQ(planes->service_of(name), "") << name;
    }
}

TEST(DataPlanes, ABrokenFileNamesTheKey) {
    const auto planes =
        DataPlanes::parse(R"({"source":"x","data_planes":[{"service":"s","hosts":["*.com"]}]})");
    ASSERT_FALSE(planes);
    EXPECT_EQ(planes.error().code, Errc::config_invalid);
    EXPECT_NE(planes.error().detail.find("data_planes.json: 'hosts'"), std::string::npos)
        << planes.error().detail;
}

}  // namespace
}  // namespace armgate::arm
