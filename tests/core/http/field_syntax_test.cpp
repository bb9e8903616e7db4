#include "core/http/field_syntax.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

TEST(FieldSyntax, TakesWhatRealHeadsHold) {
    for (const char* line : {"Host: h", "X-Empty:", "X-Spaces: \t ", "X-Tab: a\tb",
                             "X-Utf8: \xc3\xa9", "X-Latin: \xe9", "!#$%&'*+-.^_`|~09azAZ: x",
                             "X-Colons: a:b::c", "X: ,;\"\\()<>@[]{}?="}) {
        EXPECT_TRUE(check_field_line(line)) << line;
    }
}

TEST(FieldSyntax, RefusesALineThatAnotherParserCouldReadOtherwise) {
    const std::string lines[] = {" X: folded",
                                 "\tX: folded",
                                 "X : space",
                                 "X\t: tab",
                                 ": no name",
                                 ":",
                                 "no colon",
                                 "X Y: inner space",
                                 "X@Y: no token",
                                 "X\x80: 8 bit",
                                 "X: bell \x07",
                                 "X: delete \x7f",
                                 "X: escape \x1b[0m",
                                 std::string("X: \0", 4),
                                 std::string("X\0: ", 4),
                                 "X: form feed \x0c"};
    for (const std::string& line : lines) {
        const auto checked = check_field_line(line);
        ASSERT_FALSE(checked) << line;
        EXPECT_EQ(checked.error().code, Errc::bad_field);
    }
}

TEST(FieldSyntax, BareLineEndsAndNulAreSeenAnywhereInAHead) {
    const std::string good = "GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n";
    ASSERT_TRUE(check_head_bytes(good));
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char bad : {'\r', '\n', '\0'}) {
            std::string head = good;
            head.insert(at, 1, bad);
            const bool same_bytes =
                head.substr(0, at + 1) == good.substr(0, at + 1) && bad == good[at];
            EXPECT_FALSE(check_head_bytes(head)) << at << (same_bytes ? " (doubled)" : "");
        }
    }
}

TEST(FieldSyntax, AnErrorNeverQuotesTheBytesThatCausedIt) {
    const auto checked = check_head_bytes("GET / HTTP/1.1\r\nBearer-secret\r\n\r\n");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().detail.find("secret"), std::string::npos);
}

TEST(FieldSyntax, AHeadHasAtMost256Fields) {
    const auto head = [](std::size_t fields) {
        std::string out = "GET / HTTP/1.1\r\n";
        for (std::size_t i = 0; i < fields; ++i) out += "X: y\r\n";
        return out + "\r\n";
    };
    EXPECT_TRUE(check_head_bytes(head(kMaxFields)));
    EXPECT_EQ(check_head_bytes(head(kMaxFields + 1)).error().code, Errc::head_too_large);
}

TEST(FieldSyntax, TheFirstLineHoldsNoControlByte) {
    EXPECT_FALSE(check_head_bytes("\r\n\r\n"));
    EXPECT_FALSE(check_head_bytes("GET\t/ HTTP/1.1\r\n\r\n"));
    EXPECT_FALSE(check_head_bytes("HTTP/1.1 200 \x1b[31m\r\n\r\n"));
    EXPECT_FALSE(check_head_bytes("GET / HTTP/1.1\r\nHost: h\r\n")) << "no empty line";
    EXPECT_FALSE(check_head_bytes(""));
}

TEST(FieldSyntax, AHeadSoFarIsJudgedFromWhereItWasLeft) {
    EXPECT_TRUE(check_head_so_far("GET / HTTP/1.1\r", 0)) << "its LF may come";
    EXPECT_FALSE(check_head_so_far("GET / HTTP/1.1\rH", 15)) << "it did not";
    EXPECT_TRUE(check_head_so_far("GET / HTTP/1.1\r\n", 15));
    EXPECT_FALSE(check_head_so_far("\n", 0));
}

}  // namespace
}  // namespace armgate::http
