// Replays tests/data/hostile through the reader: one nasty message a file. The name begins with
// what has to become of it here: `refuse`, `accept` (read whole, fit to be forwarded), `later`
// (read whole, refused by a check of the whole head) or `cut` (good so far, and not complete).
#include "core/arm/hosts.hpp"
#include "core/http/request_check.hpp"
#include "core/verdict/verdict.hpp"
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

/// The three folders, the messages of two of which are requests.
const std::vector<std::string> kFolders{"request", "connect", "response"};

Side side_of(const std::string& folder) {
    return folder == "response" ? Side::response : Side::request;
}

std::vector<Message> messages(const std::string& folder) {
    std::vector<Message> out;
    for (const auto& entry :
         std::filesystem::directory_iterator(ARMGATE_TEST_DATA "/hostile/" + folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        out.push_back({entry.path().stem(), std::string(std::istreambuf_iterator<char>(file), {})});
    }
    return out;
}

MessageReader reader(const Message& message, Side side) {
    if (side == Side::request) return MessageReader::request();
    const bool to_head = message.name.find("to-head-") != std::string::npos;
    return MessageReader::response(to_head ? "HEAD" : "GET");
}

/// What the proxy asks of a head that was read, as far as core knows it.
bool is_forwardable(const RequestHead& head, const std::string& folder) {
    if (folder == "connect") {
        const auto to = parse_connect_target(head.target);
        return head.method == "CONNECT" && to && arm::normalise_host(to->host).has_value();
    }
    return verdict::is_known_method(head.method) &&
           check_request(head, "management.azure.com", 443).has_value();
}

void expect_named_outcome(const Message& message, const std::string& folder) {
    const Side side = side_of(folder);
    const Reading got = read_message(reader(message, side), side, message.bytes);
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
        // Whether Host agrees with CONNECT is for the session to say.
        if (message.bytes.starts_with("CONNECT") && message.name.starts_with("later-host")) return;
        MessageReader again = MessageReader::request();
        ASSERT_TRUE(again.put(message.bytes));
        EXPECT_EQ(is_forwardable(again.request_head(), folder),
                  message.name.starts_with("accept-"));
    }
}

void expect_one_reading(const Message& message, Side side) {
    const Reading whole = read_message(reader(message, side), side, message.bytes);
    std::mt19937 random(7);
    std::vector<std::vector<std::size_t>> ways{{1}, {2}, {3, 1}, {4096}};
    for (int i = 0; i < 10; ++i) ways.push_back({random() % 40 + 1, random() % 7 + 1});
    for (const auto& sizes : ways) {
        if (message.bytes.size() > 20'000 && sizes[0] < 16)
            continue;  // quadratic in this test only
        EXPECT_TRUE(
            same_outcome(whole, read_message(reader(message, side), side, message.bytes, sizes)))
            << "in pieces of " << sizes[0];
    }
}

TEST(Corpus, EachMessageComesToTheEndItsNameSays) {
    for (const std::string& folder : kFolders) {
        const auto all = messages(folder);
        EXPECT_GE(all.size(), 100U);
        for (const Message& message : all) {
            SCOPED_TRACE(folder + "/" + message.name);
            expect_named_outcome(message, folder);
        }
    }
}

TEST(Corpus, EachMessageIsReadTheSameHoweverItIsCut) {
    for (const std::string& folder : kFolders) {
        for (const Message& message : messages(folder)) {
            SCOPED_TRACE(folder + "/" + message.name);
            expect_one_reading(message, side_of(folder));
        }
    }
}

}  // namespace
}  // namespace armgate::http
