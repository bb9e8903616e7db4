#include "core/doctor/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::doctor {
namespace {

TEST(Plan, ExpandsEveryPlaceholder) {
    EXPECT_EQ(expand("a @url@ b @url@ @work@/x", "https://h/p", "/w"),
              "a https://h/p b https://h/p /w/x");
    EXPECT_EQ(expand("@url@", "@url@", "/w"), "@url@");
}

TEST(Plan, TheFirstVersionIsTheClientsOwn) {
    const struct {
        const char* output;
        const char* version;
    } cases[] = {
        {"{\n  \"azure-cli\": \"2.91.0\",\n  \"azure-cli-core\": \"2.91.0\"\n}", "2.91.0"},
        {"Terraform v1.11.4\non linux_amd64\n", "1.11.4"},
        {"GNU Wget 1.21.3 built on linux-gnu.\n", "1.21.3"},
        {"curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.22", "7.88.1"},
        {"Picked up JAVA_TOOL_OPTIONS: -Dhttps.proxyHost=127.0.0.1\nopenjdk version \"17.0.15\"",
         "17.0.15"},
        {"v20.20.2", "20.20.2"},
        {"version 7", ""},
        {"1.", ""},
        {"", ""},
    };
    for (const auto& c : cases) EXPECT_EQ(first_version(c.output), c.version) << c.output;
}

TEST(Plan, EachReleaseLineHasItsOwnFirstVersion) {
    const std::vector<std::string> node{"22.21", "24.5"};
    for (const char* good : {"22.21.0", "22.22.1", "24.5.0", "24.10.0", "25.0.0"}) {
        EXPECT_TRUE(is_new_enough(good, node)) << good;
    }
    for (const char* old : {"20.20.2", "22.20.9", "23.11.0", "24.4.1", "", "x"}) {
        EXPECT_FALSE(is_new_enough(old, node)) << old;
    }
    EXPECT_TRUE(is_new_enough("", {}));
}

TEST(Plan, OnlyTheProxyOfTheShellIsReplaced) {
    const wiring::Environment shell{
        {"HTTPS_PROXY", "http://u:p@127.0.0.1:8642"},
        {"https_proxy", "http://localhost:8642/"},
        {"HTTP_PROXY", "http://127.0.0.1:8642"},
        {"JAVA_TOOL_OPTIONS", "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8642 -Dx=8642"},
        {"OTHER", "127.0.0.1:8642"}};
    const auto out = redirected(shell, "127.0.0.1:8642", "127.0.0.1:9");
    EXPECT_EQ(out.at("HTTPS_PROXY"), "http://u:p@127.0.0.1:9");
    EXPECT_EQ(out.at("https_proxy"), "http://127.0.0.1:9/");
    EXPECT_EQ(out.at("HTTP_PROXY"), shell.at("HTTP_PROXY"));
    EXPECT_EQ(out.at("JAVA_TOOL_OPTIONS"),
              "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9 -Dx=8642");
    EXPECT_EQ(out.at("OTHER"), shell.at("OTHER"));
}

TEST(Plan, ALongerPortIsAnotherProxy) {
    EXPECT_TRUE(names_proxy("http://127.0.0.1:8642", "127.0.0.1:8642"));
    EXPECT_TRUE(names_proxy("http://u:p@localhost:8642/", "127.0.0.1:8642"));
    EXPECT_FALSE(names_proxy("http://127.0.0.1:86421", "127.0.0.1:8642"));
    EXPECT_FALSE(names_proxy("http://proxy.corp:8080", "127.0.0.1:8642"));
    const auto out = redirected({{"HTTPS_PROXY", "http://127.0.0.1:86421"}}, "127.0.0.1:8642", "x");
    EXPECT_EQ(out.at("HTTPS_PROXY"), "http://127.0.0.1:86421");
}

TEST(Plan, WhatAClientPrintedIsShownWithoutSecrets) {
    EXPECT_EQ(without_credentials("http://armgate:0123@127.0.0.1:1/x@y"),
              "http://USER:PASS@127.0.0.1:1/x@y");
    EXPECT_EQ(without_credentials("http://127.0.0.1:1"), "http://127.0.0.1:1");
    EXPECT_EQ(without_credentials("/no/url@all"), "/no/url@all");
    EXPECT_EQ(last_line("first\ncannot reach http://armgate:0123@127.0.0.1:1 now\n\n"),
              "cannot reach http://USER:PASS@127.0.0.1:1 now");
    EXPECT_EQ(last_line("useful\n\xe2\x95\xb5\nPicked up JAVA_TOOL_OPTIONS: x\n"), "useful");
    EXPECT_EQ(last_line("\x1b[31mred"), "?[31mred");
    EXPECT_THAT(last_line("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
                testing::Not(testing::HasSubstr("eyJ")));
    EXPECT_LE(last_line(std::string(5000, 'a')).size(), 163U);
}

}  // namespace
}  // namespace armgate::doctor
