// The client of armgate's own, against a scripted server: what it sends, what it takes, and where
// it stops.
#include "io/net/https_client.hpp"

#include "certs/upstream_context.hpp"
#include "support/scripted_upstream.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <gtest/gtest.h>

namespace armgate::tests {
namespace {

constexpr const char* kHost = "management.azure.com";

class HttpsClientTest : public ::testing::Test {
  protected:
    Result<io::HttpsAnswer> get(const std::string& address = "127.0.0.1", bool trusted = true) {
        auto context =
            certs::make_upstream_context({}, nullptr, {trusted ? pki_.ca_pem() : other_.ca_pem()});
        if (!context) return context.error();
        io::DialRules rules;
        rules.connect_to = {{kHost, 443, address, upstream_.port()}};
        io::HttpsClient client(context->get(), limits_, rules);
        return client.get(kHost, "/a?b=$c()", "Bearer x.y.z");
    }

    void answer_and_close(std::string bytes) {
        upstream_.answer_with([bytes = std::move(bytes)](Wire& wire, const Message&) {
            wire.send(bytes);
            return Afterwards::end_connection;
        });
    }

    TestPki pki_{now()};
    TestPki other_{now()};
    ScriptedUpstream upstream_{pki_.leaf(kHost)};
    io::Limits limits_;
};

TEST_F(HttpsClientTest, AsksOnceAndGivesTheAnswer) {
    upstream_.answer_with("HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nhello");
    const auto answer = get();
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 403U);
    EXPECT_EQ(answer->body, "hello");
    ASSERT_EQ(upstream_.requests().size(), 1U);
    EXPECT_EQ(upstream_.requests().front().raw,
              std::string("GET /a?b=$c() HTTP/1.1\r\nHost: ") + kHost +
                  "\r\nUser-Agent: armgate/" ARMGATE_VERSION
                  "\r\nAccept: application/json\r\nAuthorization: Bearer x.y.z\r\n"
                  "Connection: close\r\n\r\n");
}

TEST_F(HttpsClientTest, TakesEveryFraming) {
    for (const char* bytes :
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
          "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"}) {
        answer_and_close(bytes);
        const auto answer = get();
        ASSERT_TRUE(answer) << bytes << answer.error().detail;
        EXPECT_EQ(answer->body, "hello") << bytes;
    }
}

TEST_F(HttpsClientTest, ACutOrOddAnswerIsAnError) {
    const struct {
        const char* bytes;
        Errc code;
    } cases[] = {
        {"", Errc::connection_closed},
        {"HTTP/1.1 200 OK\r\nContent-Le", Errc::truncated},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", Errc::truncated},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Errc::truncated},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", Errc::bad_response},
        {"nonsense\r\n\r\n", Errc::bad_response},
    };
    for (const auto& c : cases) {
        answer_and_close(c.bytes);
        const auto answer = get();
        ASSERT_FALSE(answer) << c.bytes;
        EXPECT_EQ(answer.error().code, c.code) << c.bytes << answer.error().detail;
    }
}

TEST_F(HttpsClientTest, AnAnswerWithoutEndIsLeft) {
    upstream_.answer_with([](Wire& wire, const Message&) {
        std::string out = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        const std::string block(std::size_t{1} << 20U, 'x');
        for (int i = 0; i < 32 && wire.try_send(out + block); ++i) out.clear();
        return Afterwards::end_connection;
    });
    const auto answer = get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::body_too_large);
}

TEST_F(HttpsClientTest, AServerThatSaysNothingIsNotWaitedForWithoutEnd) {
    limits_.response_head = std::chrono::milliseconds(300);
    upstream_.answer_with([](Wire& wire, const Message&) {
        (void)wire.input_comes(std::chrono::milliseconds(3000));
        return Afterwards::end_connection;
    });
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
}

TEST_F(HttpsClientTest, NothingIsSentToWhomItDoesNotTrust) {
    const auto answer = get("127.0.0.1", false);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::certificate_rejected);
    EXPECT_TRUE(upstream_.requests().empty());
}

TEST_F(HttpsClientTest, AddressesThatAreNeverDialledAreNot) {
    const auto answer = get("169.254.169.254");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::address_forbidden);
}

}  // namespace
}  // namespace armgate::tests
