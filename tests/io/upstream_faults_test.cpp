// An upstream that breaks off at each stage, comes back, or closes just as a write goes out; and a
// client that vanishes. The step is named, a cut stays a cut, and no write is sent twice.
#include "support/child_program.hpp"
#include "support/proxy_fixture.hpp"

#include <future>
#include <map>

#include <gmock/gmock.h>

namespace armgate::tests {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class UpstreamFaults : public ProxyTest {
  protected:
    static io::Settings to_port(io::Settings settings, std::uint16_t port) {
        settings.connect_to = {{kArm, 443, "127.0.0.1", port}};
        return settings;
    }

    /// The answer to one PUT through a proxy of its own, and what the record says.
    std::pair<Message, std::string> ask_at(std::uint16_t port) {
        TestProxy proxy(to_port(settings_, port), pki_.ca_pem(), true);
        Wire wire = Wire::connect(proxy.port());
        if (connect(wire, "management.azure.com:443") != 200) throw WireError("CONNECT");
        wire.start_tls({kArm, {"http/1.1"}, proxy.ca_pem(), 0});
        wire.send(request("PUT", kGroup, user_with_mfa(), "{}"));
        Message answer = wire.read_response();
        const auto records = proxy.records().requests(1);
        EXPECT_EQ(records.at(0).action, trace::Action::failed);
        EXPECT_THAT(proxy.trace(), HasSubstr(R"("action":"failed")"));
        return {std::move(answer), records.at(0).error};
    }
};

TEST_F(UpstreamFaults, AResetBeforeTheHandshakeIsDoneIsABadGatewayThatSaysSo) {
    ScriptedUpstream at_once([](Wire& wire) { wire.reset(); });
    ScriptedUpstream after_hello([](Wire& wire) {
        static_cast<void>(wire.read_some());
        wire.reset();
    });
    ScriptedUpstream inside([](Wire& wire) {
        static_cast<void>(wire.read_some());
        wire.send(std::string("\x16\x03\x03\x00\x40\x02\x00", 7));
        wire.reset();
    });
    for (const ScriptedUpstream* server : {&at_once, &after_hello, &inside}) {
        const auto [answer, error] = ask_at(server->port());
        EXPECT_EQ(answer.status(), 502);
        // A reset that comes at once may meet the connection before the handshake.
        const auto names_the_step =
            testing::AnyOf(HasSubstr("TLS handshake"),
                           HasSubstr(server == &at_once ? "cannot connect" : "TLS handshake"));
        EXPECT_THAT(answer.body, names_the_step);
        EXPECT_THAT(error, names_the_step);
    }
}

TEST_F(UpstreamFaults, AClosedPortIsABadGatewayAndNothingIsRememberedOfIt) {
    std::uint16_t port = 0;
    {
        ScriptedUpstream gone(pki_.leaf(kArm));
        port = gone.port();
    }
    settings_.connect_to = {{kArm, 443, "127.0.0.1", port}};
    Wire wire = arm();
    for (int i = 0; i < 2; ++i) {
        wire.send(request("PUT", kGroup, user_with_mfa()));
        const Message answer = wire.read_response();
        EXPECT_EQ(answer.status(), 502);
        EXPECT_THAT(answer.body, HasSubstr("cannot connect"));
    }
    ScriptedUpstream back(pki_.leaf(kArm), port);
    wire.send(request("PUT", kGroup, user_with_mfa()));
    EXPECT_EQ(wire.read_response().status(), 200);
}

struct Stage {
    std::string sent;   ///< of the answer, before the reset
    std::string named;  ///< in answer and record
};

TEST_F(UpstreamFaults, AResetAfterTheRequestIsABadGatewayThatNamesTheStepAndSendsNoWriteAgain) {
    const Stage stages[] = {{"", "without an answer"},
                            {"HTTP/1.1 20", "inside the head"},
                            {"HTTP/1.1 200 OK\r\nX: y\r\n", "inside the head"}};
    std::size_t count = 0;
    for (const Stage& stage : stages) {
        upstream_.answer_with([&stage](Wire& wire, const Message&) {
            wire.send(stage.sent);
            std::this_thread::sleep_for(milliseconds(50));  // a reset drops what was not read
            wire.reset();
            return Afterwards::end_connection;
        });
        Wire wire = arm();
        wire.send(request("PUT", kGroup, user_with_mfa(), "{}"));
        const Message answer = wire.read_response();
        EXPECT_EQ(answer.status(), 502);
        EXPECT_THAT(answer.body, HasSubstr(stage.named));
        const auto records = proxy().records().requests(++count);
        ASSERT_EQ(records.size(), count);
        EXPECT_EQ(records.back().action, trace::Action::failed);
        EXPECT_THAT(records.back().error, HasSubstr(stage.named));
        EXPECT_EQ(upstream_.requests().size(), count);
    }
}

TEST_F(UpstreamFaults, AResetInTheBodyIsACutThatIsRecorded) {
    const std::string bodies[] = {"Content-Length: 100\r\n\r\nabc",
                                  "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "\r\nabc"};
    std::size_t count = 0;
    for (const std::string& body : bodies) {
        upstream_.answer_with([&body](Wire& wire, const Message&) {
            wire.send("HTTP/1.1 200 OK\r\n" + body);
            std::this_thread::sleep_for(milliseconds(50));
            wire.reset();
            return Afterwards::end_connection;
        });
        Wire wire = arm();
        wire.send(request("PUT", kGroup, user_with_mfa(), "{}"));
        static_cast<void>(wire.read_to_end());
        EXPECT_EQ(wire.ending(), Ending::cut) << body;
        const auto records = proxy().records().requests(++count);
        ASSERT_EQ(records.size(), count);
        EXPECT_EQ(records.back().action, trace::Action::failed);
        EXPECT_THAT(records.back().error, HasSubstr("inside the body"));
    }
}

/// An idle connection is closed about when the next request goes out on it: no write comes twice,
/// a read at most twice.
TEST_F(UpstreamFaults, AnIdleConnectionThatClosesAsARequestGoesOutNeverDoublesAWrite) {
    std::atomic<unsigned> pause{0};
    upstream_.answer_with([&pause](Wire& wire, const Message&) {
        wire.send(ok());
        const auto until =
            std::chrono::steady_clock::now() + std::chrono::microseconds(pause++ * 7 % 400);
        while (std::chrono::steady_clock::now() < until) {
        }
        pause % 2 == 0 ? wire.reset() : wire.close();
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    int lost = 0;
    constexpr int kRequests = 300;
    for (int i = 0; i < kRequests; ++i) {
        const std::string method = i % 3 == 0 ? "GET" : "PUT";
        wire.send(request(method, "/x/" + std::to_string(i), user_with_mfa()));
        const Message answer = wire.read_response();
        lost += answer.status() == 502 ? 1 : 0;
        if (answer.status() != 502) ASSERT_EQ(answer.status(), 200) << answer.raw;
    }
    std::map<std::string, int> seen;
    for (const Message& request : upstream_.requests()) ++seen[request.start_line()];
    for (const auto& [line, times] : seen) {
        EXPECT_LE(times, line.starts_with("GET") ? 2 : 1) << line;
    }
    EXPECT_EQ(proxy().records().requests(kRequests).size(), static_cast<std::size_t>(kRequests));
    RecordProperty("bad_gateways", lost);
}

/// What the upstream gets of a write whose client goes away in the middle.
class Vanishing : public ProxyTest {
  protected:
    /// The bytes that came, and how they ended.
    std::pair<std::string, Ending> send_and_vanish(const std::string& part, bool resets) {
        std::promise<std::pair<std::string, Ending>> got;
        upstream_.converse([&got](Wire& wire) {
            std::string bytes = wire.read_to_end();
            got.set_value({std::move(bytes), wire.ending()});
        });
        auto result = got.get_future();
        {
            Wire wire = arm();
            wire.send(part);
            EXPECT_TRUE(eventually([this] { return upstream_.connections() > seen_; }));
            ++seen_;
            if (resets)
                wire.reset();
            else
                wire.close();
        }
        if (result.wait_for(kWireLimit) != std::future_status::ready) {
            throw WireError("the upstream's connection was not ended");
        }
        return result.get();
    }

    std::size_t seen_ = 0;
};

TEST_F(Vanishing, AClientThatVanishesInItsUploadCutsTheUpstreamsWriteAndIsRecorded) {
    const std::string line =
        std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + user_with_mfa();
    const std::string parts[] = {line + "Content-Length: 100000\r\n\r\n" + std::string(50'000, 'x'),
                                 line + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
                                 line + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n"};
    std::size_t count = 0;
    for (const bool resets : {false, true}) {
        for (const std::string& part : parts) {
            const auto [bytes, ending] = send_and_vanish(part, resets);
            EXPECT_EQ(ending, Ending::cut);
            EXPECT_FALSE(bytes.ends_with("0\r\n\r\n")) << "passed off as whole";
            const auto records = proxy().records().requests(++count);
            ASSERT_EQ(records.size(), count);
            EXPECT_EQ(records.back().action, trace::Action::failed);
            EXPECT_EQ(records.back().method, "PUT");
            EXPECT_THAT(records.back().error, HasSubstr("the client closed the connection"));
        }
    }
}

}  // namespace
}  // namespace armgate::tests
