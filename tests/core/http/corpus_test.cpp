// Replays tests/data/http: one nasty message a file. The name begins with what has to become of it:
// `refuse`, `accept` (read whole, fit to be forwarded), `later` (read whole, refused by a check of
// the whole head) or `cut` (good so far, and not complete).
#include "core/base/text.hpp"
#include "core/http/hops.hpp"
#include "core/http/target.hpp"
#include "support/http_reading.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

using test::read_message;
using test::Reading;
using test::Side;

struct Message {
    std::string name;
    std::string bytes;
};

std::vector<Message> messages(Side side) {
    const std::string folder = side == Side::request ? "request" : "response";
    std::vector<Message> out;
    for (const auto& entry :
         std::filesystem::directory_iterator(ARMGATE_TEST_DATA "/http/" + folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        out.push_back({entry.path().stem(), std::string(std::istreambuf_iterator<char>(file), {})});
    }
    return out;
}

MessageReader reader(Side side) {
    return side == Side::request ? MessageReader::request() : MessageReader::response("GET");
}

/// What the proxy asks of a head that was read, as far as core/http knows it.
bool is_forwardable(const RequestHead& head) {
    static const std::vector<std::string> known{"GET",   "HEAD",   "OPTIONS", "PUT",
                                                "PATCH", "DELETE", "POST"};
    if (head.method == "CONNECT") return parse_connect_target(head.target).has_value();
    return std::find(known.begin(), known.end(), head.method) != known.end() &&
           parse_request_target(head.target).has_value() && check_request_hops(head).has_value() &&
           head.fields.count("Host") == 1;
}

void expect_named_outcome(const Message& message, Side side) {
    const Reading got = read_message(reader(side), side, message.bytes);
    const bool whole = got.done && !got.error;
    if (message.name.starts_with("refuse-")) {
        EXPECT_TRUE(got.error);
    } else if (message.name.starts_with("cut-")) {
        EXPECT_FALSE(got.error);
        EXPECT_FALSE(got.done);
    } else {
        ASSERT_TRUE(message.name.starts_with("accept-") || message.name.starts_with("later-"));
        ASSERT_TRUE(whole);
        if (side == Side::response) return;
        MessageReader again = MessageReader::request();
        ASSERT_TRUE(again.put(message.bytes));
        EXPECT_EQ(is_forwardable(again.request_head()), message.name.starts_with("accept-"));
    }
}

void expect_one_reading(const Message& message, Side side) {
    const Reading whole = read_message(reader(side), side, message.bytes);
    std::mt19937 random(7);
    std::vector<std::vector<std::size_t>> ways{{1}, {2}, {3, 1}, {4096}};
    for (int i = 0; i < 10; ++i) ways.push_back({random() % 40 + 1, random() % 7 + 1});
    for (const auto& sizes : ways) {
        if (message.bytes.size() > 20'000 && sizes[0] < 16)
            continue;  // quadratic in this test only
        EXPECT_TRUE(same_outcome(whole, read_message(reader(side), side, message.bytes, sizes)))
            << "in pieces of " << sizes[0];
    }
}

TEST(Corpus, EachMessageComesToTheEndItsNameSays) {
    for (const Side side : {Side::request, Side::response}) {
        const auto all = messages(side);
        EXPECT_GE(all.size(), side == Side::request ? 120U : 60U);
        for (const Message& message : all) {
            SCOPED_TRACE(message.name);
            expect_named_outcome(message, side);
        }
    }
}

TEST(Corpus, EachMessageIsReadTheSameHoweverItIsCut) {
    for (const Side side : {Side::request, Side::response}) {
        for (const Message& message : messages(side)) {
            SCOPED_TRACE(message.name);
            expect_one_reading(message, side);
        }
    }
}

}  // namespace
}  // namespace armgate::http
