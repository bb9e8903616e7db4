// Answers of an upstream that misbehaves: nothing ambiguous is passed on, a cut stays a cut, and a
// write is sent at most once.
#include "support/proxy_fixture.hpp"

namespace armgate::tests {
namespace {

class Responses : public ProxyTest {
  protected:
    /// The upstream sends these bytes to each request and closes in order.
    void answer_and_close(const std::string& bytes) {
        upstream_.answer_with([bytes](Wire& wire, const Message&) {
            wire.send(bytes);
            wire.close();
            return Afterwards::end_connection;
        });
    }

    Message ask(const std::string& method = "GET") {
        Wire wire = arm();
        wire.send(request(method, kGroup));
        return wire.read_response();
    }

    /// A 502 in ARM's shape, with this in its message; nothing of the upstream's answer.
    void expect_bad_gateway(const Message& answer, const std::string& reason) {
        EXPECT_EQ(answer.status(), 502) << answer.raw;
        EXPECT_TRUE(
            answer.body.starts_with(R"({"error":{"code":"BadGateway","message":"armgate: )"))
            << answer.body;
        EXPECT_NE(answer.body.find(reason), std::string::npos) << answer.body;
    }
};

TEST_F(Responses, AmbiguousFramingIsABadGateway) {
    for (const std::string fields :
         {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
          "Content-Length: 2\r\nContent-Length: 3\r\n",
          "Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: -2\r\n",
          "Content-Length: +2\r\n", "Content-Length: 0x2\r\n",
          "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: identity\r\n",
          "Content-Length : 2\r\n", "X: a\rb\r\nContent-Length: 2\r\n",
          "X: a\nContent-Length: 2\r\n", " folded\r\nContent-Length: 2\r\n"}) {
        answer_and_close("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n{}");
        expect_bad_gateway(ask(), "");
    }
}

TEST_F(Responses, WhatIsNotHttpIsABadGateway) {
    for (const std::string bytes :
         {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n",
          "HTTP/1.1 600 x\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 2OO OK\r\n\r\n"}) {
        answer_and_close(bytes);
        expect_bad_gateway(ask(), "");
    }
}

TEST_F(Responses, ABadChunkNeverEndsAnAnswerAsIfItWereWhole) {
    for (const std::size_t size : {3U, 100'000U}) {  // before and after the answer has begun
        char head[20];
        std::snprintf(head, sizeof head, "%zx\r\n", size);
        answer_and_close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                         std::string(head) + std::string(size, 'a') + "\r\nzz\r\n");
        Wire wire = arm();
        wire.send(request("GET", kGroup, "Connection: close\r\n"));
        const std::string got = wire.read_to_end();
        if (got.starts_with("HTTP/1.1 502")) continue;
        EXPECT_EQ(wire.ending(), Ending::cut);
        EXPECT_FALSE(got.ends_with("0\r\n\r\n"));
    }
}

TEST_F(Responses, AnAnswerThatIsCutStaysCut) {
    // Long enough that part of it has gone to the client when the upstream is cut.
    upstream_.answer_with([](Wire& wire, const Message&) {
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + std::string(100'000, 'x'));
        wire.cut();
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    const std::string got = wire.read_to_end();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_LT(got.size(), 200'000U);
    EXPECT_EQ(wire.ending(), Ending::cut);
    const auto record = proxy().records().requests(1).at(0);
    EXPECT_EQ(record.action, trace::Action::failed);
    EXPECT_NE(record.error, "");
}

TEST_F(Responses, AnAnswerUntilCloseThatIsCutIsNotPassedOffAsWhole) {
    upstream_.answer_with([](Wire& wire, const Message&) {
        wire.send("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x'));
        wire.cut();
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    static_cast<void>(wire.read_to_end());
    EXPECT_EQ(wire.ending(), Ending::cut);
}

TEST_F(Responses, AnUnaskedSwitchOfProtocolsIsABadGateway) {
    answer_and_close(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    Wire wire = arm();
    wire.send(request("GET", kGroup, "Upgrade: x\r\nConnection: Upgrade\r\n"));
    expect_bad_gateway(wire.read_response(), "switched protocols");
    EXPECT_FALSE(upstream_.requests().at(0).has("Upgrade"));
}

TEST_F(Responses, AFloodOfInformationalAnswersIsABadGateway) {
    upstream_.answer_with([](Wire& wire, const Message&) {
        for (int i = 0; i < 100; ++i) {
            if (!wire.try_send("HTTP/1.1 103 Early Hints\r\n\r\n")) break;
        }
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    int passed = 0;
    Message answer = wire.read_response();
    for (; answer.status() == 103 && passed < 100; ++passed) answer = wire.read_response();
    EXPECT_EQ(passed, 16);
    expect_bad_gateway(answer, "1xx");
    EXPECT_EQ(upstream_.requests().size(), 1U);
}

TEST_F(Responses, InformationalAnswersArePassedOnBeforeTheFinalOne) {
    upstream_.answer_with("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok());
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    const Message hint = wire.read_response();
    EXPECT_EQ(hint.raw, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
    EXPECT_EQ(wire.read_response().status(), 200);
    upstream_.answer_with("HTTP/1.1 100 Continue\r\n\r\n" + ok());
    Wire other = arm();
    other.send(request("GET", kGroup));
    EXPECT_EQ(other.read_response().status(), 200);  // it had not asked for a 100
}

TEST_F(Responses, AnUpstreamThatNeverAnswersIsAGatewayTimeout) {
    settings_.limits.response_head = std::chrono::milliseconds(200);
    upstream_.answer_with([](Wire& wire, const Message&) {
        static_cast<void>(wire.read_some());
        return Afterwards::end_connection;
    });
    const Message answer = ask("PUT");
    EXPECT_EQ(answer.status(), 504);
    EXPECT_NE(answer.body.find("did not answer in time"), std::string::npos) << answer.body;
    EXPECT_EQ(upstream_.requests().size(), 1U);
    EXPECT_EQ(proxy().records().requests(1).at(0).action, trace::Action::failed);
}

TEST_F(Responses, AReadThatGotNothingIsSentOnceMoreAndAWriteIsNot) {
    upstream_.answer_with([](Wire& wire, const Message&) {
        wire.close();
        return Afterwards::end_connection;
    });
    expect_bad_gateway(ask("GET"), "without an answer");
    EXPECT_EQ(upstream_.requests().size(), 2U);
    for (const std::string method : {"PUT", "PATCH", "DELETE", "POST"}) {
        const std::size_t before = upstream_.requests().size();
        expect_bad_gateway(ask(method), "without an answer");
        EXPECT_EQ(upstream_.requests().size(), before + 1) << method;
    }
}

TEST_F(Responses, AReadIsNotSentAgainOncePartOfAnAnswerCame) {
    for (const std::string part :
         {"HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n", "HTTP/1.1 103 Early\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}) {
        const std::size_t before = upstream_.requests().size();
        answer_and_close(part);
        Wire wire = arm();
        wire.send(request("GET", kGroup, "Connection: close\r\n"));
        static_cast<void>(wire.read_to_end());
        EXPECT_EQ(upstream_.requests().size(), before + 1) << part;
    }
}

TEST_F(Responses, AnIdleConnectionThatTheUpstreamClosedIsNotUsed) {
    upstream_.answer_with([](Wire& wire, const Message&) {
        wire.send(ok());
        wire.close();
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    for (const std::string method : {"GET", "PUT", "DELETE", "GET"}) {
        wire.send(request(method, kGroup));
        EXPECT_EQ(wire.read_response().status(), 200) << method;
        ASSERT_TRUE(upstream_.wait_for_end());
    }
    EXPECT_EQ(upstream_.requests().size(), 4U);
    EXPECT_EQ(upstream_.connections(), 4U);
}

TEST_F(Responses, AnUpstreamThatClosesOnTheSecondRequestGetsTheReadAgainAndTheWriteNot) {
    // It reads a request marked so and goes away: a pooled connection that died under way.
    std::atomic<int> closes{0};
    upstream_.answer_with([&closes](Wire& wire, const Message&) {
        if (closes-- > 0) {
            wire.close();
            return Afterwards::end_connection;
        }
        wire.send(ok("again"));
        return Afterwards::next_request;
    });
    Wire wire = arm();
    for (const std::string method : {"PUT", "GET"}) {
        wire.send(request("GET", kGroup));
        EXPECT_EQ(wire.read_response().status(), 200);
        closes = 1;
        const std::size_t before = upstream_.requests().size();
        wire.send(request(method, kGroup));
        EXPECT_EQ(wire.read_response().status(), method == "GET" ? 200 : 502);
        EXPECT_EQ(upstream_.requests().size(), before + (method == "GET" ? 2 : 1));
    }
}

TEST_F(Responses, SurplusBytesNeverBecomeTheNextAnswer) {
    upstream_.answer_with([](Wire& wire, const Message&) {
        wire.send(ok("mine") + ok("stolen"));
        return Afterwards::next_request;
    });
    Wire wire = arm();
    for (int i = 0; i < 3; ++i) {
        wire.send(request("GET", kGroup));
        EXPECT_EQ(wire.read_response().body, "mine");
    }
    EXPECT_EQ(upstream_.connections(), 3U);
}

TEST_F(Responses, SurplusBytesThatComeLateNeverBecomeTheNextAnswer) {
    std::atomic<bool> sent{false};
    upstream_.answer_with([&](Wire& wire, const Message&) {
        wire.send(ok("mine"));
        wire.send(ok("stolen"));
        sent = true;
        return Afterwards::next_request;
    });
    Wire wire = arm();
    for (int i = 0; i < 3; ++i) {
        sent = false;
        wire.send(request("GET", kGroup));
        EXPECT_EQ(wire.read_response().body, "mine");
        while (!sent) std::this_thread::yield();
    }
    EXPECT_EQ(upstream_.connections(), 3U);
}

TEST_F(Responses, BytesAfterAnAnswerWithoutBodyNeverBecomeTheNextAnswer) {
    upstream_.answer_with("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil");
    Wire wire = arm();
    for (int i = 0; i < 2; ++i) {
        wire.send(request("GET", kGroup));
        EXPECT_EQ(wire.read_response().raw, "HTTP/1.1 204 No Content\r\n\r\n");
    }
    EXPECT_EQ(upstream_.connections(), 2U);
}

TEST_F(Responses, AnOversizedHeadIsABadGateway) {
    answer_and_close("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(ask().status(), 502);
}

TEST_F(Responses, TwoClientsOneAfterTheOtherShareOneUpstreamConnection) {
    for (int i = 0; i < 3; ++i) {
        Wire wire = arm();
        wire.send(request("GET", kGroup));
        EXPECT_EQ(wire.read_response().status(), 200);
    }
    EXPECT_EQ(upstream_.connections(), 1U);
    EXPECT_EQ(upstream_.requests().size(), 3U);
}

TEST_F(Responses, APooledConnectionIsNotKeptBeyondItsLimit) {
    settings_.limits.upstream_idle = std::chrono::milliseconds(1);
    Wire wire = arm();
    for (int i = 0; i < 2; ++i) {
        wire.send(request("GET", kGroup));
        EXPECT_EQ(wire.read_response().status(), 200);
        ASSERT_TRUE(upstream_.wait_for_end());
    }
    EXPECT_EQ(upstream_.connections(), 2U);
}

}  // namespace
}  // namespace armgate::tests
