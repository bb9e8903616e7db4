// Thousands of small changes to valid messages: each is refused, or is one message that goes on as
// one message. What the reader makes of it is held against a reading that shares nothing with it.
#include "core/arm/operation.hpp"
#include "core/http/request_check.hpp"
#include "core/http/writer.hpp"
#include "core/verdict/verdict.hpp"
#include "support/arm_rules.hpp"
#include "support/http_reading.hpp"
#include "support/mutations.hpp"
#include "support/strict_message.hpp"

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

using test::read_request;
using test::read_response;
using test::Reading;
using tests::Mutator;
using tests::strict_request;
using tests::strict_response;
using tests::StrictMessage;

constexpr int kMutants = 6000;  // of each message

const std::vector<std::string> kRequests{
    "PUT /subscriptions/s/resourceGroups/rg?api-version=2021-04-01 HTTP/1.1\r\n"
    "Host: management.azure.com\r\nAuthorization: Bearer a.b.c\r\nConnection: keep-alive\r\n"
    "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n{  }",
    "POST /subscriptions/s/providers/Microsoft.X/y/z/act HTTP/1.1\r\n"
    "Host: management.azure.com\r\nTransfer-Encoding: chunked\r\n\r\n"
    "4;a=b\r\nabcd\r\n1\r\ne\r\n0\r\nX-T: u\r\n\r\n",
    "GET https://management.azure.com/subscriptions HTTP/1.1\r\n"
    "Host: management.azure.com:443\r\nUser-Agent: az\r\nConnection: close\r\n\r\n"};

const std::vector<std::string> kResponses{
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: a\r\nServer: b\r\n"
    "Connection: keep-alive\r\nContent-Length: 4\r\n\r\n{  }",
    "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    "4;a=b\r\nabcd\r\n1\r\ne\r\n0\r\nX-T: u\r\n\r\n",
    "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"};

/// How many mutants came to which end: a test in which all end alike tests nothing.
struct Tally {
    int refused = 0;
    int passed = 0;
};

std::string class_of(std::string_view method, std::string_view target) {
    const auto what = arm::classify(method, target.substr(0, target.find('?')), test::arm_rules());
    return std::string(arm::class_name(what.request_class)) + " " + what.operation.value_or("-") +
           " " + what.resource_id.value_or("-");
}

void expect_one_request(std::string_view mutant, const Reading& read, Tally& tally) {
    MessageReader reader = MessageReader::request();
    ASSERT_TRUE(reader.put(mutant));
    const RequestHead& head = reader.request_head();
    const auto target = check_request(head, "management.azure.com", 443);
    if (!target || !verdict::is_known_method(head.method)) {
        ++tally.refused;
        return;
    }
    ++tally.passed;
    // The other reading ends the message at the same byte and finds the same body.
    const auto other = strict_request(mutant);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->size, mutant.size() - read.rest.size());
    EXPECT_EQ(other->body, read.body);
    EXPECT_EQ(other->method(), head.method);

    std::string out;
    append_request_head(out, head, target->origin, "management.azure.com", read.framing);
    append_body_piece(out, read.body, read.framing);
    append_body_end(out, read.framing);
    const auto written = strict_request(out);
    ASSERT_TRUE(written) << out;
    EXPECT_EQ(written->size, out.size()) << "more than one message";
    EXPECT_TRUE(written->is_canonical);
    EXPECT_EQ(written->body, other->body);
    EXPECT_EQ(written->end_to_end(), other->end_to_end());
    // What is judged is what goes out.
    const std::string judged = class_of(head.method, target->path);
    EXPECT_EQ(class_of(written->method(), written->target()), judged);
}

void expect_one_response(std::string_view mutant, const Reading& read, Tally& tally) {
    MessageReader reader = MessageReader::response("GET");
    ASSERT_TRUE(reader.put(mutant));
    const ResponseHead& head = reader.response_head();
    ++tally.passed;
    const auto other = strict_response(mutant, "GET");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->size, mutant.size() - read.rest.size());
    EXPECT_EQ(other->body, read.body);
    EXPECT_EQ(other->status(), static_cast<int>(head.status));

    std::string out;
    append_response_head(out, head, "GET", read.framing, Connection::keep);
    append_body_piece(out, read.body, read.framing);
    append_body_end(out, read.framing);
    const auto written = strict_response(out, "GET");
    ASSERT_TRUE(written) << out;
    EXPECT_EQ(written->size, out.size()) << "more than one message";
    EXPECT_TRUE(written->is_canonical);
    EXPECT_EQ(written->body, other->body);
    EXPECT_EQ(written->end_to_end(), other->end_to_end());
}

void expect_usual_spread(const Tally& tally) {
    EXPECT_GT(tally.refused, kMutants / 4);
    EXPECT_GT(tally.passed, kMutants / 20);
}

TEST(Mutations, OfARequestAreRefusedOrGoOnAsOneRequest) {
    Tally tally;
    for (const std::string& seed : kRequests) {
        Mutator mutator(20261127);
        for (int i = 0; i < kMutants; ++i) {
            const std::string mutant = mutator.mutate(seed);
            SCOPED_TRACE(mutant);
            const Reading read = read_request(mutant);
            EXPECT_TRUE(same_outcome(read, read_request(mutant, {1})));
            if (read.done) {
                expect_one_request(mutant, read, tally);
            } else {
                ++tally.refused;
            }
            if (testing::Test::HasFailure()) return;  // the first says enough
        }
    }
    expect_usual_spread(tally);
}

TEST(Mutations, OfAResponseAreRefusedOrGoOnAsOneResponse) {
    Tally tally;
    for (const std::string& seed : kResponses) {
        Mutator mutator(20261127);
        for (int i = 0; i < kMutants; ++i) {
            const std::string mutant = mutator.mutate(seed);
            SCOPED_TRACE(mutant);
            const Reading read = read_response(mutant);
            EXPECT_TRUE(same_outcome(read, read_response(mutant, {1})));
            if (read.done) {
                expect_one_response(mutant, read, tally);
            } else {
                ++tally.refused;
            }
            if (testing::Test::HasFailure()) return;
        }
    }
    expect_usual_spread(tally);
}

}  // namespace
}  // namespace armgate::http
