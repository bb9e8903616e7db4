#include "core/base/redact.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::base {
namespace {

const std::string kToken = "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl-_x";

std::string query(std::string_view text) {
    static const RedactionRules kRules = load_redaction_rules().value();
    return redact_query(text, kRules);
}

TEST(Redact, OnlyListedQueryValuesAreShown) {
    const std::pair<std::string, std::string> table[] = {
        {"", ""},
        {"api-version=2023-02-01", "api-version=2023-02-01"},
        {"API-Version=2023-02-01&$top=5", "API-Version=2023-02-01&$top=5"},
        {"%24filter=name%20eq%20'a'", "%24filter=name%20eq%20'a'"},
        {"sig=abc%2Fdef&se=2026", "sig=REDACTED&se=REDACTED"},
        {"api-version=1&code=s3cret&x=", "api-version=1&code=REDACTED&x=REDACTED"},
        {"$skiptoken=s3cret", "$skiptoken=REDACTED"},
        {"s3cret", "REDACTED"},
        {kToken + "=1", "REDACTED"},
        {"a b=1", "REDACTED"},
        {"%zz=1", "REDACTED"},
        {"api-version=1%26sig=s3cret", "api-version=REDACTED"},
        {"api-version=1;sig=s3cret", "api-version=REDACTED"},
        {"api-version=" + kToken, "api-version=[redacted]"},
        {"&&a=b&", "&&a=REDACTED&"},
        {"sig=a=b", "sig=REDACTED"}};
    for (const auto& [input, output] : table) {
        SCOPED_TRACE(input);
        EXPECT_EQ(query(input), output);
    }
}

TEST(Redact, TokensLeaveFreeText) {
    const std::pair<std::string, std::string> table[] = {
        {"", ""},
        {"nothing here but bees and eyes", "nothing here but bees and eyes"},
        {"a " + kToken + " b", "a [redacted] b"},
        {"x" + kToken, "x[redacted]"},
        {"Authorization: Bearer abc", "Authorization: [redacted]"},
        {"bEaReR  " + kToken + "," + kToken, "[redacted],[redacted]"},
        {"Bearer%20abc/def==;", "[redacted];"},
        {"Bearer+abc", "[redacted]"},
        {"Bearer", "Bearer"},
        {"Bearer ", "Bearer "},
        {"keyJson", "keyJson"},
        {"eyJhbGciOiJSUzI1NiJ9", "[redacted]"}};
    for (const auto& [input, output] : table) {
        SCOPED_TRACE(input);
        EXPECT_EQ(redact_text(input), output);
        EXPECT_EQ(holds_secret(input), input != output);
    }
}

TEST(Redact, TokensAreFoundWhereverTheyStand) {
    for (const std::string& secret : {kToken, "Bearer " + kToken, std::string("bearer abc")}) {
        for (const char around : std::string(" xbBJey")) {
            for (std::size_t before = 0; before < 20; ++before) {
                for (std::size_t after = 0; after < 10; ++after) {
                    const std::string head(before, around);
                    const std::string tail(after, ' ');
                    ASSERT_EQ(redact_text(head + secret + tail), head + "[redacted]" + tail);
                }
            }
        }
    }
}

TEST(Redact, UnknownKeysInTheRulesAreErrors) {
    for (const char* text : {"", "{}", R"({"source":"x","shown_query_values":[1]})",
                             R"({"source":"x","shown_query_values":["a"],"hide":["b"]})"}) {
        SCOPED_TRACE(text);
        const auto rules = parse_redaction_rules(text);
        ASSERT_FALSE(rules);
        EXPECT_EQ(rules.error().code, Errc::config_invalid);
        EXPECT_THAT(rules.error().detail, testing::HasSubstr("redaction.json"));
    }
}

}  // namespace
}  // namespace armgate::base
