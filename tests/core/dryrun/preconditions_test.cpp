#include "core/dryrun/preconditions.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using Field = std::optional<std::string_view>;

TEST(Preconditions, FollowTheTableOfTheResourceProviderContract) {
    struct Case {
        const char* method;
        Field if_match;
        Field if_none_match;
        Met absent;
        Met present;  // with the ETag "x"
    };
    const Case cases[] = {
        {"PUT", {}, {}, Met::yes, Met::yes},
        {"PUT", "*", {}, Met::if_match_failed, Met::yes},
        {"PUT", "\"x\"", {}, Met::if_match_failed, Met::yes},
        {"PUT", "\"y\"", {}, Met::if_match_failed, Met::if_match_failed},
        {"PUT", {}, "*", Met::yes, Met::if_none_match_failed},
        {"PUT", {}, "\"x\"", Met::yes, Met::if_none_match_failed},
        {"PUT", {}, "\"y\"", Met::yes, Met::yes},
        {"PATCH", {}, {}, Met::yes, Met::yes},
        {"PATCH", "*", {}, Met::yes, Met::yes},
        {"PATCH", "\"y\"", {}, Met::yes, Met::if_match_failed},
        {"DELETE", {}, {}, Met::yes, Met::yes},
        {"DELETE", "*", {}, Met::yes, Met::yes},
        {"DELETE", "\"x\"", {}, Met::yes, Met::yes},
        {"DELETE", "\"y\"", {}, Met::yes, Met::if_match_failed},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + std::string(c.if_match.value_or("-")) + " " +
                     std::string(c.if_none_match.value_or("-")));
        EXPECT_EQ(judge_conditions(c.method, {c.if_match, c.if_none_match}, {false, ""}), c.absent);
        EXPECT_EQ(judge_conditions(c.method, {c.if_match, c.if_none_match}, {true, "\"x\""}),
                  c.present);
    }
}

TEST(Preconditions, OfAProviderWithoutEtagsJudgeTheStarAlone) {
    EXPECT_EQ(judge_conditions("PUT", {"\"x\"", {}}, {true, ""}), Met::yes);
    EXPECT_EQ(judge_conditions("PUT", {{}, "*"}, {true, ""}), Met::if_none_match_failed);
}

TEST(Preconditions, EtagsCompareWithoutWeaknessAndQuotes) {
    for (const char* field :
         {"*", " * ", "\"x\"", "W/\"x\"", "x", "\"y\", \"x\"", "\"y\",W/\"x\""}) {
        EXPECT_TRUE(matches_etag(field, "W/\"x\"")) << field;
        EXPECT_TRUE(matches_etag(field, "\"x\"")) << field;
    }
    for (const char* field : {"", "\"X\"", "\"xx\"", "W/", "\"", "\"y\""}) {
        EXPECT_FALSE(matches_etag(field, "\"x\"")) << field;
    }
}

}  // namespace
}  // namespace armgate::dryrun
