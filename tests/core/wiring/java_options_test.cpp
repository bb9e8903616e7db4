#include "core/wiring/java_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::wiring {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(JavaOptions, AreSplitAsHotSpotDoes) {
    EXPECT_THAT(split_java_options(""), IsEmpty());
    EXPECT_THAT(split_java_options(" \t\n "), IsEmpty());
    EXPECT_THAT(split_java_options("-Xmx1g  -Da=b\n-Dc"), ElementsAre("-Xmx1g", "-Da=b", "-Dc"));
    EXPECT_THAT(split_java_options("-Da=\"x y\" '-Db=p \"q\"' -Dc=a'b c'd"),
                ElementsAre("-Da=x y", "-Db=p \"q\"", "-Dc=ab cd"));
    EXPECT_THAT(split_java_options("-Da=\\\"x"), ElementsAre("-Da=\\x")) << "nothing escapes";
    EXPECT_THAT(split_java_options("'' b"), ElementsAre("", "b"));
}

TEST(JavaOptions, WhatIsQuotedReadsAsItWas) {
    for (const std::string option :
         {"-Da=b", "-Da=/x y/z", "-Da=it's", "-Da=\"q\"", "-Da=it's \"both\" ways ", "-D a\tb",
          "-Dhttp.nonProxyHosts=localhost|127.*|[::1]"}) {
        EXPECT_THAT(split_java_options("-Dfirst " + quote_java_option(option)),
                    ElementsAre("-Dfirst", option));
    }
    EXPECT_EQ(quote_java_option("-Da=b"), "-Da=b") << "as few quotes as there need be";
}

TEST(JavaOptions, TheLastOfAPropertyIsInForce) {
    const auto options = split_java_options("-Da=1 -Dab=2 -Da=3 -Dnone");
    EXPECT_EQ(java_property(options, "a"), "3");
    EXPECT_EQ(java_property(options, "ab"), "2");
    EXPECT_EQ(java_property(options, "none"), std::nullopt);
}

TEST(JavaPatterns, FollowNoProxy) {
    EXPECT_THAT(java_patterns({"localhost", "127.0.0.1", "::1", "169.254.169.254"}),
                ElementsAre("localhost", "127.*", "[::1]", "169.254.169.254"));
    EXPECT_THAT(java_patterns({".corp.test", "*.other.test", "host.test:8080", "10.0.0.0/8",
                               "intranet", "*", "", "dot.test."}),
                ElementsAre("*.corp.test", "*.other.test", "host.test", "*.host.test", "intranet",
                            "dot.test", "*.dot.test"));
    EXPECT_THAT(java_patterns({"management.azure.*", "a|management.azure.com", "*.*", "a b", "'q'",
                               "fe80::1%eth0", "[::1]"}),
                ElementsAre("[::1]"))
        << "what means more to Java than in NO_PROXY";
    EXPECT_THAT(java_patterns({"a.test", "A.test", "a.test"}),
                ElementsAre("a.test", "*.a.test", "A.test", "*.A.test"));
}

TEST(JavaPatterns, CoverAHost) {
    const struct {
        const char* pattern;
        bool want;
    } cases[] = {
        {"management.azure.com", true},
        {"Management.Azure.com", true},
        {"*.azure.com", true},
        {"*", true},
        {"management.*", true},
        {"*.com", true},
        {"azure.com", false},
        {"*.azure.net", false},
        {"login.*", false},
        {"", false},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(java_pattern_covers(c.pattern, "management.azure.com"), c.want) << c.pattern;
    }
}

}  // namespace
}  // namespace armgate::wiring
