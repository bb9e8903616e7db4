// Stopping, and staying up under load.
#include "support/program_fixture.hpp"

#include <csignal>
#include <future>

namespace armgate::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Stops : public ProxyTest {};

TEST_F(Stops, IdleClientsAndIdleTunnelsHoldNothingUp) {
    ScriptedUpstream server([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    Wire idle = arm();
    idle.send(request("GET", kGroup));
    EXPECT_EQ(idle.read_response().status(), 200);
    Wire tunnel = dial();
    ASSERT_EQ(connect(tunnel, "127.0.0.1:" + std::to_string(server.port())), 200);
    tunnel.send("not TLS, so it is relayed");
    const auto begin = steady_clock::now();
    proxy().stop();
    EXPECT_LT(steady_clock::now() - begin, milliseconds(1500));
    const auto tunnels = proxy().records().tunnels(1);
    ASSERT_EQ(tunnels.size(), 1U);
    EXPECT_EQ(tunnels.at(0).error, "");  // a stop is no fault of the tunnel
}

TEST_F(Stops, ABusyExchangeIsLetToItsEnd) {
    std::promise<void> go;
    std::shared_future<void> gone = go.get_future().share();
    upstream_.answer_with([gone](Wire& wire, const Message&) {
        gone.wait_for(kWireLimit);
        wire.send(ok("late"));
        return Afterwards::next_request;
    });
    Wire wire = arm();
    wire.send(request("PUT", kGroup));
    ASSERT_TRUE(upstream_.wait_for_requests(1));
    std::thread stopper([this] { proxy().stop(); });
    go.set_value();
    EXPECT_EQ(wire.read_response().body, "late");
    stopper.join();
    EXPECT_EQ(proxy().records().requests(1).at(0).action, trace::Action::forwarded);
}

TEST_F(Stops, ExchangesThatDoNotEndAreCutAndRecorded) {
    settings_.limits.stop_grace = milliseconds(200);
    upstream_.answer_with([](Wire& wire, const Message&) {
        static_cast<void>(wire.read_some());
        return Afterwards::end_connection;
    });
    Wire waiting = arm();  // for an answer
    waiting.send(request("PUT", kGroup));
    ASSERT_TRUE(upstream_.wait_for_requests(1));
    Wire sending = arm();  // in the middle of its body
    sending.send(request("PUT", kGroup, "", std::string(1000, 'x')).substr(0, 500));
    ASSERT_TRUE(eventually([this] { return upstream_.connections() == 2; }));
    const auto begin = steady_clock::now();
    proxy().stop();
    EXPECT_LT(steady_clock::now() - begin, milliseconds(2000));
    const auto records = proxy().records().requests(2);
    ASSERT_EQ(records.size(), 2U);
    for (const auto& record : records) EXPECT_EQ(record.action, trace::Action::failed);
}

TEST_F(Stops, FiveHundredConnectionsAtOnceAreAllServed) {
    settings_.threads = 2;
    settings_.limits.client_tls = std::chrono::seconds(60);
    settings_.limits.upstream_tls = std::chrono::seconds(60);
    constexpr int kThreads = 10;
    constexpr int kConnections = 50;
    constexpr int kRequests = 3;
    io::raise_file_limit();
    static_cast<void>(proxy());
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int t = 0; t < kThreads; ++t) {
        clients.emplace_back([&] {
            try {
                std::vector<Wire> wires;
                for (int i = 0; i < kConnections; ++i) wires.push_back(arm());
                for (int n = 0; n < kRequests; ++n) {
                    for (Wire& wire : wires)
                        wire.send(request("PUT", kGroup, service_principal(), "{}"));
                    for (Wire& wire : wires)
                        answered += wire.read_response().status() == 200 ? 1 : 0;
                }
            } catch (const WireError& error) {
                ADD_FAILURE() << error.what();
            }
        });
    }
    for (std::thread& client : clients) client.join();
    constexpr int kAll = kThreads * kConnections * kRequests;
    EXPECT_EQ(answered, kAll);
    EXPECT_EQ(upstream_.requests().size(), static_cast<std::size_t>(kAll));
    EXPECT_EQ(proxy().records().requests(kAll).size(), static_cast<std::size_t>(kAll));
}

class StopsProgram : public ProgramTest {};

TEST_F(StopsProgram, SigtermEndsItWithin5SecondsWithStatus0AndAWholeTrace) {
    upstream_.answer_with([](Wire& wire, const Message& request) {
        if (request.head.starts_with("PUT")) {
            static_cast<void>(wire.read_some());  // never answers
            return Afterwards::end_connection;
        }
        wire.send(ok());
        return Afterwards::next_request;
    });
    ChildProgram program(arguments());
    ASSERT_NE(program.port(), 0);
    EXPECT_TRUE(std::filesystem::exists(folder_.file("ca/ca.pem")));
    std::vector<Wire> idle;
    for (int i = 0; i < 10; ++i) {
        idle.push_back(arm_through(program));
        idle.back().send(request("GET", kGroup));
        EXPECT_EQ(idle.back().read_response().status(), 200);
    }
    Wire busy = arm_through(program);
    busy.send(request("PUT", kGroup));
    ASSERT_TRUE(upstream_.wait_for_requests(11));
    Wire halfway = Wire::connect(program.port());
    halfway.send("CONNECT manage");
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(milliseconds(5000)), 0);
    const std::string text = slurp(folder_.file("trace.jsonl"));
    EXPECT_TRUE(text.ends_with("}\n"));
    EXPECT_NE(text.find(R"("method":"PUT")"), std::string::npos) << "the busy one is missing";
    EXPECT_NE(text.find(R"("action":"failed")"), std::string::npos);
}

TEST_F(StopsProgram, AnInterruptStopsTheProxyToo) {
    ChildProgram program(arguments());
    ASSERT_NE(program.port(), 0);
    program.signal(SIGINT);
    EXPECT_EQ(program.wait(milliseconds(5000)), 0);
}

}  // namespace
}  // namespace armgate::tests
