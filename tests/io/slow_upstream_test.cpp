// Slow upstreams, stopped or byte by byte, end at each stage with the limit's name in the answer
// and in the record.
#include "support/proxy_fixture.hpp"

#include <cstring>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace armgate::tests {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds kShort{300};

/// A port whose queue is full: a connection to it neither comes about nor fails.
class FullListener {
  public:
    FullListener() {
        const int listener = open_socket();
        socklen_t size = sizeof address_;
        if (::bind(listener, &address_, size) != 0 || ::listen(listener, 0) != 0 ||
            ::getsockname(listener, &address_, &size) != 0) {
            throw WireError("cannot listen");
        }
        for (int i = 0; i < 8; ++i) ::connect(open_socket(), &address_, sizeof address_);
    }
    ~FullListener() {
        for (const int socket : sockets_) ::close(socket);
    }
    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;

    [[nodiscard]] std::uint16_t port() const {
        sockaddr_in address{};
        std::memcpy(&address, &address_, sizeof address_);
        return ntohs(address.sin_port);
    }

  private:
    int open_socket() {
        sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        return sockets_.back();
    }
    static sockaddr loopback() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr out{};
        std::memcpy(&out, &address, sizeof address);
        return out;
    }

    sockaddr address_ = loopback();
    std::vector<int> sockets_;
};

class SlowUpstreams : public ProxyTest {
  protected:
    Message ask(const std::string& method = "PUT") {
        Wire wire = arm();
        wire.send(request(method, kGroup, user_with_mfa(), method == "PUT" ? "{}" : ""));
        return wire.read_response();
    }

    /// 504 that names the limit, and a record that does.
    void expect_timeout(const std::string& limit, const Message& answer) {
        EXPECT_EQ(answer.status(), 504) << answer.raw;
        EXPECT_THAT(answer.body, HasSubstr("(limit " + limit + "=300ms)"));
        expect_record(limit);
    }

    void expect_record(const std::string& limit) {
        const auto records = proxy().records().requests(++records_);
        ASSERT_EQ(records.size(), records_);
        EXPECT_EQ(records.back().action, trace::Action::failed);
        EXPECT_THAT(records.back().error, HasSubstr("timed_out: "));
        EXPECT_THAT(records.back().error, HasSubstr("(limit " + limit + "=300ms)"));
    }

    std::size_t records_ = 0;
};

TEST_F(SlowUpstreams, AConnectionThatDoesNotComeAboutIsTimedOut) {
    settings_.limits.connect = kShort;
    const FullListener full;
    settings_.connect_to = {{kArm, 443, "127.0.0.1", full.port()}};
    expect_timeout("connect", ask());
}

TEST_F(SlowUpstreams, AHandshakeThatStopsOrTricklesIsTimedOut) {
    settings_.limits.upstream_tls = kShort;
    ScriptedUpstream stops([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    ScriptedUpstream trickles([](Wire& wire) {
        static_cast<void>(wire.read_some());
        wire.send(std::string("\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", 11));
        while (wire.try_send("x")) std::this_thread::sleep_for(milliseconds(5));
    });
    for (const ScriptedUpstream* server : {&stops, &trickles}) {
        settings_.connect_to = {{kArm, 443, "127.0.0.1", server->port()}};
        TestProxy proxy(settings_, pki_.ca_pem(), false);
        Wire wire = Wire::connect(proxy.port());
        ASSERT_EQ(connect(wire, "management.azure.com:443"), 200);
        wire.start_tls({kArm, {"http/1.1"}, proxy.ca_pem(), 0});
        wire.send(request("PUT", kGroup));
        const Message answer = wire.read_response();
        EXPECT_EQ(answer.status(), 504);
        EXPECT_THAT(answer.body, HasSubstr("TLS handshake"));
        EXPECT_THAT(answer.body, HasSubstr("(limit upstream-tls=300ms)"));
        EXPECT_THAT(proxy.records().requests(1).at(0).error, HasSubstr("(limit upstream-tls="));
    }
}

TEST_F(SlowUpstreams, AnAnswerThatDoesNotBeginStopsInItsHeadOrTricklesIsTimedOut) {
    settings_.limits.response_head = kShort;
    for (const std::string begun : {"", "HTTP/1.1 200 OK\r\nX: ", "trickle"}) {
        upstream_.answer_with([begun](Wire& wire, const Message&) {
            const bool trickles = begun == "trickle";
            static_cast<void>(wire.try_send(trickles ? "HTTP/1.1 200 OK\r\nX: " : begun));
            while (trickles && wire.try_send("x")) std::this_thread::sleep_for(milliseconds(5));
            static_cast<void>(wire.read_some());
            return Afterwards::end_connection;
        });
        expect_timeout("response-head", ask());
    }
    EXPECT_EQ(upstream_.requests().size(), 3U);  // a write is not sent again
}

TEST_F(SlowUpstreams, AnAnswerThatStopsInItsBodyIsCut) {
    settings_.limits.body_progress = kShort;
    for (const std::string head :
         {"Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n", ""}) {
        upstream_.answer_with([head](Wire& wire, const Message&) {
            wire.send("HTTP/1.1 200 OK\r\n" + head + "\r\n" + "1\r\nx\r\n");
            static_cast<void>(wire.read_some());
            return Afterwards::end_connection;
        });
        Wire wire = arm();
        wire.send(request("GET", kGroup));
        static_cast<void>(wire.read_to_end());
        EXPECT_EQ(wire.ending(), Ending::cut) << head;
        expect_record("body-progress");
    }
}

TEST_F(SlowUpstreams, AnAnswerThatTricklesIsCutAtItsWhole) {
    settings_.limits.body_total = kShort;
    upstream_.answer_with([](Wire& wire, const Message&) {
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while (wire.try_send("x")) std::this_thread::sleep_for(milliseconds(5));
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    wire.send(request("GET", kGroup));
    static_cast<void>(wire.read_to_end());
    EXPECT_EQ(wire.ending(), Ending::cut);
    expect_record("body-total");
}

TEST_F(SlowUpstreams, AnUpstreamThatDoesNotReadTheRequestIsTimedOut) {
    settings_.limits.body_progress = kShort;
    std::promise<void> over;
    std::shared_future<void> done = over.get_future().share();
    upstream_.converse([done](Wire&) { done.wait_for(kWireLimit); });
    Wire wire = arm();
    const std::string body(std::size_t{16} << 20U, 'x');
    std::thread sender(
        [&] { static_cast<void>(wire.try_send(request("PUT", kGroup, user_with_mfa(), body))); });
    const auto records = proxy().records().requests(1);
    over.set_value();
    sender.join();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records.at(0).status, 504U);
    EXPECT_EQ(records.at(0).error,
              "timed_out: the upstream took no more of the request (limit body-progress=300ms)");
}

TEST_F(SlowUpstreams, AnUpstreamProxyThatDoesNotAnswerIsTimedOut) {
    settings_.limits.connect = kShort;
    ScriptedUpstream stops([](Wire& wire) {
        wire.send("HTTP/1.1 200");
        static_cast<void>(wire.read_to_end());
    });
    settings_.connect_to.clear();
    settings_.upstream_proxy = io::UpstreamProxy{"127.0.0.1", stops.port(), {}, {}};
    expect_timeout("connect", ask());
}

TEST_F(SlowUpstreams, PooledConnectionsBeyondTheirLimitAreNotKept) {
    settings_.limits.idle_upstreams = 1;
    std::atomic<int> waiting{0};
    upstream_.answer_with([&waiting](Wire& wire, const Message&) {
        ++waiting;
        static_cast<void>(wire.read_exactly(0));
        while (waiting % 2 != 0) std::this_thread::yield();  // answered in pairs
        wire.send(ok());
        return Afterwards::next_request;
    });
    Wire one = arm();
    Wire two = arm();
    for (const std::size_t connections : {2U, 3U}) {
        one.send(request("GET", kGroup));
        two.send(request("GET", kGroup));
        EXPECT_EQ(one.read_response().status(), 200);
        EXPECT_EQ(two.read_response().status(), 200);
        EXPECT_EQ(upstream_.connections(), connections);
    }
}

}  // namespace
}  // namespace armgate::tests
