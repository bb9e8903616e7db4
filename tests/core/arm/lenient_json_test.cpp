#include "core/arm/lenient_json.hpp"

#include "core/arm/lenient_strings.hpp"
#include "core/base/json.hpp"
#include "support/lenient_tree.hpp"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::arm {
namespace {

/// The document as plain JSON without spaces; `!` and the error's name where it is not read.
std::string read(std::string_view text) {
    const std::vector<char> exact(text.begin(), text.end());  // nothing readable behind its end
    const auto document = LenientJson::parse({exact.data(), exact.size()});
    if (!document) return "!" + std::string(error_name(document.error().code));
    return test::plain_tree(document->root()).dump();
}

TEST(LenientJson, ReadsWhatAzSends) {
    EXPECT_EQ(read("{\"properties\": {\"mode\": \"Incremental\", template:{\n"
                   "  // what is deployed\n  \"resources\": [ /* none */ ],\n}}}"),
              R"({"properties":{"mode":"Incremental","template":{"resources":[]}}})");
}

TEST(LenientJson, TakesTheLibertiesOfArm) {
    const std::pair<const char*, const char*> table[] = {
        {R"({a:1})", R"({"a":1})"},
        {R"({$schema_2:1})", R"({"$schema_2":1})"},
        {R"({1a:1})", R"({"1a":1})"},
        {R"({'a b':'it"s'})", R"({"a b":"it\"s"})"},
        {R"({"a":'it\'s'})", R"({"a":"it's"})"},
        {R"([1,2,])", "[1,2]"},
        {R"({"a":1,})", R"({"a":1})"},
        {"[1,//x\n2]", "[1,2]"},
        {"[1,//x\r\n2]", "[1,2]"},
        {"/**/[/* , */1/**/,/*]*/2]//", "[1,2]"},
        {"[\"a\nb\tc\"]", R"(["a\nb\tc"])"},
        {"\"//x\"", R"("//x")"},
        {"'/*'", R"("/*")"},
    };
    for (const auto& [text, want] : table) {
        SCOPED_TRACE(text);
        EXPECT_EQ(read(text), want);
    }
}

TEST(LenientJson, ReadsJson) {
    for (const char* text :
         {"null", "true", "false", "0", "-0", "-12.5e+3", R"("\u0041\ud83d\ude00\u00e9\n\/")", "[]",
          "{}", R"({"a":[{"b":[[]]},{}],"c":{"d":null}})", " [ 1 , 2 ] ", "\"\xC3\xA9\"",
          R"({"":1,"a":{"a":1}})"}) {
        SCOPED_TRACE(text);
        const auto want = base::parse_json(text, base::kBodyDepth);
        ASSERT_TRUE(want);
        const auto got = LenientJson::parse(text);
        ASSERT_TRUE(got);
        EXPECT_EQ(test::plain_tree(got->root()), *want);
    }
}

TEST(LenientJson, RefusesEverythingElse) {
    for (const std::string& text : {std::string(),
                                    std::string(" "),
                                    std::string("//"),
                                    std::string("[1 2]"),
                                    std::string("[,]"),
                                    std::string("[1,,2]"),
                                    std::string("{,}"),
                                    std::string("{a}"),
                                    std::string("{a 1}"),
                                    std::string("{a:}"),
                                    std::string("{a:1 b:2}"),
                                    std::string("{a-b:1}"),
                                    std::string("{:1}"),
                                    std::string("{1.5:1}"),
                                    std::string("[1}"),
                                    std::string("{\"a\":1]"),
                                    std::string("[1"),
                                    std::string("{\"a\":1"),
                                    std::string("[1]]"),
                                    std::string("[1] x"),
                                    std::string("{}{}"),
                                    std::string("01"),
                                    std::string("0x1F"),
                                    std::string("1."),
                                    std::string(".5"),
                                    std::string("+1"),
                                    std::string("1e"),
                                    std::string("-"),
                                    std::string("NaN"),
                                    std::string("Infinity"),
                                    std::string("undefined"),
                                    std::string("new Date(1)"),
                                    std::string("True"),
                                    std::string("truex"),
                                    std::string("nul"),
                                    std::string("a"),
                                    std::string("\"a"),
                                    std::string("'a\""),
                                    std::string("\"\\x41\""),
                                    std::string("\"\\u12\""),
                                    std::string("\"\\u12G4\""),
                                    std::string("\"\\ud800\""),
                                    std::string("\"\\udc00\""),
                                    std::string("\"\\ud800\\u0041\""),
                                    std::string("\"\\u0000\""),
                                    std::string("\"\\"),
                                    std::string("[1/*"),
                                    std::string("[1/*/]"),
                                    std::string("[1/]"),
                                    std::string("/ /1"),
                                    std::string("[1,//x\r2]"),
                                    std::string("#x\n1"),
                                    std::string("\"\x01\""),
                                    std::string("[1]\0", 4),
                                    std::string("\"\0\"", 3),
                                    std::string("\xEF\xBB\xBF[]"),
                                    std::string("\"\xFF\""),
                                    std::string("\"\xC0\xAF\""),
                                    std::string("\"\xED\xA0\x80\""),
                                    std::string("\"\xF4\x90\x80\x80\""),
                                    std::string("\"\xC3"),
                                    std::string("[1]//\xC3"),
                                    std::string("[\xC2\xA0"
                                                "1]")}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(read(text), "!input_invalid");
    }
}

TEST(LenientJson, RefusesNoTextAtAll) {
    EXPECT_EQ(read({}), "!input_invalid");
}

/// What is no space and begins nothing: wherever a space may stand.
TEST(LenientJson, RefusesOddBytesBetweenValues) {
    for (const char* odd : {"\x01", "\x0B", "\x7F", "\xC2\xA0", "\xE2\x80\xA8", "#"}) {
        for (const char* text :
             {"@{\"a\":[1,2]}", "{@\"a\":[1,2]}", "{\"a\"@:[1,2]}", "{\"a\":@[1,2]}",
              "{\"a\":[@1,2]}", "{\"a\":[1@,2]}", "{\"a\":[1,@2]}", "{\"a\":[1,2@]}",
              "{\"a\":[1,2]@}", "{\"a\":[1,2]}@"}) {
            std::string with = text;
            with.replace(with.find('@'), 1, odd);
            EXPECT_EQ(read(with), "!input_invalid") << with;
            with = text;
            with.replace(with.find('@'), 1, std::string(" ") + odd + " ");
            EXPECT_EQ(read(with), "!input_invalid") << with;
            with = text;
            with.replace(with.find('@'), 1, "\t/* x */ \r\n");
            EXPECT_EQ(read(with), R"({"a":[1,2]})") << with;
        }
    }
}

/// Strings and gaps are looked through many bytes at a time: each place and length is its own case.
TEST(LenientJson, FindsTheEndWhereverItStands) {
    for (std::size_t length = 0; length < 40; ++length) {
        const std::string fill(length, 'x');
        const std::string spaces(length, ' ');
        EXPECT_EQ(read("\"" + fill + "\""), "\"" + fill + "\"");
        EXPECT_EQ(read("'" + fill + "\"!\x7F'").size(), length + 6);
        EXPECT_EQ(read("[" + spaces + "1" + spaces + "]" + spaces), "[1]");
        EXPECT_EQ(read("\"" + fill), "!input_invalid");
        EXPECT_EQ(read("\"" + fill + "\x1F" + fill + "\""), "!input_invalid");
        EXPECT_EQ(read("\"" + fill + "\t" + fill + "\""), "\"" + fill + "\\t" + fill + "\"");
        EXPECT_EQ(read("\"" + fill + "\\n" + fill + "\xC3\xA9" + fill + "\""),
                  "\"" + fill + "\\n" + fill + "\xC3\xA9" + fill + "\"");
        EXPECT_EQ(read("\"" + fill + "\"" + spaces + "x"), "!input_invalid");
    }
}

template <class Block>
void find_ends_of_plain_strings() {
    for (std::size_t length = 0; length < 70; ++length) {
        const auto end_in = [](const std::string& text) {
            const std::vector<char> exact(text.begin(), text.end());
            const char* const begin = exact.data();
            const char* const at = end_of_plain_string<Block>(begin, begin + exact.size());
            return at == nullptr ? std::string::npos : static_cast<std::size_t>(at - begin);
        };
        const std::string fill(length, 'x');
        const std::string behind(Block::kSize, ',');
        EXPECT_EQ(end_in("\"" + fill + "\"" + behind), length + 1);
        EXPECT_EQ(end_in("\"" + fill + "\"\"\\" + behind), length + 1);
        EXPECT_EQ(end_in("\"" + fill), std::string::npos);
        for (const char* odd : {"\\", "\n", "\x1F", "\x80", "\xFF"}) {
            EXPECT_EQ(end_in("\"" + fill + odd + "\"" + behind), std::string::npos);
            EXPECT_EQ(end_in("\"" + fill + "\"" + odd + behind), length + 1);
        }
        EXPECT_EQ(end_in("'" + fill + "'\"" + behind), std::string::npos);
    }
}

TEST(LenientJson, FindsTheEndOfAPlainStringInEveryBlock) {
    find_ends_of_plain_strings<base::EightBytes>();
    find_ends_of_plain_strings<base::ByteBlock>();
}

TEST(LenientJson, RefusesTwoMembersOfOneName) {
    EXPECT_EQ(read(R"({"a":1,"b":2,"a":3})"), "!input_invalid");
    EXPECT_EQ(read(R"({"a":1,a:3})"), "!input_invalid");
    EXPECT_EQ(read(R"({"a":1,"\u0061":3})"), "!input_invalid");
    EXPECT_EQ(read(R"({"properties":1,"Properties":3})"), "!input_invalid");
    EXPECT_EQ(read(R"([{"a":1},{"a":2},{"b":{"a":1},"a":2}])"),
              R"([{"a":1},{"a":2},{"a":2,"b":{"a":1}}])");
    std::string many = "{";
    for (int i = 0; i < 100; ++i) many += "\"key" + std::to_string(i) + "\":1,";
    EXPECT_NE(read(many + "}"), "!input_invalid");
    EXPECT_EQ(read(many + "KEY57:1}"), "!input_invalid");
}

/// Names are compared only where they are alike at a first look: it must never miss two.
TEST(LenientJson, FindsEveryNameThatIsThereTwice) {
    std::mt19937 random(7);
    constexpr std::string_view kLetters = "aAbBzZ@`[{_09";
    std::size_t twice = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::set<std::string> names;
        bool doubled = false;
        std::string text = "{";
        for (std::size_t member = random() % 12; member > 0; --member) {
            std::string name;
            for (std::size_t length = random() % 4; length > 0; --length) {
                name += kLetters[random() % kLetters.size()];
            }
            doubled = !names.insert(base::to_lower(name)).second || doubled;
            text += "\"" + name + "\":0,";
        }
        ASSERT_EQ(LenientJson::parse(text + "}").has_value(), !doubled) << text;
        twice += doubled ? 1 : 0;
    }
    EXPECT_GT(twice, 1000U);
}

TEST(LenientJson, HasLimits) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_EQ(read(nested(64)), nested(64));
    EXPECT_EQ(read(nested(65)), "!input_invalid");
    EXPECT_EQ(read(nested(500'000)), "!input_invalid");
    EXPECT_EQ(read("\"" + std::string(kMaxBodyBytes - 2, 'a') + "\"").size(), kMaxBodyBytes);
    EXPECT_EQ(read("\"" + std::string(kMaxBodyBytes - 1, 'a') + "\""), "!body_too_large");
    std::string wide = "[";
    for (std::size_t i = 1; i < kMaxBodyValues; ++i) wide += "0,";
    EXPECT_NE(read(wide + "]"), "!input_invalid");
    EXPECT_EQ(read(wide + "0]"), "!input_invalid");
}

TEST(LenientJson, ValuesKnowTheirPlaceInTheText) {
    const std::string text = "{ a : [ 1, 'x' ] , /**/ \"b\":{\"c\":true} }";
    const auto document = LenientJson::parse(text);
    ASSERT_TRUE(document);
    const JsonValue root = document->root();
    EXPECT_EQ(root.source(), text);
    EXPECT_EQ(root.member("A")->source(), "[ 1, 'x' ]");
    EXPECT_EQ(root.member("b")->source(), R"({"c":true})");
    EXPECT_EQ(root.member("B")->member("C")->source(), "true");
    EXPECT_EQ(root.member("a")->size(), 2U);
    EXPECT_FALSE(root.member("c"));
    EXPECT_FALSE(root.member("a")->member("x"));
    EXPECT_EQ(root.member("a")->text(), "");
}

TEST(LenientJson, StringsWithEscapesKnowTheirPlaceToo) {
    const std::string text = R"({"\u0061":["\n","plain",'it\'s',"","\u00e9"],"b":"\\"})";
    const auto document = LenientJson::parse(text);
    ASSERT_TRUE(document);
    const JsonValue root = document->root();
    std::string sources;
    std::string texts;
    const JsonValue list = *root.member("a");
    for (const JsonValue value : list) {
        sources.append(value.source()).append(";");
        texts.append(value.text()).append(";");
    }
    EXPECT_EQ(sources, R"("\n";"plain";'it\'s';"";"\u00e9";)");
    EXPECT_EQ(texts, "\n;plain;it's;;\xC3\xA9;");
    EXPECT_EQ(root.member("b")->source(), R"("\\")");
    EXPECT_EQ(root.member("b")->text(), "\\");
    EXPECT_EQ(root.source(), text);
}

}  // namespace
}  // namespace armgate::arm
