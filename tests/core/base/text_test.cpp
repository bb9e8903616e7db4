#include "core/base/text.hpp"

#include <gtest/gtest.h>

namespace armgate::base {
namespace {

TEST(Text, Base64RoundTripsAndIsStrict) {
    EXPECT_EQ(base64_encode("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
    EXPECT_EQ(base64_decode("YW55IGNhcm5hbCBwbGVhcw=="), "any carnal pleas");
    for (const char* text : {"YQ", "YR==", "Y===", "YQ==YQ==", "Y*==", "=="}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(base64_decode(text));
    }
}

TEST(Text, Base64UrlTakesOnlyTheCanonicalForm) {
    EXPECT_EQ(base64url_decode("YQ"), "a");
    EXPECT_EQ(base64url_decode("-_8"), "\xFB\xFF");
    for (const char* text : {"YR", "YQ==", "Y", "a+b/", "YQ!"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(base64url_decode(text));
    }
}

TEST(Text, JsonStringsAreAsciiOnly) {
    std::string out;
    append_json_string(
        out, std::string_view("a\"\\\n\x7F\xC3\xA9\xF0\x9F\x98\x80\xFF\xED\xA0\x80\0z", 17));
    EXPECT_EQ(out, R"("a\"\\\u000a\u007f\u00e9\ud83d\ude00\ufffd\ufffd\ufffd\ufffd\u0000z")");
}

TEST(Text, DecimalsHaveNoSignAndNoOverflow) {
    EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615ULL);
    for (const char* text : {"", "+1", "-1", " 1", "1 ", "0x1", "18446744073709551616"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_decimal(text));
    }
}

TEST(Text, IntegersMayHaveAMinusAndNoOverflow) {
    EXPECT_EQ(parse_integer("9223372036854775807"), 9223372036854775807);
    EXPECT_EQ(parse_integer("-1"), -1);
    for (const char* text : {"", "-", "+1", "--1", " 1", "1 ", "0x1", "9223372036854775808"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_integer(text));
    }
}

TEST(Text, PercentDecodeRefusesCutEscapes) {
    EXPECT_EQ(percent_decode("West%20Europe%2f"), "West Europe/");
    for (const char* text : {"%", "%2", "%zz"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(percent_decode(text));
    }
}

TEST(Text, ComparesAsciiWithoutCaseAndNothingElse) {
    EXPECT_TRUE(ascii_iequals("Management.AZURE.com", "management.azure.COM"));
    EXPECT_FALSE(ascii_iequals("\xC3\x89", "\xC3\xA9"));
    EXPECT_EQ(ascii_ifind("/a/PROVIDERS/b/providers/c", "/providers/", 3), 14U);
}

TEST(Text, SplitListDropsEmptyElements) {
    const std::vector<std::string_view> want{"a", "b c"};
    EXPECT_EQ(split_list(" a,, b c ,"), want);
}

}  // namespace
}  // namespace armgate::base
