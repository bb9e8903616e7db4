#include "core/arm/hosts.hpp"

#include "support/arm_rules.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

ArmHosts hosts(const std::vector<std::string>& extra = {}) {
    return ArmHosts::make(test::arm_rules(), extra).value();
}

TEST(Hosts, NormalFormIsLowerCaseWithoutTheTrailingDot) {
    const std::pair<std::string, std::string> table[] = {
        {"MANAGEMENT.azure.COM.", "management.azure.com"},
        {"a_b-c.example", "a_b-c.example"},
        {"127.0.0.1", "127.0.0.1"},
        {"[::1]", "::1"},
        {"[0:0:0:0:0:0:0:1]", "::1"},
        {"FE80::A", "fe80::a"},
        {std::string(253, 'a') + ".", std::string(253, 'a')}};
    for (const auto& [input, output] : table) {
        SCOPED_TRACE(input);
        const auto got = normalise_host(input);
        ASSERT_TRUE(got);
        EXPECT_EQ(*got, output);
    }
}

TEST(Hosts, WhatIsNoHostNameIsRefused) {
    using namespace std::string_literals;
    for (const std::string& host : {""s,
                                    "."s,
                                    ".a"s,
                                    "a..b"s,
                                    "a.."s,
                                    "a b"s,
                                    "a\0b"s,
                                    "a/b"s,
                                    "a@b"s,
                                    "user@a"s,
                                    "a:443"s,
                                    "[::1"s,
                                    "[]"s,
                                    "[::1]x"s,
                                    "[127.0.0.1]"s,
                                    "[fe80::1%25eth0]"s,
                                    "fe80::1%eth0"s,
                                    "a%2eb"s,
                                    "b\xC3\xBC.de"s,
                                    "management\xE3\x80\x82"
                                    "azure.com"s,
                                    "*.a"s,
                                    std::string(254, 'a')}) {
        SCOPED_TRACE(host);
        const auto got = normalise_host(host);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, Errc::bad_host);
    }
}

TEST(Hosts, AddressesAreToldFromNames) {
    for (const char* host : {"127.0.0.1", "::1", "169.254.169.254", "2001:db8::1"}) {
        EXPECT_TRUE(is_ip_address(host)) << host;
    }
    for (const char* host :
         {"", "localhost", "127.1", "0x7f.0.0.1", "[::1]", "1.2.3.4.5", "a::b::c"}) {
        EXPECT_FALSE(is_ip_address(host)) << host;
    }
}

TEST(Hosts, BuiltInHostsHaveTheirCloud) {
    const auto arm = hosts();
    const std::pair<const char*, Cloud> table[] = {
        {"management.azure.com", Cloud::azure_public},
        {"westeurope.management.azure.com", Cloud::azure_public},
        {"a.b.management.azure.com", Cloud::azure_public},
        {"management.usgovcloudapi.net", Cloud::other},
        {"management.chinacloudapi.cn", Cloud::other},
        {".management.azure.com", Cloud::none},
        {"evilmanagement.azure.com", Cloud::none},
        {"management.azure.com.evil.test", Cloud::none},
        {"x.management.usgovcloudapi.net", Cloud::none},
        {"azure.com", Cloud::none},
        {"management.core.windows.net", Cloud::none},
        {"graph.microsoft.com", Cloud::none},
        {"", Cloud::none}};
    for (const auto& [host, cloud] : table) {
        SCOPED_TRACE(host);
        EXPECT_EQ(arm.cloud_of(host), cloud);
        EXPECT_EQ(arm.contains(host), cloud != Cloud::none);
    }
}

TEST(Hosts, ExtraHostsCountAsPublicArm) {
    const auto arm = hosts({"ARM.Example.Test.", "*.stack.example.test"});
    EXPECT_EQ(arm.cloud_of("arm.example.test"), Cloud::azure_public);
    EXPECT_EQ(arm.cloud_of("x.stack.example.test"), Cloud::azure_public);
    EXPECT_EQ(arm.cloud_of("stack.example.test"), Cloud::none);
    EXPECT_THAT(arm.constraint_names(),
                testing::ElementsAre("management.azure.com", "management.usgovcloudapi.net",
                                     "management.chinacloudapi.cn", "arm.example.test",
                                     "stack.example.test"));
}

TEST(Hosts, ExtraPatternsThatAreNeitherNameNorSuffixAreRefused) {
    for (const char* pattern : {"", "*", "*.", "*.com", "a.*", "*a.test", "*.*.test", "1.2.3.4",
                                "[::1]", "a b", "https://a.test", "a.test:443", "*.10.0.0.1"}) {
        SCOPED_TRACE(pattern);
        const auto made = ArmHosts::make(test::arm_rules(), {pattern});
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::usage);
    }
}

}  // namespace
}  // namespace armgate::arm
