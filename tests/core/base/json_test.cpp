#include "core/base/json.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::base {
namespace {

TEST(Json, RefusesWhatTwoReadersWouldReadDifferently) {
    const std::string cases[] = {"",
                                 "{",
                                 "{\"a\":1,\"a\":2}",
                                 "{\"a\":1,\"\\u0061\":2}",
                                 "\xEF\xBB\xBF{}",
                                 std::string("{}\0", 3),
                                 "{\"a\":1e999}",
                                 "{\"a\":NaN}",
                                 "{} {}",
                                 "\"\xFF\"",
                                 "{a:1}"};
    for (const std::string& text : cases) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_json(text, kTokenDepth));
    }
}

TEST(Json, BoundsTheDepth) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse_json(nested(kTokenDepth), kTokenDepth));
    EXPECT_FALSE(parse_json(nested(kTokenDepth + 1), kTokenDepth));
    EXPECT_FALSE(parse_json(nested(1'000'000), kTokenDepth));
}

TEST(Json, SaysThatAKeyWasThere) {
    bool duplicate = false;
    EXPECT_FALSE(
        parse_json(R"({"a":{"b":1,"b":1}})", kTokenDepth, DuplicateKeys::refuse, &duplicate));
    EXPECT_TRUE(duplicate);
}

}  // namespace
}  // namespace armgate::base
