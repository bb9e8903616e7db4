// Every allocation that a worker makes for a connection fails once: nothing that enforce refuses
// goes out, nothing goes out twice, no connection hangs, and the proxy serves on.
#include "faults/failing_memory.hpp"

#include "core/arm/challenge.hpp"
#include "core/base/text.hpp"
#include "core/identity/token.hpp"
#include "io/system/log.hpp"
#include "support/proxy_fixture.hpp"
#include "support/tokens.hpp"

#include <map>
#include <new>
#include <numeric>
#include <thread>

namespace armgate::tests {
namespace {

class FailingMemory : public ProxyTest {
  protected:
    FailingMemory() {
        settings_.mode = verdict::Mode::enforce;
        // As the program does at its start: the log is made before memory can end.
        io::set_log_level(io::LogLevel::warn);
    }

    ~FailingMemory() override { failing_memory::fail_at(0); }

    /// One request on a connection of its own, the `count`-th allocation for it failing. Status of
    /// the answer; zero: the connection was dropped.
    int ask_failing(long count, const std::string& request) {
        failing_memory::fail_at(count);
        try {
            Wire wire = arm();
            wire.send(request);
            return wire.read_response().status();
        } catch (const WireError& error) {
            EXPECT_STRNE(error.what(), "nothing came in time") << "at allocation " << count;
            return 0;
        }
    }

    /// `request(n)` with each allocation failing in turn, until none does. How often what came.
    template <class Request>
    std::map<int, int> ask_with_each_failing(Request request) {
        proxy().records().at_each([] { failing_memory::watch_this_thread(); });
        Wire first = arm();
        first.send(tests::request("GET", "/first", user_with_mfa()));
        EXPECT_EQ(first.read_response().status(), 200);
        std::map<int, int> out;
        for (long count = 1; count < 20'000; count += kStep) {
            const int status = ask_failing(count, request(count));
            const bool failed = failing_memory::has_failed();
            failing_memory::fail_at(0);
            ++out[status];
            if (!failed) return out;
        }
        ADD_FAILURE() << "there is no end of allocations";
        return out;
    }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    static constexpr long kStep = 7;
#else
    static constexpr long kStep = 1;
#endif
};

/// nlohmann's destructor allocates for what is nested: where that fails, the program would end.
TEST_F(FailingMemory, ATokenAndAChallengeAreReadOrNot) {
    const std::string token = test::bearer(R"({"a":{"b":[{"c":[1,[2]]}]},"amr":["pwd","mfa"]})");
    const std::string challenge =
        R"(Bearer error="insufficient_claims", claims=")" +
        base::base64_encode(R"({"access_token":{"acrs":{"essential":true,"values":["p1"]}}})") +
        "\"";
    int failed = 0;
    const auto read_with_each_failing = [&] {
        failing_memory::watch_this_thread();
        for (long count = 1; count < 20'000; ++count) {
            failing_memory::fail_at(count);
            try {
                const bool read = identity::decode_unverified(token).has_value();
                const bool cut = identity::decode_unverified(token.substr(0, 60)).has_value();
                const bool challenged = arm::is_mfa_challenge(challenge);
                failing_memory::fail_at(0);
                EXPECT_TRUE(read && challenged && !cut);
                return;
            } catch (const std::bad_alloc&) {
                ++failed;
            }
        }
    };
    std::thread(read_with_each_failing).join();
    EXPECT_GT(failed, 20);
}

TEST_F(FailingMemory, NothingThatIsRefusedEverGoesOut) {
    for (const std::string& refused :
         {request("PUT", kGroup, user_without_mfa(), "{}"),
          request("PUT", kStorageDeployment, user_without_mfa(), kStorageDeploymentBody)}) {
        const std::size_t before = upstream_.requests().size();
        auto seen = ask_with_each_failing([&](long) { return refused; });
        EXPECT_EQ(upstream_.requests().size(), before + 1);  // the first GET
        EXPECT_GT(seen[401], 0);
        EXPECT_GT(seen[0], 0);
        EXPECT_EQ(seen[0] + seen[401] + seen[503],
                  std::accumulate(seen.begin(), seen.end(), 0,
                                  [](int sum, const auto& entry) { return sum + entry.second; }));
    }
}

TEST_F(FailingMemory, ATunnelThatIsDroppedHarmsNoOther) {
    ScriptedUpstream echo([](Wire& wire) {
        for (std::string got = wire.read_some(); !got.empty(); got = wire.read_some()) {
            wire.send(got);
        }
    });
    settings_.connect_to.push_back({"other.test", 443, "127.0.0.1", echo.port()});
    proxy().records().at_each([] { failing_memory::watch_this_thread(); });
    Wire first = arm();
    first.send(request("GET", "/first", user_with_mfa()));
    EXPECT_EQ(first.read_response().status(), 200);
    int echoed = 0;
    int dropped = 0;
    for (long count = 1; count < 2000; ++count) {
        failing_memory::fail_at(count);
        try {
            Wire wire = dial();
            if (connect(wire, "other.test:443") != 200) throw WireError("refused");
            wire.send("plain bytes");
            if (wire.read_exactly(11) == "plain bytes") ++echoed;
        } catch (const WireError& error) {
            EXPECT_STRNE(error.what(), "nothing came in time") << "at allocation " << count;
            ++dropped;
        }
        const bool failed = failing_memory::has_failed();
        failing_memory::fail_at(0);
        Wire between = arm();
        between.send(request("GET", "/between", user_with_mfa()));
        ASSERT_EQ(between.read_response().status(), 200) << count;
        if (!failed) break;
    }
    EXPECT_GT(echoed, 0);
    EXPECT_GT(dropped, 0);
    EXPECT_TRUE(echo.wait_for_end());  // no tunnel is left
}

TEST_F(FailingMemory, NoWriteGoesOutTwiceOrWithoutARecordOrACountOfIt) {
    auto seen = ask_with_each_failing([](long count) {
        return request("PUT", "/x/" + std::to_string(count), user_with_mfa(), "{}");
    });
    EXPECT_GT(seen[200], 0);
    Wire last = arm();
    last.send(request("PUT", "/x/last", user_with_mfa(), "{}"));
    EXPECT_EQ(last.read_response().status(), 200);
    std::map<std::string, int> forwarded;
    for (const Message& request : upstream_.requests()) ++forwarded[request.start_line()];
    const std::string trace = proxy().trace();
    std::size_t lost = 0;
    for (std::size_t at = 0; (at = trace.find("\"lost\":", at)) != std::string::npos; ++at) {
        lost += std::stoul(trace.substr(at + 7));
    }
    std::size_t missing = 0;
    for (const auto& [line, times] : forwarded) {
        EXPECT_EQ(times, 1) << line;
        const std::string path = line.substr(4, line.rfind(' ') - 4);
        missing += trace.find("\"path\":\"" + path + "\"") == std::string::npos ? 1 : 0;
    }
    EXPECT_LE(missing, lost) << "writes went out that no line speaks of";
}

}  // namespace
}  // namespace armgate::tests
