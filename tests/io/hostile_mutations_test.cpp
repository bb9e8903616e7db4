// A sample of mutants through real sockets: no request becomes two at the upstream, no answer two
// at the client, nothing crashes or hangs, and the next client is served.
#include "support/hostile_fixture.hpp"
#include "support/mutations.hpp"

namespace armgate::tests {
namespace {

constexpr int kSample = 150;
constexpr int kCanaryEach = 25;

class HostileMutations : public HostileTest {};

TEST_F(HostileMutations, OfARequestMakeAtMostOneRequest) {
    const std::string seed = request("PUT", kGroup, user_without_mfa(), "{}");
    Mutator mutator(42);
    std::size_t passed = 0;
    for (int i = 0; i < kSample; ++i) {
        const std::string mutant = mutator.mutate(seed);
        SCOPED_TRACE(mutant);
        const std::string got = say_to_arm(mutant);
        const std::vector<StrictMessage> seen = witness().take_requests();
        EXPECT_LE(seen.size(), 1U);
        for (const StrictMessage& message : seen) EXPECT_TRUE(message.is_canonical);
        // What passed was answered as such; what did not, in armgate's own words or not at all.
        EXPECT_EQ(got.find("HTTP/1.1 200 ") != std::string::npos, seen.size() == 1);
        passed += seen.size();
        if (i % kCanaryEach == 0) expect_canary(std::to_string(i));
    }
    EXPECT_GT(passed, 5U);
    EXPECT_LT(passed, 100U);
    end_proxy();
    EXPECT_TRUE(upstream_.wait_for_end());
    EXPECT_EQ(witness().take_requests().size(), 0U);
}

TEST_F(HostileMutations, OfAnAnswerMakeAtMostOneAnswer) {
    const std::string seed =
        "HTTP/1.1 200 OK\r\nServer: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4\r\nabcd\r\n0\r\n\r\n";
    Mutator mutator(43);
    std::string mutant;
    witness().answer_with([&mutant](Wire& wire, const StrictMessage&) {
        static_cast<void>(wire.try_send(mutant));
        wire.close();
        return Afterwards::end_connection;
    });
    std::size_t whole = 0;
    for (int i = 0; i < kSample; ++i) {
        mutant = mutator.mutate(seed);
        SCOPED_TRACE(mutant);
        Wire wire = arm();
        wire.send(request("GET", kGroup));
        wire.finish_sending();
        const std::string all = wire.read_to_end();
        std::string_view got = all;
        static_cast<void>(take_interim(got));
        const auto answer = strict_response(got, "GET");
        // Not whole: it must not look so. Ended by the connection: that must be an end in order.
        if (!answer || answer->until_close) {
            EXPECT_EQ(wire.ending(), answer ? Ending::orderly : Ending::cut);
        }
        EXPECT_TRUE(!answer || answer->size == got.size()) << got;
        whole += answer && answer->status() == 200 ? 1 : 0;
        if (i % kCanaryEach == 0) expect_canary(std::to_string(i));
    }
    EXPECT_GT(whole, 5U);
    EXPECT_LT(whole, 140U);
}

}  // namespace
}  // namespace armgate::tests
