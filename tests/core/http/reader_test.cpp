#include "core/http/reader.hpp"

#include "core/http/chunked.hpp"
#include "support/http_reading.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

using test::read_request;
using test::read_response;
using test::Reading;
using test::same_outcome;

constexpr const char* kHost = "Host: management.azure.com\r\n";

std::string put_with(const std::string& fields, const std::string& body = {}) {
    return std::string("PUT /subscriptions/s HTTP/1.1\r\n") + kHost + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) {
    return put_with("Transfer-Encoding: chunked\r\n", body);
}

std::string answer(const std::string& fields, const std::string& body = {}) {
    return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
}

TEST(Reader, GivesTheHeadAsItWasSentAndTheBody) {
    const Reading got = read_request(
        "PUT /Sub%2Fx//y/?a=$b HTTP/1.1\r\nhOsT: h\r\nX-A: 1\r\nx-a:  2 \t\r\nEmpty:\r\n"
        "Content-Length: 5\r\n\r\nhellonext");
    EXPECT_EQ(got.head,
              "PUT /Sub%2Fx//y/?a=$b 1.1\nhOsT=h\nX-A=1\nx-a=2\nEmpty=\nContent-Length=5\n");
    EXPECT_EQ(got.body, "hello");
    EXPECT_EQ(got.rest, "next") << "what follows a message is not its business";
    EXPECT_TRUE(got.done);
}

TEST(Reader, TakesChunksApartAndLeavesWhatFollows) {
    const struct {
        const char* body;
        const char* want;
    } cases[] = {
        {"5\r\nhello\r\n0\r\n\r\n", "hello"},
        {"0\r\n\r\n", ""},
        {"000\r\n\r\n", ""},
        {"0005\r\nhello\r\n00\r\n\r\n", "hello"},
        {"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
        {"1;x\r\nh\r\n1;x=y;z=\"q\"\r\ni\r\n0;end\r\n\r\n", "hi"},
        {"1 ; x = y\r\nh\r\n0\r\n\r\n", "h"},
        {"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
        {"2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Other: \t2\r\n\r\n", "hi"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.body);
        const Reading got = read_request(chunked(c.body) + "GET /next");
        EXPECT_FALSE(got.error);
        EXPECT_TRUE(got.done);
        EXPECT_EQ(got.body, c.want);
        EXPECT_EQ(got.rest, "GET /next");
    }
}

TEST(Reader, RefusesEveryChunkThatCouldBeReadInAnotherWay) {
    const char* bodies[] = {
        "+5\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5_0\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5x\r\nhello\r\n0\r\n\r\n",
        "\r\nhello\r\n0\r\n\r\n",
        ";ext\r\nhello\r\n0\r\n\r\n",
        "g\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhelloXX0\r\n\r\n",
        "4\r\nhello\r\n0\r\n\r\n",
        "5\r\nhell\r\n0\r\n\r\n",
        "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n",
        "5;a\rb\r\nhello\r\n0\r\n\r\n",
        "5;a\x01\r\nhello\r\n0\r\n\r\n",
        "5;a\xff\r\nhello\r\n0\r\n\r\n",
        "10000000000000000\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "0\n\n",
        "0\r\nX: a\n\r\n",
        "0\r\nX : a\r\n\r\n",
        "0\r\nno colon\r\n\r\n",
        "0\r\n: a\r\n\r\n",
        "0\r\n folded\r\n\r\n",
        "0\r\nX: a\r\n folded\r\n\r\n",
        "0\r\nX: a\x01\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\ntransfer-encoding: chunked\r\n\r\n",
    };
    for (const char* body : bodies) {
        SCOPED_TRACE(body);
        EXPECT_EQ(read_request(chunked(body)).error, Errc::chunk_invalid);
        const Reading response = read_response(answer("Transfer-Encoding: chunked\r\n", body));
        EXPECT_EQ(response.error, Errc::bad_response);
    }
    const std::string with_nul(
        std::string_view("5;\0\r\nhello\r\n0\r\n\r\n", sizeof("5;\0\r\nhello\r\n0\r\n\r\n") - 1));
    EXPECT_EQ(read_request(chunked(with_nul)).error, Errc::chunk_invalid);
}

TEST(Reader, FieldsOfATrailerNeverReachTheHead) {
    const Reading got = read_request(
        chunked("1\r\nx\r\n0\r\nAuthorization: Bearer t\r\nHost: evil\r\nConnection: close\r\n"
                "X-HTTP-Method-Override: DELETE\r\n\r\n"));
    EXPECT_TRUE(got.done);
    EXPECT_EQ(got.head,
              "PUT /subscriptions/s 1.1\nHost=management.azure.com\nTransfer-Encoding=chunked\n");
}

TEST(Reader, LimitsAChunkHeadAndATrailerHoweverTheyArrive) {
    const auto extension = [](std::size_t line) {
        return chunked("1;" + std::string(line - 4, 'e') + "\r\nx\r\n0\r\n\r\n");
    };
    const auto trailer = [](std::size_t bytes) {
        std::string fields;
        while (fields.size() + 200 < bytes) fields += "X: " + std::string(95, 't') + "\r\n";
        return chunked("0\r\n" + fields + "Y: " + std::string(bytes - fields.size() - 5, 'u') +
                       "\r\n\r\n");
    };
    const std::vector<std::vector<std::size_t>> ways = {{}, {1}, {4096}, {1, 700, 3}};
    for (const auto& sizes : ways) {
        EXPECT_TRUE(read_request(extension(kMaxChunkHeadBytes), sizes).done);
        EXPECT_TRUE(read_request(extension(kMaxChunkHeadBytes + 1), sizes).error);
        EXPECT_TRUE(read_request(trailer(kMaxChunkHeadBytes - 2), sizes).done);
        EXPECT_TRUE(read_request(trailer(kMaxChunkHeadBytes - 1), sizes).error);
        EXPECT_TRUE(read_request(trailer(1'200'000),
                                 sizes.empty() ? sizes : std::vector<std::size_t>{70'000})
                        .error);
    }
    EXPECT_TRUE(read_request(chunked("1;" + std::string(9000, 'e'))).error)
        << "a chunk head without an end is not waited for";
    EXPECT_TRUE(read_request(chunked("0\r\nX: " + std::string(9000, 'e'))).error);
}

TEST(Reader, HeadsUpTo64KiBPass) {
    const auto head_of = [](std::size_t bytes) {
        const std::string start = put_with("Authorization: Bearer ");
        return start.substr(0, start.size() - 2) + std::string(bytes - start.size() - 2, 't') +
               "\r\n\r\n";
    };
    for (const std::size_t piece : {std::size_t{0}, std::size_t{1}, std::size_t{5000}}) {
        const std::vector<std::size_t> sizes =
            piece == 0 ? std::vector<std::size_t>{} : std::vector<std::size_t>{piece};
        EXPECT_TRUE(read_request(head_of(12'131 + 100), sizes).done);
        if (piece == 1) continue;
        EXPECT_TRUE(read_request(head_of(kMaxHeadBytes), sizes).done);
        EXPECT_EQ(read_request(head_of(kMaxHeadBytes + 1), sizes).error, Errc::head_too_large);
    }
    const std::string endless = "GET /" + std::string(kMaxHeadBytes, 'a');
    EXPECT_EQ(read_request(endless).error, Errc::head_too_large);
}

TEST(Reader, ErrorsSayWhichPartIsBad) {
    const struct {
        std::string message;
        Errc want;
    } cases[] = {
        {put_with("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), Errc::bad_framing},
        {put_with("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), Errc::bad_framing},
        {put_with("Content-Length: 1\r\nContent-Length: 2\r\n"), Errc::bad_framing},
        {put_with("Content-Length: +1\r\n"), Errc::bad_framing},
        {put_with("Content-Length: \r\n"), Errc::bad_framing},
        {put_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
         Errc::bad_framing},
        {put_with("Connection: a b\r\n"), Errc::bad_field},
        {put_with("No colon\r\n"), Errc::bad_field},
        {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", Errc::bad_request_line},
        {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", Errc::bad_request_line},
        {"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", Errc::bad_request_line},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Errc::bad_request_line},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.message);
        EXPECT_EQ(read_request(c.message).error, c.want);
    }
}

TEST(Reader, GarbageIsRefusedBeforeAHeadIsWhole) {
    EXPECT_TRUE(read_request("GET / HTTP/1.1\n").error);
    EXPECT_TRUE(read_request("GET / HTTP/1.1\rX").error);
    EXPECT_TRUE(read_request(std::string("\x16\x03\x01\x00", 4)).error) << "TLS to a plain port";
    EXPECT_FALSE(read_request("GET / HTTP/1.1\r").error);
    EXPECT_FALSE(read_request("GET / HTTP/1.1\r\nHost: h\r\n\r").error);
}

TEST(Reader, ResponsesWithoutABodyEndWithTheirHead) {
    const struct {
        const char* head;
        const char* method;
    } cases[] = {
        {"HTTP/1.1 204 No Content\r\nContent-Length: 79\r\n\r\n", "GET"},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "GET"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "PUT"},
        {"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", "GET"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HEAD"},
        {"HTTP/1.1 200 OK\r\n\r\n", "HEAD"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "GET"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.head);
        const Reading got = read_response(std::string(c.head) + "HTTP/1.1", {}, c.method);
        EXPECT_TRUE(got.done);
        EXPECT_FALSE(got.needs_end);
        EXPECT_EQ(got.framing.kind, Framing::none);
        EXPECT_EQ(got.rest, "HTTP/1.1");
    }
}

TEST(Reader, AResponseWithoutFramingLastsUntilTheClose) {
    const Reading got = read_response(answer("", "all of\r\n\r\nthis"), {3});
    EXPECT_TRUE(got.done);
    EXPECT_TRUE(got.needs_end);
    EXPECT_EQ(got.body, "all of\r\n\r\nthis");
    EXPECT_EQ(got.framing.kind, Framing::until_close);
    EXPECT_TRUE(read_response(answer("")).done) << "an empty one";
}

TEST(Reader, AMessageThatIsCutIsTold) {
    const std::string whole[] = {put_with("Content-Length: 5\r\n", "hello"),
                                 chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n")};
    for (const std::string& message : whole) {
        for (std::size_t size = 0; size < message.size(); ++size) {
            MessageReader reader = MessageReader::request();
            std::string_view rest = std::string_view(message).substr(0, size);
            for (auto taken = reader.put(rest); *taken > 0; taken = reader.put(rest)) {
                rest.remove_prefix(*taken);
            }
            ASSERT_FALSE(reader.done()) << size;
            EXPECT_EQ(reader.put_end().error().code, Errc::truncated);
        }
    }
}

TEST(Reader, StatusCodesOutside100To599AreRefused) {
    for (const char* status : {"099", "000", "600", "999", "20", "2000", "2x0", "-10", " 200"}) {
        SCOPED_TRACE(status);
        const std::string head = std::string("HTTP/1.1 ") + status + " x\r\n\r\n";
        EXPECT_EQ(read_response(head).error, Errc::bad_response);
    }
    EXPECT_EQ(read_response("HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n").head,
              "1.1 599 \nContent-Length=0\n");
}

// Two ways of reading a message are how one is smuggled in another.
TEST(Reader, AMessageReadsTheSameHoweverItIsCut) {
    const std::string messages[] = {
        put_with("Content-Length: 11\r\n", "hello world") + "GET / HTTP/1.1\r\n\r\n",
        put_with(""),
        put_with("Content-Length: 0\r\n", "rest"),
        chunked("0\r\n\r\n") + "rest",
        chunked("5\r\nhello\r\n0\r\n\r\n") + "rest",
        chunked("5;a=b\r\nhello\r\n10\r\n0123456789abcdef\r\n0;x\r\nA: b\r\nC: d\r\n\r\n") + "rest",
        chunked("2\r\n\r\n\r\n0\r\n\r\n"),
        chunked("5\r\nhello\r\n5\r\nhelloX\r\n0\r\n\r\n"),
        chunked("5\r\nhello\r\nzz\r\n"),
        chunked("1\r\nx\r\n0\r\nbad trailer\r\n\r\n"),
        put_with("X: a\r\n b\r\n"),
    };
    std::mt19937 random(20261125);
    for (const std::string& message : messages) {
        SCOPED_TRACE(message);
        const Reading whole = read_request(message);
        const Reading bytewise = read_request(message, {1});
        EXPECT_TRUE(same_outcome(whole, bytewise));
        for (std::size_t cut = 1; cut < message.size(); ++cut) {
            EXPECT_TRUE(same_outcome(whole, read_request(message, {cut, message.size()}))) << cut;
        }
        for (int i = 0; i < 50; ++i) {
            std::vector<std::size_t> sizes(5);
            for (auto& size : sizes) size = random() % 9 + 1;
            EXPECT_TRUE(same_outcome(whole, read_request(message, sizes)));
        }
    }
}

TEST(Reader, ManySmallChunksAreReadInOneGo) {
    std::string body;
    std::string want;
    for (int i = 0; i < 20'000; ++i) {
        body += "1\r\nx\r\n";
        want += 'x';
    }
    EXPECT_EQ(read_request(chunked(body + "0\r\n\r\n"), {4096}).body, want);
}

}  // namespace
}  // namespace armgate::http
