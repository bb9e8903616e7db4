// Expect: 100-continue, and answers that come before the request has been sent.
#include "support/proxy_fixture.hpp"

namespace armgate::tests {
namespace {

constexpr const char* kExpect = "Expect: 100-continue\r\n";

class Expect : public ProxyTest {
  protected:
    /// A PUT with Expect and a body of `bytes`, without the body.
    static std::string put_head(std::size_t bytes) {
        return std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + kExpect +
               "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
    }

    /// The upstream answers the head with `first`, reads the body, then says 200.
    void answer_head_with(const std::string& first) {
        upstream_.converse([this, first](Wire& wire) {
            Message message = wire.read_head();
            wire.send(first);
            wire.read_body(message);
            upstream_.log(message);
            wire.send(ok(message.body));
            static_cast<void>(wire.read_some());
        });
    }

    /// The upstream answers the head alone and reads nothing more.
    void refuse_head_with(const std::string& answer) {
        upstream_.converse([this, answer](Wire& wire) {
            upstream_.log(wire.read_head());
            wire.send(answer);
            wire.close();
        });
    }
};

TEST_F(Expect, TheUpstreamsContinueReachesTheClientAndThenTheBodyGoes) {
    answer_head_with("HTTP/1.1 100 Continue\r\n\r\n");
    Wire wire = arm();
    wire.send(put_head(5));
    EXPECT_EQ(wire.read_response().raw, "HTTP/1.1 100 Continue\r\n\r\n");
    wire.send("hello");
    EXPECT_EQ(wire.read_response().body, "hello");
    EXPECT_EQ(upstream_.requests().at(0).value("Expect"), "100-continue");
}

TEST_F(Expect, AnotherInformationalAnswerBeforeTheContinueChangesNothing) {
    answer_head_with("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
    Wire wire = arm();
    wire.send(put_head(5));
    EXPECT_EQ(wire.read_response().status(), 103);
    EXPECT_EQ(wire.read_response().status(), 100);
    wire.send("hello");
    EXPECT_EQ(wire.read_response().body, "hello");
}

TEST_F(Expect, ASilentUpstreamDoesNotHoldTheClientUp) {
    settings_.limits.expect_continue = std::chrono::milliseconds(100);
    answer_head_with("");
    Wire wire = arm();
    wire.send(put_head(5));
    EXPECT_EQ(wire.read_response().status(), 100);
    wire.send("hello");
    EXPECT_EQ(wire.read_response().body, "hello");
}

TEST_F(Expect, AContinueThatComesLateDoesNotCutTheUpload) {
    settings_.limits.expect_continue = std::chrono::milliseconds(100);
    upstream_.converse([this](Wire& wire) {
        Message message = wire.read_head();
        if (wire.input_comes(kWireLimit)) wire.send("HTTP/1.1 100 Continue\r\n\r\n");
        wire.read_body(message);
        upstream_.log(message);
        wire.send(ok(message.body));
        static_cast<void>(wire.read_some());
    });
    Wire wire = arm();
    wire.send(put_head(200'000));
    EXPECT_EQ(wire.read_response().status(), 100);
    const std::string body(200'000, 'b');
    for (std::size_t at = 0; at < body.size(); at += 1000) wire.send(body.substr(at, 1000));
    Message answer = wire.read_response();
    if (answer.status() == 100) answer = wire.read_response();
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.body.size(), body.size());
}

TEST_F(Expect, AnInformationalAnswerInMidUploadDoesNotCutIt) {
    upstream_.converse([this](Wire& wire) {
        Message message = wire.read_head();
        wire.send("HTTP/1.1 102 Processing\r\n\r\n");
        wire.read_body(message);
        upstream_.log(message);
        wire.send(ok(message.body));
        static_cast<void>(wire.read_some());
    });
    Wire wire = arm();
    const std::string body(100'000, 'b');
    wire.send(request("PUT", kGroup, "", body).substr(0, 50'000));
    EXPECT_EQ(wire.read_response().status(), 102);
    const std::string whole = request("PUT", kGroup, "", body);
    wire.send(std::string_view(whole).substr(50'000));
    EXPECT_EQ(wire.read_response().body.size(), body.size());
}

TEST_F(Expect, AFinalAnswerToTheHeadReachesTheClientAndTheConnectionEnds) {
    for (const std::string status : {"417 Expectation Failed", "413 Payload Too Large", "401 No"}) {
        refuse_head_with("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\n{}");
        Wire wire = arm();
        wire.send(put_head(5));
        const Message answer = wire.read_response();
        EXPECT_EQ(answer.start_line(), "HTTP/1.1 " + status);
        EXPECT_EQ(answer.value("Connection"), "close");
        EXPECT_EQ(wire.read_to_end(), "");
        EXPECT_EQ(wire.ending(), Ending::orderly);
    }
    EXPECT_EQ(proxy().records().requests(3).size(), 3U);
}

TEST_F(Expect, AFinalAnswerInMidUploadReachesAClientThatStillSends) {
    refuse_head_with("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\n{}");
    Wire wire = arm();
    const std::string body(3U << 20U, 'b');
    wire.send(request("PUT", kGroup, "", body));
    EXPECT_EQ(wire.read_response().status(), 413);
}

TEST_F(Expect, AFinalAnswerInMidUploadReachesAClientThatWaitsForIt) {
    refuse_head_with("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\n{}");
    Wire wire = arm();
    wire.send(request("PUT", kGroup, "", std::string(100'000, 'b')).substr(0, 50'000));
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.status(), 413);
    EXPECT_EQ(answer.value("Connection"), "close");
}

TEST_F(Expect, AnotherExpectationIsRefused) {
    Wire wire = arm();
    wire.send(request("PUT", kGroup, "Expect: miracles\r\n", "{}"));
    EXPECT_EQ(wire.read_response().status(), 400);
    EXPECT_EQ(upstream_.accepted(), 0U);
}

}  // namespace
}  // namespace armgate::tests
