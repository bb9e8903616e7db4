#include "core/wiring/wgetrc.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::wiring {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kArm{"management.azure.com"};

TEST(Wgetrc, KeepsTheUsersLines) {
    const Wgetrc read = read_wgetrc("# mine\r\ntries = 3\n\n user_agent=x=y", kArm);
    EXPECT_EQ(read.kept, "# mine\ntries = 3\n user_agent=x=y\n");
    EXPECT_EQ(read.ca_certificate, "");
    EXPECT_THAT(read.dropped, IsEmpty());
    EXPECT_EQ(read_wgetrc("", kArm).kept, "");
}

TEST(Wgetrc, TheLastCaCertificateIsTheUsers) {
    EXPECT_EQ(read_wgetrc("ca_certificate=/a\nCA-Certificate = /b c \n#ca_certificate=/d\n", kArm)
                  .ca_certificate,
              "/b c");
}

TEST(Wgetrc, WhatLeadsPastTheProxyIsLeftOut) {
    const Wgetrc read = read_wgetrc(
        "https_proxy = http://corp:1\nUse-Proxy=off\nno_proxy=a.test,.azure.com\nhttp_proxy=x\n",
        kArm);
    EXPECT_EQ(read.kept, "http_proxy=x\n");
    EXPECT_THAT(read.dropped, ElementsAre("https_proxy", "use_proxy", "no_proxy"));
    EXPECT_EQ(read_wgetrc("no_proxy=a.test\n", kArm).kept, "no_proxy=a.test\n");
}

}  // namespace
}  // namespace armgate::wiring
