#include "core/tenant/rules.hpp"

#include "core/arm/hosts.hpp"
#include "support/arm_rules.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::tenant {
namespace {

std::string last_segment(const std::string& id) {
    return id.substr(id.rfind('/') + 1);
}

TEST(TenantRules, NameWhatRefusalsAndHostsName) {
    const auto rules = load_tenant_rules().value();
    const auto& refusals = test::arm_rules().refusals;
    EXPECT_EQ(rules.writes.assignment, refusals.system_write_policy);
    EXPECT_EQ(rules.deletes.assignment, refusals.system_delete_policy);
    EXPECT_THAT(rules.writes.definitions,
                testing::Contains(last_segment(refusals.write_definition.id)));
    EXPECT_THAT(rules.deletes.definitions,
                testing::Contains(last_segment(refusals.delete_definition.id)));
    const auto hosts = arm::ArmHosts::make(test::arm_rules(), {}).value();
    for (const CloudRule& cloud : rules.clouds) {
        EXPECT_TRUE(hosts.contains(cloud.host)) << cloud.name;
    }
    EXPECT_EQ(rules.clouds.front().host, arm::kPublicArm);
}

TEST(TenantRules, AFaultIsNamed) {
    for (const auto& [text, what] :
         {std::pair{"{}", "'policy_api_version'"}, {"", "tenant.json"}}) {
        const auto rules = parse_tenant_rules(text);
        ASSERT_FALSE(rules);
        EXPECT_EQ(rules.error().code, Errc::config_invalid);
        EXPECT_THAT(rules.error().detail, testing::HasSubstr(what));
    }
}

}  // namespace
}  // namespace armgate::tenant
