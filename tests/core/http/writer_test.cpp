#include "core/http/writer.hpp"

#include "core/http/hops.hpp"
#include "support/http_reading.hpp"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

using test::read_request;
using test::read_response;

using Fields = std::vector<std::pair<std::string, std::string>>;

FieldList list(const Fields& fields) {
    FieldList out;
    for (const auto& [name, value] : fields) out.add(name, value);
    return out;
}

std::string forwarded(const Fields& fields, const BodyFraming& framing = {}) {
    RequestHead head;
    head.method = "PUT";
    head.target = "https://other/ignored";
    head.fields = list(fields);
    std::string out;
    append_request_head(out, head, "//a%2F?$b=c", "management.azure.com", framing);
    return out;
}

std::string answered(const Fields& fields,
                     unsigned status,
                     const BodyFraming& framing = {},
                     const char* method = "GET") {
    ResponseHead head;
    head.status = status;
    head.reason = "Reason";
    head.fields = list(fields);
    std::string out;
    append_response_head(out, head, method, framing, Connection::keep);
    return out;
}

TEST(Writer, ARequestKeepsItsFieldsAndGainsNone) {
    EXPECT_EQ(forwarded({{"User-Agent", "az"},
                         {"HOST", "Management.Azure.com:443"},
                         {"x-MS-a", "1"},
                         {"Connection", "keep-alive, X-Hop"},
                         {"X-Hop", "gone"},
                         {"X-MS-A", "2"},
                         {"Proxy-Authorization", "Basic eA=="},
                         {"Proxy-Connection", "keep-alive"},
                         {"TE", "trailers"},
                         {"Trailer", "X"},
                         {"Upgrade", "h2c"},
                         {"Empty", ""},
                         {"Expect", "100-continue"}}),
              "PUT //a%2F?$b=c HTTP/1.1\r\n"
              "Host: management.azure.com\r\n"
              "User-Agent: az\r\n"
              "x-MS-a: 1\r\n"
              "X-MS-A: 2\r\n"
              "Empty: \r\n"
              "Expect: 100-continue\r\n"
              "\r\n");
}

TEST(Writer, TheFramingOfARequestIsOurs) {
    EXPECT_EQ(forwarded({{"Content-Length", "5"}, {"A", "b"}}, {Framing::length, 5}),
              "PUT //a%2F?$b=c HTTP/1.1\r\nHost: management.azure.com\r\nA: b\r\n"
              "Content-Length: 5\r\n\r\n");
    EXPECT_EQ(forwarded({{"transfer-encoding", "CHUNKED"}, {"A", "b"}}, {Framing::chunked, 0}),
              "PUT //a%2F?$b=c HTTP/1.1\r\nHost: management.azure.com\r\nA: b\r\n"
              "Transfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(forwarded({{"content-length", "0"}}),
              "PUT //a%2F?$b=c HTTP/1.1\r\nHost: management.azure.com\r\ncontent-length: 0\r\n\r\n")
        << "ARM wants the zero";
}

TEST(Writer, TheFramingOfAResponseIsOurs) {
    const Fields length{{"Content-Length", "9"}, {"A", "b"}};
    EXPECT_EQ(answered(length, 200, {Framing::length, 9}),
              "HTTP/1.1 200 Reason\r\nA: b\r\nContent-Length: 9\r\n\r\n");
    EXPECT_EQ(answered({{"Transfer-Encoding", "chunked"}}, 200, {Framing::chunked, 0}),
              "HTTP/1.1 200 Reason\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(answered({}, 200, {Framing::until_close, 0}), "HTTP/1.1 200 Reason\r\n\r\n");
    EXPECT_EQ(answered({{"Content-Length", "0"}}, 200),
              "HTTP/1.1 200 Reason\r\nContent-Length: 0\r\n\r\n");
}

TEST(Writer, ALengthIsToldOnlyWhereItMayBe) {
    const Fields length{{"Content-Length", "9"}};
    const std::string with = "Content-Length: 9\r\n\r\n";
    EXPECT_TRUE(answered(length, 200, {}, "HEAD").ends_with(with));
    EXPECT_TRUE(answered(length, 304).ends_with(with));
    for (const unsigned status : {100U, 103U, 204U}) {
        EXPECT_EQ(answered(length, status).find("Content-Length"), std::string::npos) << status;
    }
    EXPECT_EQ(answered(length, 204, {}, "HEAD").find("Content-Length"), std::string::npos);
}

TEST(Writer, NeverWritesTheLengthTwice) {
    const Fields length{{"Content-Length", "9"}};
    const std::string head = answered(length, 200, {Framing::length, 9}, "HEAD");
    EXPECT_EQ(head.find("Content-Length"), head.rfind("Content-Length"));
    const std::string not_modified = answered(length, 304, {Framing::length, 9});
    EXPECT_EQ(not_modified.find("Content-Length"), not_modified.rfind("Content-Length"));
}

TEST(Writer, AResponseKeepsDuplicatesAndLosesHops) {
    EXPECT_EQ(answered({{"Server", "a"},
                        {"Server", "b"},
                        {"Connection", "close, X-Hop"},
                        {"x-hop", "1"},
                        {"Keep-Alive", "timeout=5"},
                        {"Set-Cookie", "c"},
                        {"set-cookie", "d"},
                        {"WWW-Authenticate", "Bearer"}},
                       401, {Framing::length, 0}),
              "HTTP/1.1 401 Reason\r\nServer: a\r\nServer: b\r\nSet-Cookie: c\r\nset-cookie: d\r\n"
              "WWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n");
}

TEST(Writer, SaysCloseWhereTheConnectionCloses) {
    ResponseHead head;
    head.status = 200;
    head.fields.add("Connection", "keep-alive");
    std::string out;
    append_response_head(out, head, "GET", {Framing::until_close, 0}, Connection::close);
    EXPECT_EQ(out, "HTTP/1.1 200 \r\nConnection: close\r\n\r\n");
}

TEST(Writer, AnEmptyPieceDoesNotEndAChunkedBody) {
    std::string out;
    append_body_piece(out, "", {Framing::chunked, 0});
    EXPECT_EQ(out, "");
    append_body_piece(out, "0123456789abcdef", {Framing::chunked, 0});
    append_body_end(out, {Framing::chunked, 0});
    EXPECT_EQ(out, "10\r\n0123456789abcdef\r\n0\r\n\r\n");
    std::string plain;
    append_body_piece(plain, "xy", {Framing::length, 2});
    append_body_end(plain, {Framing::length, 2});
    EXPECT_EQ(plain, "xy");
}

TEST(Writer, AFieldSafeValueCannotSplitAResponse) {
    EXPECT_EQ(field_safe("a\r\nSet-Cookie: b"), "a  Set-Cookie: b");
    EXPECT_EQ(field_safe(std::string("a\0\t\x1b\x7f"
                                     "b",
                                     6)),
              "a    b");
    EXPECT_EQ(field_safe("caf\xc3\xa9"), "caf\xc3\xa9");
}

TEST(Writer, KnowsTheReasonPhrasesItAnswersWith) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(401), "Unauthorized");
    EXPECT_EQ(reason_phrase(421), "Misdirected Request");
    EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
    EXPECT_EQ(reason_phrase(503), "Service Unavailable");
}

// --- what is written is read again, whatever it was made of --------------------------------------

struct Random {
    std::mt19937 engine{20261125};

    std::size_t below(std::size_t limit) { return engine() % limit; }
    std::string of(std::string_view alphabet, std::size_t most) {
        std::string out(below(most + 1), ' ');
        for (char& c : out) c = alphabet[below(alphabet.size())];
        return out;
    }
    std::string bytes(std::size_t most) {
        std::string out(below(most + 1), ' ');
        for (char& c : out) c = static_cast<char>(below(256));
        return out;
    }
    Fields fields() {
        Fields out;
        for (std::size_t i = below(12); i > 0; --i) {
            const std::string value = of("abcXYZ019 ,;:=\"\\\t\x80\xff", 20);
            const std::size_t first = value.find_first_not_of(" \t");
            const std::size_t last = value.find_last_not_of(" \t");
            out.emplace_back(
                "X-" + of("abcXYZ019-!#$%&'*+.^_`|~", 8),
                first == std::string::npos ? "" : value.substr(first, last - first + 1));
        }
        return out;
    }
};

TEST(Writer, WhatItWritesIsReadBackTheSame) {
    Random random;
    for (int round = 0; round < 500; ++round) {
        const Fields fields = random.fields();
        const std::string body = random.bytes(300);
        const BodyFraming framing = round % 2 == 0 ? BodyFraming{Framing::chunked, 0}
                                                   : BodyFraming{Framing::length, body.size()};
        std::string want;
        for (const auto& [name, value] : fields) want += name + "=" + value + "\n";
        const std::string own = framing.kind == Framing::chunked
                                    ? "Transfer-Encoding=chunked\n"
                                    : "Content-Length=" + std::to_string(body.size()) + "\n";
        std::string payload;
        for (std::size_t at = 0; at < body.size();) {
            const std::size_t size = std::min(body.size() - at, random.below(40) + 1);
            append_body_piece(payload, std::string_view(body).substr(at, size), framing);
            at += size;
        }
        append_body_end(payload, framing);

        const auto request = read_request(forwarded(fields, framing) + payload + "next");
        EXPECT_EQ(request.head, "PUT //a%2F?$b=c 1.1\nHost=management.azure.com\n" + want + own);
        EXPECT_EQ(request.body, body);
        EXPECT_EQ(request.rest, "next");

        const auto response = read_response(answered(fields, 200, framing) + payload + "next");
        EXPECT_EQ(response.head, "1.1 200 Reason\n" + want + own);
        EXPECT_EQ(response.body, body);
        EXPECT_EQ(response.rest, "next");
    }
}

TEST(Writer, NothingThatTheReaderTakesSplitsWhatIsWritten) {
    Random random;
    for (int round = 0; round < 3000; ++round) {
        std::string noise = random.of("aZ:;, \t\r\n\x01\x7f\x80\"", 30);
        const std::string message = "HTTP/1.1 200 " + random.of("OK \t\r\n\x1b\x80", 8) +
                                    "\r\nX-A: " + noise + "\r\nContent-Length: 0\r\n\r\n";
        MessageReader reader = MessageReader::response("GET");
        const auto taken = reader.put(message);
        if (!taken || !reader.head_done()) continue;
        const std::size_t fields = reader.response_head().fields.size();
        std::string out;
        append_response_head(out, reader.response_head(), "GET", reader.framing(),
                             Connection::keep);
        const auto again = read_response(out);
        ASSERT_TRUE(again.done) << out;
        EXPECT_EQ(static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')), fields + 2);
    }
}

}  // namespace
}  // namespace armgate::http
