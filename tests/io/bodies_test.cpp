// Bodies of every framing both ways, and what a forwarded message may and may not gain or lose.
#include "support/proxy_fixture.hpp"

#include <random>

namespace armgate::tests {
namespace {

std::string random_bytes(std::size_t size) {
    std::mt19937 generator(7);
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(generator());
    return out;
}

std::string chunked(std::string_view bytes, std::size_t piece) {
    std::string out;
    while (!bytes.empty()) {
        const std::string_view block = bytes.substr(0, piece);
        char size[20];
        std::snprintf(size, sizeof size, "%zx\r\n", block.size());
        out.append(size).append(block).append("\r\n");
        bytes.remove_prefix(block.size());
    }
    return out + "0\r\n\r\n";
}

class Bodies : public ProxyTest {
  protected:
    Bodies() {
        upstream_.answer_with([](Wire& wire, const Message& request) {
            wire.send(ok(request.body));
            return Afterwards::next_request;
        });
    }

    static std::string chunked_put(const std::string& body, std::size_t piece) {
        return std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm +
               "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, piece);
    }

    /// What the client gets for a GET that the upstream answers with these bytes, then closes or
    /// not.
    Message get_answer(const std::string& bytes, Afterwards afterwards = Afterwards::next_request) {
        upstream_.answer_with([bytes, afterwards](Wire& wire, const Message&) {
            wire.send(bytes);
            if (afterwards == Afterwards::end_connection) wire.close();
            return afterwards;
        });
        Wire wire = arm();
        wire.send(request("GET", kGroup));
        return wire.read_response();
    }
};

TEST_F(Bodies, AMegabyteOfKnownLengthComesBackTheSame) {
    const std::string body = random_bytes(1U << 20U);
    Wire wire = arm();
    wire.send(request("PUT", kGroup, "", body));
    EXPECT_TRUE(wire.read_response().body == body);
    EXPECT_EQ(upstream_.requests().at(0).value("Content-Length"), std::to_string(body.size()));
    const auto record = proxy().records().requests(1).at(0);
    EXPECT_EQ(record.request_bytes, body.size());
    EXPECT_EQ(record.response_bytes, body.size());
}

TEST_F(Bodies, AMegabyteInChunksComesBackTheSameWhateverTheirSize) {
    const std::string body = random_bytes(1U << 20U);
    Wire wire = arm();
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{5000}, std::size_t{100'000}}) {
        wire.send(chunked_put(body, piece));
        EXPECT_TRUE(wire.read_response().body == body) << piece;
        EXPECT_TRUE(upstream_.requests().back().body == body) << piece;
        EXPECT_EQ(upstream_.requests().back().value("Transfer-Encoding"), "chunked");
    }
}

TEST_F(Bodies, AnEmptyChunkedBodyStaysOne) {
    Wire wire = arm();
    wire.send(chunked_put("", 1));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_TRUE(upstream_.requests().at(0).raw.ends_with("\r\n\r\n0\r\n\r\n"));
}

TEST_F(Bodies, ABodyThatArrivesByteByByteComesBackTheSame) {
    Wire wire = arm();
    for (const char c : chunked_put("hello world", 4)) wire.send({&c, 1});
    EXPECT_EQ(wire.read_response().body, "hello world");
    for (const char c : request("PUT", kGroup, "", "hello")) wire.send({&c, 1});
    EXPECT_EQ(wire.read_response().body, "hello");
}

TEST_F(Bodies, AChunkedResponseIsPassedOnInChunks) {
    const std::string body = random_bytes(300'000);
    const Message answer =
        get_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 70'000));
    EXPECT_TRUE(answer.body == body);
    EXPECT_EQ(answer.value("Transfer-Encoding"), "chunked");
}

TEST_F(Bodies, AResponseUntilCloseEndsWithItsConnection) {
    const Message answer =
        get_answer("HTTP/1.1 200 OK\r\nX: y\r\n\r\nall of it", Afterwards::end_connection);
    EXPECT_EQ(answer.body, "all of it");
    EXPECT_EQ(answer.value("Connection"), "close");
}

TEST_F(Bodies, AnHttp10ResponseIsServedAndItsConnectionNotUsedAgain) {
    upstream_.answer_with("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    Wire wire = arm();
    for (int i = 0; i < 2; ++i) {
        wire.send(request("GET", kGroup));
        const Message answer = wire.read_response();
        EXPECT_EQ(answer.body, "{}");
        EXPECT_EQ(answer.start_line(), "HTTP/1.1 200 OK");
    }
    EXPECT_EQ(upstream_.connections(), 2U);
}

TEST_F(Bodies, AnHttp10ClientGetsAChunkedAnswerUntilClose) {
    upstream_.answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                          chunked("abcdef", 4));
    Wire wire = arm();
    wire.send(std::string("GET ") + kGroup + " HTTP/1.0\r\nHost: " + kArm + "\r\n\r\n");
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.body, "abcdef");
    EXPECT_FALSE(answer.has("Transfer-Encoding"));
    EXPECT_EQ(wire.ending(), Ending::orderly);
}

TEST_F(Bodies, AHeadKeepsItsLengthAndTheConnectionGoesOn) {
    upstream_.answer_with([](Wire& wire, const Message& request) {
        wire.send(request.head.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 79\r\n\r\n"
                                                   : ok("next"));
        return Afterwards::next_request;
    });
    Wire wire = arm();
    wire.send(request("HEAD", kGroup));
    EXPECT_EQ(wire.read_response("HEAD").value("Content-Length"), "79");
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().body, "next");
    EXPECT_EQ(upstream_.connections(), 1U);
}

TEST_F(Bodies, AnswersWithoutBodyKeepTheConnection) {
    Wire wire = arm();
    for (const std::string status : {"204 No Content", "304 Not Modified"}) {
        upstream_.answer_with("HTTP/1.1 " + status + "\r\nETag: x\r\n\r\n");
        Wire fresh = arm();
        fresh.send(request("GET", kGroup));
        EXPECT_EQ(fresh.read_response().value("ETag"), "x");
        fresh.send(request("GET", kGroup));
        EXPECT_EQ(fresh.read_response().value("ETag"), "x");
    }
    // ARM sends 204 with a length of 0, seen ten times in recorded traffic.
    upstream_.answer_with("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
    wire.send(request("GET", kGroup));
    EXPECT_FALSE(wire.read_response().has("Content-Length"));
}

TEST_F(Bodies, ForwardedMessagesGainNoField) {
    const std::string body = R"({"location":"westeurope"})";
    Wire wire = arm();
    wire.send(
        "PUT /x?y=z HTTP/1.1\r\nhOST: management.azure.com:443\r\naccept: */*\r\n"
        "X-Empty:\r\nUser-Agent: one\r\nuser-agent: two\r\nConnection: keep-alive, x-hop\r\n"
        "X-Hop: 1\r\nProxy-Authorization: Basic eDp5\r\nTE: trailers\r\nContent-Length: 25\r\n"
        "x-ms-date: now\r\n\r\n" +
        body);
    const Message answer = wire.read_response();
    EXPECT_EQ(upstream_.requests().at(0).raw,
              "PUT /x?y=z HTTP/1.1\r\nHost: management.azure.com\r\naccept: */*\r\nX-Empty: \r\n"
              "User-Agent: one\r\nuser-agent: two\r\nx-ms-date: now\r\nContent-Length: 25\r\n\r\n" +
                  body);
    EXPECT_EQ(answer.raw, ok(body));
}

TEST_F(Bodies, AnEmptyPostKeepsItsLengthOfZeroAndOneWithoutGainsNone) {
    Wire wire = arm();
    wire.send(request("POST", "/x"));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().at(0).value("Content-Length"), "0");
    wire.send("DELETE /x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n");
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().at(1).raw,
              "DELETE /x HTTP/1.1\r\nHost: management.azure.com\r\n\r\n");
}

TEST_F(Bodies, FieldsThatStandTwiceStandTwice) {
    const Message answer =
        get_answer(ok("{}",
                      "Set-Cookie: a=1\r\nServer: one\r\nSet-Cookie: b=2; Path=/\r\nServer: two\r\n"
                      "x-empty: \r\n"));
    EXPECT_EQ(answer.values("Set-Cookie"), (std::vector<std::string>{"a=1", "b=2; Path=/"}));
    EXPECT_EQ(answer.values("Server"), (std::vector<std::string>{"one", "two"}));
    EXPECT_TRUE(answer.has("x-empty"));
}

TEST_F(Bodies, TrailersAreDroppedBothWays) {
    upstream_.answer_with(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n"
        "2;ext=1\r\nhi\r\n0\r\nX-Late: 1\r\nSet-Cookie: evil=1\r\n\r\n");
    Wire wire = arm();
    wire.send(std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm +
              "\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n"
              "3;a=b\r\nabc\r\n0\r\nAuthorization: Bearer x\r\nHost: other\r\n\r\n");
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.raw,
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
    const std::string sent = upstream_.requests().at(0).raw;
    EXPECT_TRUE(sent.ends_with("\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) << sent;
    EXPECT_EQ(sent.find("Authorization"), std::string::npos);
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().body, "hi");  // and the connection is still in step
}

TEST_F(Bodies, ConnectionCloseOfTheClientEndsItsConnectionAndNotTheUpstreams) {
    for (int i = 0; i < 2; ++i) {
        Wire wire = arm();
        wire.send(request("GET", kGroup, "Connection: close\r\n"));
        EXPECT_EQ(wire.read_response().value("Connection"), "close");
        EXPECT_EQ(wire.read_to_end(), "");
        EXPECT_EQ(wire.ending(), Ending::orderly);
    }
    EXPECT_EQ(upstream_.connections(), 1U);
}

TEST_F(Bodies, ConnectionCloseOfTheUpstreamEndsItsConnectionAndNotTheClients) {
    upstream_.answer_with(ok("{}", "Connection: close\r\n"));
    Wire wire = arm();
    for (int i = 0; i < 3; ++i) {
        wire.send(request("GET", kGroup));
        EXPECT_FALSE(wire.read_response().has("Connection"));
    }
    EXPECT_EQ(upstream_.connections(), 3U);
}

TEST_F(Bodies, PipelinedRequestsAreAnsweredInOrder) {
    Wire wire = arm();
    wire.send(request("PUT", "/a", "", "one") + request("PUT", "/b", "", "two") +
              request("PUT", "/c", "", "three"));
    EXPECT_EQ(wire.read_response().body, "one");
    EXPECT_EQ(wire.read_response().body, "two");
    EXPECT_EQ(wire.read_response().body, "three");
}

}  // namespace
}  // namespace armgate::tests
