#include "core/wiring/no_proxy.hpp"

#include <gtest/gtest.h>

namespace armgate::wiring {
namespace {

TEST(NoProxy, CoversAHostForAtLeastOneClient) {
    const struct {
        const char* entry;
        bool want;
    } cases[] = {
        {"management.azure.com", true},
        {"MANAGEMENT.azure.com", true},
        {" management.azure.com ", true},
        {"management.azure.com.", true},  // curl takes the dot off
        {"management.azure.com:443", true},
        {".management.azure.com", true},
        {"*.management.azure.com", true},
        {"azure.com", true},
        {".azure.com", true},
        {"*.azure.com", true},
        {"*azure.com", true},
        {"com", true},
        {"*", true},
        {"gement.azure.com", true},  // Python's requests, and so az, compares the ends of strings
        {"", false},
        {".", false},
        {"*.", false},
        {":443", false},
        {"localhost", false},
        {"::1", false},
        {"10.0.0.0/8", false},
        {"login.microsoftonline.com", false},
        {"management.azure.co", false},
        {"management", false},
        {"management.azure.com.evil.test", false},
        {"xmanagement.azure.com", false},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(no_proxy_covers(c.entry, "management.azure.com"), c.want) << c.entry;
    }
}

TEST(NoProxy, AnEntryLetsArmPassWhereItCoversAHostOrOneBelowIt) {
    const std::vector<std::string> arm{"management.azure.com"};
    EXPECT_TRUE(lets_arm_pass("azure.com", arm));
    EXPECT_TRUE(lets_arm_pass("westeurope.management.azure.com", arm));
    EXPECT_FALSE(lets_arm_pass("login.microsoftonline.com", arm));
    EXPECT_FALSE(lets_arm_pass("", arm));
}

}  // namespace
}  // namespace armgate::wiring
