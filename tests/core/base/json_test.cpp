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

TEST(Json, SaysWhyItIsNotRead) {
    const std::pair<std::string, JsonFault> table[] = {
        {R"({"a":{"b":1,"b":1}})", JsonFault::duplicate_key},
        {std::string(kTokenDepth + 1, '['), JsonFault::too_deep},
        {std::string(kTokenDepth, '['), JsonFault::malformed},
        {R"({"a":)", JsonFault::malformed},
        {std::string(1, '\0'), JsonFault::malformed}};
    for (const auto& [text, expected] : table) {
        SCOPED_TRACE(text);
        auto fault = JsonFault::duplicate_key;
        EXPECT_FALSE(parse_json(text, kTokenDepth, DuplicateKeys::refuse, &fault));
        EXPECT_EQ(fault, expected);
    }
}

}  // namespace
}  // namespace armgate::base
