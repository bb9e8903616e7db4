// Slow clients, stopped or byte by byte, end at each stage with the limit's name in the answer and
// in the record.
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

namespace armgate::tests {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds kShort{300};

/// Sends `bytes` again and again, one at a time, until the peer answers or is gone.
void trickle(Wire& wire, std::string_view bytes) {
    const auto end = std::chrono::steady_clock::now() + kWireLimit;
    for (std::size_t i = 0; std::chrono::steady_clock::now() < end; ++i) {
        if (!wire.try_send(bytes.substr(i % bytes.size(), 1))) return;
        if (wire.input_comes(milliseconds(5))) return;
    }
    ADD_FAILURE() << "the slow peer was never cut";
}

class SlowClients : public ProxyTest {
  protected:
    static std::string put_head(std::size_t length) {
        return std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" +
               user_with_mfa() + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
    }
    static std::string deployment_head(std::size_t length) {
        return std::string(
                   "PUT /subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/"
                   "deployments/d HTTP/1.1\r\nHost: ") +
               kArm + "\r\n" + user_without_mfa() + "Content-Length: " + std::to_string(length) +
               "\r\n\r\n";
    }

    void expect_timeout(Wire& wire, const std::string& limit) {
        const std::string answer = wire.read_to_end();
        EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 408 "));
        EXPECT_THAT(answer, HasSubstr(R"("code":"RequestTimeout")"));
        EXPECT_THAT(answer, HasSubstr("(limit " + limit + "=300ms)"));
    }

    void expect_record(const std::string& limit, trace::Action action) {
        const auto records = proxy().records().requests(++records_);
        ASSERT_EQ(records.size(), records_);
        EXPECT_EQ(records.back().action, action);
        EXPECT_THAT(records.back().error, HasSubstr("client_timed_out: "));
        EXPECT_THAT(records.back().error, HasSubstr("(limit " + limit + "=300ms)"));
    }

    /// A head that begins with `begun` and stops there, or trickles on with `more`.
    void expect_head_timeout(Wire wire, const std::string& begun, std::string_view more) {
        wire.send(begun);
        if (!more.empty()) trickle(wire, more);
        expect_timeout(wire, "client-head");
        expect_record("client-head", trace::Action::refused);
    }

    std::size_t records_ = 0;
};

TEST_F(SlowClients, AConnectHeadThatStopsOrTricklesIsTimedOut) {
    settings_.limits.client_head = kShort;
    Wire silent = dial();
    expect_timeout(silent, "client-head");  // nothing that could be recorded
    const std::string begun = "CONNECT management.azure.com:443 HTTP/1.1\r\nX: ";
    expect_head_timeout(dial(), begun, "");
    expect_head_timeout(dial(), begun, "abc");
}

TEST_F(SlowClients, AnInnerHeadThatStopsOrTricklesIsTimedOut) {
    settings_.limits.client_head = kShort;
    expect_head_timeout(arm(), "GET /x HTTP/1.1\r\nHost: manage", "");
    expect_head_timeout(arm(), "GET /x HTTP/1.1\r\nX: ", "abc");
}

TEST_F(SlowClients, ABodyThatStopsIsTimedOutAndTheUpstreamsWriteCut) {
    settings_.limits.body_progress = kShort;
    for (const std::string& head : {put_head(10), deployment_head(10)}) {
        Wire wire = arm();
        wire.send(head + "half");
        expect_timeout(wire, "body-progress");
        expect_record("body-progress", trace::Action::failed);
    }
    EXPECT_TRUE(upstream_.wait_for_end());
    EXPECT_EQ(upstream_.requests().size(), 0U);  // none was ever whole
}

TEST_F(SlowClients, ABodyThatTricklesIsTimedOutAtItsWhole) {
    settings_.limits.body_total = kShort;
    for (const std::string& head : {put_head(100'000), deployment_head(100'000)}) {
        Wire wire = arm();
        wire.send(head);
        trickle(wire, "x");
        expect_timeout(wire, "body-total");
        expect_record("body-total", trace::Action::failed);
    }
    EXPECT_EQ(upstream_.requests().size(), 0U);
}

TEST_F(SlowClients, AClientThatDoesNotReadItsAnswerIsCut) {
    settings_.limits.body_progress = kShort;
    upstream_.answer_with([](Wire& wire, const Message&) {
        static_cast<void>(wire.try_send(ok(std::string(std::size_t{16} << 20U, 'x'))));
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    expect_record("body-progress", trace::Action::failed);
    static_cast<void>(wire.read_to_end());
    EXPECT_EQ(wire.ending(), Ending::cut);
}

TEST_F(SlowClients, AClientThatReadsItsAnswerTooSlowlyIsCutAtItsWhole) {
    settings_.limits.body_total = kShort;
    upstream_.answer_with([](Wire& wire, const Message&) {
        static_cast<void>(wire.try_send(ok(std::string(std::size_t{16} << 20U, 'x'))));
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    std::thread reader([&wire] {
        while (!wire.read_some().empty()) std::this_thread::sleep_for(milliseconds(20));
    });
    expect_record("body-total", trace::Action::failed);
    reader.join();
    EXPECT_EQ(wire.ending(), Ending::cut);
}

TEST_F(SlowClients, TheBodyOfARefusedRequestIsNotWaitedForBeyondTheDrainLimits) {
    settings_.mode = verdict::Mode::enforce;
    settings_.limits.drain = kShort;
    const std::string head = std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" +
                             user_without_mfa() + "Content-Length: ";
    Wire stopped = arm();
    stopped.send(head + "1000\r\n\r\nhalf");
    EXPECT_EQ(stopped.read_response().status(), 401);
    EXPECT_EQ(stopped.read_to_end(), "");
    Wire slow = arm();
    slow.send(head + "1000000\r\n\r\n");
    EXPECT_EQ(slow.read_response().status(), 401);
    trickle(slow, "x");
    EXPECT_EQ(slow.read_to_end(), "");
    Wire large = arm();
    large.send(head + "99999999\r\n\r\n");
    EXPECT_EQ(large.read_response().value("Connection"), "close");
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(SlowClients, AClientThatIsToldOfTheCloseIsReadFromNoLongerThanLinger) {
    settings_.limits.linger = kShort;
    Wire wire = arm();
    wire.send(request("GET", kGroup, "Connection: close\r\n"));
    EXPECT_EQ(wire.read_response().status(), 200);
    const auto end = std::chrono::steady_clock::now() + kWireLimit;
    while (wire.try_send("x") && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_FALSE(wire.try_send("x"));
}

TEST_F(SlowClients, AClientHelloInATunnelThatStopsOrTricklesIsCut) {
    settings_.limits.client_hello = kShort;
    settings_.limits.expect_continue = milliseconds(50);
    ScriptedUpstream server([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    settings_.connect_to.push_back({"other.test", 443, "127.0.0.1", server.port()});
    const std::string begun("\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03", 11);
    for (const bool goes_on : {false, true}) {
        Wire wire = dial();
        ASSERT_EQ(connect(wire, "other.test:443"), 200);
        wire.send(begun);
        if (goes_on) trickle(wire, "x");
        EXPECT_EQ(wire.read_to_end(), "");
    }
    const auto records = proxy().records().tunnels(2);
    ASSERT_EQ(records.size(), 2U);
    for (const trace::TunnelRecord& record : records) {
        EXPECT_EQ(record.error,
                  "client_timed_out: the ClientHello took too long to arrive (limit "
                  "client-hello=300ms)");
        EXPECT_EQ(record.bytes_sent, 0U);
    }
}

TEST_F(SlowClients, ATunnelInWhichNothingMovesEndsWithTheNameOfItsLimit) {
    settings_.limits.tunnel_idle = kShort;
    ScriptedUpstream server([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    settings_.connect_to.push_back({"other.test", 443, "127.0.0.1", server.port()});
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "other.test:443"), 200);
    wire.send("one");
    EXPECT_EQ(wire.read_to_end(), "");
    EXPECT_EQ(proxy().records().tunnels(1).at(0).error,
              "timed_out: nothing moved for too long (limit tunnel-idle=300ms)");
}

TEST_F(SlowClients, MoreClientsThanTheLimitWaitUntilOneLeaves) {
    settings_.limits.connections = 2;
    Wire first = arm();
    Wire second = arm();
    Wire third = dial();
    third.send("CONNECT management.azure.com:443 HTTP/1.1\r\n\r\n");
    EXPECT_FALSE(third.input_comes(kShort));
    first.close();
    EXPECT_EQ(third.read_head().status(), 200);
    second.send(request("GET", kGroup));
    EXPECT_EQ(second.read_response().status(), 200);
}

}  // namespace
}  // namespace armgate::tests
