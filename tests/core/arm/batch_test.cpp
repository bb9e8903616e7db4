#include "core/arm/batch.hpp"

#include "core/base/json.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::arm {
namespace {

std::string without(std::string_view body, const std::vector<std::size_t>& refused) {
    const auto smaller = batch_without(body, refused);
    return smaller ? *smaller : "!" + std::string(error_name(smaller.error().code));
}

TEST(BatchWithout, KeepsTheRestByteForByte) {
    const std::string body = "{ \"requests\" : [ {a:1} , /*x*/ {b:2},\n {c:3} ] , \"z\": 1 }";
    EXPECT_EQ(without(body, {}), body);
    EXPECT_EQ(without(body, {0}), "{ \"requests\" : [ {b:2},\n {c:3} ] , \"z\": 1 }");
    EXPECT_EQ(without(body, {1}), "{ \"requests\" : [ {a:1},\n {c:3} ] , \"z\": 1 }");
    EXPECT_EQ(without(body, {2}), "{ \"requests\" : [ {a:1} , /*x*/ {b:2} ] , \"z\": 1 }");
    EXPECT_EQ(without(body, {0, 2}), "{ \"requests\" : [ {b:2} ] , \"z\": 1 }");
    EXPECT_EQ(without(body, {1, 2}), "{ \"requests\" : [ {a:1} ] , \"z\": 1 }");
    EXPECT_EQ(without("{requests:[{a:1},{b:2},]}", {0}), "{requests:[{b:2},]}");
    EXPECT_EQ(without("{requests:[{a:1},//x\n{b:2}]}", {0}), "{requests:[{b:2}]}");
}

TEST(BatchWithout, WithoutAnyItemTheListIsEmpty) {
    for (const char* body : {"{requests:[ {a:1} , {b:2} ]}", "{requests:[{a:1},{b:2},]}"}) {
        const std::string text = without(body, {0, 1});  // a document is views into its text
        const auto document = LenientJson::parse(text);
        ASSERT_TRUE(document) << body;
        EXPECT_EQ(document->root().member("requests")->size(), 0U);
    }
}

TEST(BatchWithout, RefusesWhatIsNoBatchOrHasNoSuchItem) {
    EXPECT_EQ(without("{requests:[{}]}", {1}), "!input_invalid");
    EXPECT_EQ(without("{requests:{}}", {}), "!input_invalid");
    EXPECT_EQ(without("{", {}), "!input_invalid");
    EXPECT_EQ(without(std::string(kMaxBodyBytes + 1, ' '), {}), "!body_too_large");
}

/// Every subset of every small batch, in several spellings, holds what it should.
TEST(BatchWithout, LeavesExactlyTheOthers) {
    const std::array<const char*, 4> separators{",", " , ", ",//,\n", "/*]*/,/*[*/"};
    for (const std::string separator : separators) {
        for (std::size_t count = 1; count <= 4; ++count) {
            std::string body = "{requests:[";
            for (std::size_t i = 0; i < count; ++i) {
                if (i > 0) body += separator;
                body += "{name:'" + std::to_string(i) + "'}";
            }
            body += "]}";
            for (std::size_t set = 0; set < (1U << count); ++set) {
                std::vector<std::size_t> refused;
                for (std::size_t i = 0; i < count; ++i) {
                    if ((set >> i & 1U) != 0) refused.push_back(i);
                }
                const auto smaller = without(body, refused);
                const auto document = LenientJson::parse(smaller);
                ASSERT_TRUE(document) << smaller;
                std::string left;
                const JsonValue items = document->root().member("requests").value();
                for (const JsonValue item : items) left += item.member("name")->text();
                std::string want;
                for (std::size_t i = 0; i < count; ++i) {
                    if ((set >> i & 1U) == 0) want += std::to_string(i);
                }
                EXPECT_EQ(left, want) << smaller;
            }
        }
    }
}

const BatchAnswer kRefused{
    "b", 401, {{"WWW-Authenticate", "Bearer realm=\"\""}}, R"({"error":{"code":"X"}})"};

const std::string kRefusedText =
    R"({"name":"b","httpStatusCode":401,"headers":{"WWW-Authenticate":"Bearer realm=\"\""},)"
    R"("content":{"error":{"code":"X"}},"contentLength":22})";

std::string merged(std::string_view answer, const std::vector<std::string_view>& names) {
    const auto out = merge_batch_answer(answer, names, std::span(&kRefused, 1));
    return out ? *out : "!" + std::string(error_name(out.error().code));
}

TEST(MergeBatchAnswer, PutsTheAnswersInTheOrderOfTheRequest) {
    const std::string a = R"({ "name":"a", "httpStatusCode": 200, "content":{"Foo":1,"foo":2} })";
    const std::string c = R"({"name":"C","httpStatusCode":204})";
    EXPECT_EQ(merged(R"({"responses":[)" + c + " , " + a + R"(], "x":1})", {"a", "b", "c"}),
              R"({"responses":[)" + a + "," + kRefusedText + "," + c + R"(], "x":1})");
    EXPECT_EQ(merged(R"({"value":[]})", {"b"}), R"({"value":[)" + kRefusedText + "]}");
    EXPECT_EQ(merged(R"({"responses":[]})", {"a", "b"}), R"({"responses":[)" + kRefusedText + "]}");
}

TEST(MergeBatchAnswer, KeepsWhatWasNotAskedFor) {
    EXPECT_EQ(merged(R"({"responses":[{"x":1},{"name":"z"},{"name":"a"}]})", {"a", "b"}),
              R"({"responses":[{"name":"a"},)" + kRefusedText + R"(,{"x":1},{"name":"z"}]})");
}

TEST(MergeBatchAnswer, RefusesWhatIsNoAnswerToABatch) {
    for (const char* answer : {"", "[]", "{}", R"({"responses":{}})", "x", R"({"responses":[)"}) {
        SCOPED_TRACE(answer);
        EXPECT_EQ(merged(answer, {"b"}), "!input_invalid");
    }
    EXPECT_EQ(merged(std::string(kMaxBatchAnswerBytes + 1, ' '), {"b"}), "!body_too_large");
}

TEST(MergeBatchAnswer, AnswersAloneMakeAnEnvelope) {
    EXPECT_EQ(batch_answer(std::span(&kRefused, 1)), R"({"responses":[)" + kRefusedText + "]}");
    const std::vector<BatchAnswer> two{kRefused, {"\"\n\xFF", 401, {}, ""}};
    const auto json = base::parse_json(batch_answer(two), base::kBodyDepth);
    ASSERT_TRUE(json);
    EXPECT_EQ(json->at("responses").size(), 2U);
    EXPECT_EQ(json->at("responses")[1].at("content"), nullptr);
}

}  // namespace
}  // namespace armgate::arm
