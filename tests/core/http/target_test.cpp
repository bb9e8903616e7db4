#include "core/http/target.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

TEST(ConnectTarget, IsHostAndPortToTheLetter) {
    const struct {
        const char* target;
        const char* host;
        int port;
    } cases[] = {
        {"management.azure.com:443", "management.azure.com", 443},
        {"MANAGEMENT.azure.com.:443", "MANAGEMENT.azure.com.", 443},
        {"10.0.0.1:1", "10.0.0.1", 1},
        {"[::1]:65535", "::1", 65535},
        {"[fe80::1]:443", "fe80::1", 443},
        {"a_b-c.d:8443", "a_b-c.d", 8443},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.target);
        const auto got = parse_connect_target(c.target);
        ASSERT_TRUE(got);
        EXPECT_EQ(got->host, c.host);
        EXPECT_EQ(got->port, c.port);
    }
}

TEST(ConnectTarget, RefusesEveryOtherForm) {
    const std::string targets[] = {
        "",
        "h",
        "h:",
        ":443",
        "h:0",
        "h:65536",
        "h:99999",
        "h:100000",
        "h:443443",
        "h:-1",
        "h:+443",
        "h: 443",
        "h:0x1bb",
        "h:443/",
        "h:443?x",
        "h:443:443",
        "https://h:443",
        "/h:443",
        "user@h:443",
        "user:pass@h:443",
        "h#:443",
        "h%2e:443",
        "h\\:443",
        "h,i:443",
        "\xc3\xa9.test:443",
        "management.azure.com\xe3\x80\x82:443",
        std::string("h\0:443", 6),
        "::1:443",
        "fe80::1:443",
        "[::1]",
        "[::1]443",
        "[::1:443",
        "[]:443",
        "[fe80::1%25eth0]:443",
        "[::1]]:443",
        "[[::1]]:443",
        "[management.azure.com]:443",
        "[10.0.0.1]:443",
        "h]:443",
    };
    for (const std::string& target : targets) {
        SCOPED_TRACE(target);
        const auto got = parse_connect_target(target);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, Errc::bad_target);
    }
}

TEST(RequestTarget, WhatRealClientsWriteIsKeptByteForByte) {
    const struct {
        const char* target;
        const char* path;
        const char* query;
    } cases[] = {
        {"/", "/", ""},
        {"//metadata/endpoints?api-version=2020-06-01", "//metadata/endpoints",
         "api-version=2020-06-01"},
        {"/a//b/", "/a//b/", ""},
        {"/a%2Fb%2f", "/a%2Fb%2f", ""},
        {"/West%20Europe?", "/West%20Europe", ""},
        {"/a?$filter=b%20eq%20'c'&$top=5", "/a", "$filter=b%20eq%20'c'&$top=5"},
        {"/a?b?c", "/a", "b?c"},
        {"/a?u=https://x/", "/a", "u=https://x/"},
        {"/a/../b/./c", "/a/../b/./c", ""},
        {"/a%2500", "/a%2500", ""},
        {"/{a}|b^c`\"<>", "/{a}|b^c`\"<>", ""},
        {"*", "*", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.target);
        const auto got = parse_request_target(c.target);
        ASSERT_TRUE(got);
        EXPECT_EQ(got->origin, c.target);
        EXPECT_EQ(got->path, c.path);
        EXPECT_EQ(got->query, c.query);
        EXPECT_FALSE(got->absolute_host);
    }
}

TEST(RequestTarget, AbsoluteFormIsTakenApart) {
    const auto got = parse_request_target("HTTPS://management.azure.com:443//a?b=/c");
    ASSERT_TRUE(got);
    EXPECT_EQ(got->absolute_host, "management.azure.com:443");
    EXPECT_EQ(got->origin, "//a?b=/c");
    EXPECT_EQ(got->path, "//a");
    EXPECT_EQ(parse_request_target("https://u@h/")->absolute_host, "u@h")
        << "user information is part of what must agree with CONNECT";
    EXPECT_EQ(parse_request_target("https:///a")->absolute_host, "");
}

TEST(RequestTarget, RefusesWhatServersReadInDifferentWays) {
    const std::string targets[] = {"",
                                   "a",
                                   "a/b",
                                   "?a",
                                   "**",
                                   "*/",
                                   "h:443",
                                   "http://management.azure.com/",
                                   "ftp://h/",
                                   "https:/a",
                                   "https://",
                                   "https://h",
                                   "https://h?a",
                                   "https://h\\@other/",
                                   "/a\\b",
                                   "/a#b",
                                   "/a?b#c",
                                   "/a%00b",
                                   "/a?b=%00",
                                   "/a b",
                                   "/a\tb",
                                   "/a\rb",
                                   "/a\nb",
                                   "/a\x7f",
                                   "/a\x80",
                                   "/\xc3\xa9",
                                   std::string("/a\0", 3)};
    for (const std::string& target : targets) {
        SCOPED_TRACE(target);
        const auto got = parse_request_target(target);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, Errc::bad_target);
    }
}

TEST(NamesHost, ComparesWholeNamesWithoutCase) {
    const struct {
        const char* value;
        const char* host;
        std::uint16_t port;
        bool want;
    } cases[] = {
        {"management.azure.com", "management.azure.com", 443, true},
        {"Management.Azure.COM", "management.azure.com", 443, true},
        {"management.azure.com.", "management.azure.com", 443, true},
        {"management.azure.com:443", "management.azure.com", 443, true},
        {"management.azure.com.:443", "management.azure.com", 443, true},
        {"management.azure.com:8443", "management.azure.com", 8443, true},
        {"[::1]:443", "::1", 443, true},
        {"[::1]", "::1", 443, true},
        {"management.azure.com", "management.azure.com", 8443, false},
        {"management.azure.com:8443", "management.azure.com", 443, false},
        {"management.azure.com:", "management.azure.com", 443, false},
        {"management.azure.com:65979", "management.azure.com", 443, false},  // 443 + 65536
        {"management.azure.com:443 ", "management.azure.com", 443, false},
        {"management.azure.com:+443", "management.azure.com", 443, false},
        {"management.azure.com:443:443", "management.azure.com", 443, false},
        {"management.azure.com..", "management.azure.com", 443, false},
        {"management.azure.com.evil.test", "management.azure.com", 443, false},
        {"xmanagement.azure.com", "management.azure.com", 443, false},
        {"management.azure.com, other.test", "management.azure.com", 443, false},
        {"user@management.azure.com", "management.azure.com", 443, false},
        {"[management.azure.com]", "management.azure.com", 443, false},
        {"[management.azure.com]:443", "management.azure.com", 443, false},
        {"::1", "::1", 443, false},
        {"[::1", "::1", 443, false},
        {"", "management.azure.com", 443, false},
        {".", "management.azure.com", 443, false},
        {":443", "management.azure.com", 443, false},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(names_host(c.value, c.host, c.port), c.want) << c.value;
    }
}

TEST(PlainHttpTarget, IsToldWithoutCase) {
    EXPECT_TRUE(is_plain_http_target("http://h/"));
    EXPECT_TRUE(is_plain_http_target("HTTP://h"));
    EXPECT_FALSE(is_plain_http_target("https://h/"));
    EXPECT_FALSE(is_plain_http_target("/http://h/"));
    EXPECT_FALSE(is_plain_http_target("http:/"));
    EXPECT_FALSE(is_plain_http_target(""));
}

}  // namespace
}  // namespace armgate::http
