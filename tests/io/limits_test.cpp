// Every limit has a name that sets it and that messages give.
#include "io/net/limits.hpp"

#include "core/arm/contents.hpp"
#include "core/arm/lenient_json.hpp"
#include "core/http/reader.hpp"
#include "core/identity/token.hpp"
#include "support/arm_rules.hpp"
#include "support/proxy_fixture.hpp"
#include "support/tokens.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>

namespace armgate::tests {
namespace {

using testing::HasSubstr;

TEST(Limits, EachIsSetByItsNameAndSaysItsValue) {
    std::set<std::string_view> names;
    for (const io::LimitName& limit : io::limit_names()) {
        SCOPED_TRACE(limit.name);
        EXPECT_TRUE(names.insert(limit.name).second);
        EXPECT_FALSE(limit.meaning.empty() || limit.at_it.empty());
        io::Limits limits;
        const bool is_time = limit.member.index() == 0;
        const std::string value = is_time ? "7ms" : "7";
        ASSERT_TRUE(io::set_limit(limits, std::string(limit.name) + "=" + value));
        EXPECT_EQ(io::limit_value(limits, limit.member), value);
        EXPECT_EQ(io::at_limit(limits, limit.member, "late"),
                  "late (limit " + std::string(limit.name) + "=" + value + ")");
        EXPECT_FALSE(io::set_limit(limits, std::string(limit.name) + "=0"));
        EXPECT_FALSE(io::set_limit(limits, std::string(limit.name) + "=" + value + "x"));
    }
    for (const io::FixedLimit& limit : io::fixed_limits()) {
        SCOPED_TRACE(limit.name);
        EXPECT_TRUE(names.insert(limit.name).second);
        io::Limits limits;
        const auto set = io::set_limit(limits, std::string(limit.name) + "=7");
        ASSERT_FALSE(set);
        EXPECT_THAT(set.error().detail, HasSubstr("this one is fixed"));
    }
}

std::string message_error(std::string_view bytes) {
    auto reader = http::MessageReader::request();
    while (!bytes.empty()) {
        const auto taken = reader.put(bytes);
        if (!taken) return taken.error().detail;
        if (*taken == 0) break;
        bytes.remove_prefix(*taken);
    }
    return {};
}

std::string token_error(const std::string& authorization) {
    const auto claims = identity::decode_unverified(authorization);
    return claims ? "" : claims.error().detail;
}

std::string body_error(const std::string& body) {
    const auto read = arm::LenientJson::parse(body);
    return read ? "" : read.error().detail;
}

std::string contents_error(const std::string& body) {
    const std::string path =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/d";
    const auto read =
        arm::read_contents({"PUT", path, body, {}, {}},
                           arm::classify("PUT", path, test::arm_rules()), test::arm_rules());
    return read ? "" : read.error().detail;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

TEST(Limits, WhatIsFixedIsNamedWhereItStrikes) {
    const std::string head = "PUT /x HTTP/1.1\r\nHost: management.azure.com\r\n";
    const std::string deep = R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}";
    std::map<std::string_view, std::string> said{
        {"head-bytes", message_error(head + "X: " + std::string(70'000, 'x') + "\r\n\r\n")},
        {"fields", message_error(head + repeated("X: y\r\n", 300) + "\r\n")},
        {"chunk-head-bytes", message_error(head + "Transfer-Encoding: chunked\r\n\r\n1;" +
                                           std::string(9000, 'x') + "\r\n")},
        {"token-bytes", token_error("Bearer " + std::string(70'000, 'x'))},
        {"token-depth", token_error(test::bearer(deep))},
        {"body-bytes", body_error(std::string(arm::kMaxBodyBytes + 1, ' '))},
        {"body-depth", body_error(std::string(65, '['))},
        {"body-values", body_error("[" + repeated("0,", 200'001) + "0]")},
        {"contents", contents_error(R"({"properties":{"template":{"resources":[)" +
                                    repeated(R"({"type":"A.B/c","name":"n"},)", 2001) + "]}}}")},
        {"contents-text",
         contents_error(R"({"properties":{"template":{"resources":[{"type":"A.B/c","name":")" +
                        std::string(300'000, 'n') + R"(","resources":[)" +
                        repeated(R"({"type":"d","name":"n"},)", 20) + "]}]}}}")}};
    // These need a proxy: BatchTest and ShiftedWorld look for their names.
    const std::set<std::string_view> elsewhere{"merged-items", "batch-answer-bytes", "lookups"};
    for (const io::FixedLimit& limit : io::fixed_limits()) {
        SCOPED_TRACE(limit.name);
        if (elsewhere.contains(limit.name)) continue;
        EXPECT_THAT(said[limit.name], HasSubstr("limit " + std::string(limit.name)));
    }
}

TEST(Limits, ValuesReadAsTheyAreWritten) {
    io::Limits limits;
    EXPECT_EQ(io::limit_value(limits, &io::Limits::client_head), "10s");
    EXPECT_EQ(io::limit_value(limits, &io::Limits::tunnel_idle), "10m");
    EXPECT_EQ(io::limit_value(limits, &io::Limits::body_total), "1h");
    EXPECT_EQ(io::limit_value(limits, &io::Limits::held_body_bytes), "1MiB");
    EXPECT_EQ(io::limit_value(limits, &io::Limits::client_hello_bytes), "64KiB");
    EXPECT_EQ(io::limit_value(limits, &io::Limits::informational), "16");
}

TEST(Limits, AsManyClientsAsDescriptorsServeAndTwoThousandWhereThereAreEnough) {
    EXPECT_EQ(io::sessions_for(10'000, 20'000), 9968U);
    EXPECT_EQ(io::sessions_for(10'000, 1'048'576), 10'000U);
    EXPECT_GE(io::sessions_for(10'000, 4096), 2000U);
    EXPECT_EQ(io::sessions_for(10'000, 1024), 480U);
    EXPECT_EQ(io::sessions_for(10'000, 10), 8U);
    EXPECT_EQ(io::sessions_for(5, 10), 5U);
}

class Sizes : public ProxyTest {};

TEST_F(Sizes, HeadsAndFieldsOverTheirLimitsAreNamedOnBothSides) {
    std::string fields;
    for (int i = 0; i < 300; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
    const std::string large = "X: " + std::string(70'000, 'x') + "\r\n";
    for (const auto& [more, limit] :
         {std::pair(large, "(limit head-bytes)"), std::pair(fields, "(limit fields)")}) {
        Wire plain = dial();
        static_cast<void>(
            plain.try_send("CONNECT management.azure.com:443 HTTP/1.1\r\n" + more + "\r\n"));
        const std::string refused = plain.read_to_end();
        EXPECT_THAT(refused, testing::StartsWith("HTTP/1.1 431 "));
        EXPECT_THAT(refused, HasSubstr(limit));
        Wire inner = arm();
        static_cast<void>(inner.try_send(request("GET", kGroup, more)));
        const std::string answer = inner.read_to_end();
        EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 431 "));
        EXPECT_THAT(answer, HasSubstr(limit));
        upstream_.answer_with("HTTP/1.1 200 OK\r\n" + more + "\r\n");
        Wire wire = arm();
        wire.send(request("PUT", kGroup));
        const Message bad = wire.read_response();
        EXPECT_EQ(bad.status(), 502);
        EXPECT_THAT(bad.body, HasSubstr(limit));
    }
    for (const auto& record : proxy().records().requests(6)) {
        EXPECT_THAT(record.error,
                    testing::AnyOf(HasSubstr("(limit head-bytes)"), HasSubstr("(limit fields)")));
    }
}

TEST_F(Sizes, ABodyThatIsTooLongToBeHeldSaysSo) {
    settings_.mode = verdict::Mode::enforce;
    settings_.limits.held_body_bytes = 1024;
    Wire wire = arm();
    wire.send(request("PUT",
                      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/"
                      "deployments/d",
                      user_without_mfa(), std::string(5000, ' ')));
    EXPECT_EQ(wire.read_response().status(), 401);
    EXPECT_THAT(proxy().records().requests(1).at(0).error,
                HasSubstr("(limit held-body-bytes=1KiB)"));
}

TEST_F(Sizes, AFloodOf1xxNamesItsLimit) {
    settings_.limits.informational = 3;
    std::string flood;
    for (int i = 0; i < 10; ++i) flood += "HTTP/1.1 103 Early Hints\r\n\r\n";
    upstream_.answer_with(flood);
    Wire wire = arm();
    wire.send(request("PUT", kGroup));
    Message answer = wire.read_response();
    while (answer.status() == 103) answer = wire.read_response();
    EXPECT_EQ(answer.status(), 502);
    EXPECT_THAT(answer.body, HasSubstr("(limit informational=3)"));
}

}  // namespace
}  // namespace armgate::tests
