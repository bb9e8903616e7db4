// Every case of tests/data/hostile through real sockets: what the client gets, what the upstream
// sees, what the trace says, and that the proxy serves the next client as if nothing had been.
#include "support/hostile_fixture.hpp"

#include <algorithm>

namespace armgate::tests {
namespace {

std::string group_name(const testing::TestParamInfo<HostileGroup>& info) {
    return info.param.name;
}

class HostileRequests : public HostileTest, public testing::WithParamInterface<HostileGroup> {};
class HostileConnects : public HostileTest, public testing::WithParamInterface<HostileGroup> {};
class HostileAnswers : public HostileTest, public testing::WithParamInterface<HostileGroup> {};

INSTANTIATE_TEST_SUITE_P(,
                         HostileRequests,
                         testing::ValuesIn(hostile_groups(HostileSide::request)),
                         group_name);
INSTANTIATE_TEST_SUITE_P(,
                         HostileConnects,
                         testing::ValuesIn(hostile_groups(HostileSide::connect)),
                         group_name);
INSTANTIATE_TEST_SUITE_P(,
                         HostileAnswers,
                         testing::ValuesIn(hostile_groups(HostileSide::response)),
                         group_name);

TEST_P(HostileRequests, ComeToTheEndTheIndexSays) {
    run_all(GetParam(), [this](const HostileCase& one) { run_request(one); });
}

TEST_P(HostileConnects, ComeToTheEndTheIndexSays) {
    run_all(GetParam(), [this](const HostileCase& one) { run_connect(one); });
}

TEST_P(HostileAnswers, ComeToTheEndTheIndexSays) {
    run_all(GetParam(), [this](const HostileCase& one) { run_answer(one, "GET"); });
}

TEST_P(HostileAnswers, NeverMakeAWriteGoOutTwice) {
    run_all(GetParam(), [this](const HostileCase& one) { run_answer(one, "PUT"); });
}

// What may not be forwarded is refused for what it is, whatever the mode and the caller.
TEST_P(HostileRequests, AreRefusedInEnforceAsInObserve) {
    settings_.mode = verdict::Mode::enforce;
    run_all(GetParam(), [this](const HostileCase& one) {
        // A body is not waited for where the head is refused already.
        const bool by_head = one.rule != "chunk_invalid";
        if (one.answers.size() == 1 && one.is_refused() && by_head) run_request(one);
    });
}

class HostileCallers : public HostileTest {};

// What says nothing certain of its caller passes in observe (the index), and not in enforce.
TEST_F(HostileCallers, InDoubtGetNoWriteOutInEnforce) {
    settings_.mode = verdict::Mode::enforce;
    std::size_t refused = 0;
    for (const HostileGroup& group : hostile_groups(HostileSide::request)) {
        if (group.name != "token") continue;
        for (const HostileCase& one : group.cases) {
            // Without a token ARM's own 401 is wanted, which names the tenant.
            const bool no_token = one.name == "accept-authorization-underscore";
            if (one.is_refused() || no_token) continue;
            EXPECT_TRUE(say_to_arm(one.bytes).starts_with("HTTP/1.1 401 ")) << one.name;
            ++refused;
        }
    }
    EXPECT_GE(refused, 7U);
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST(HostileIndex, HasEveryFileOnce) {
    std::size_t total = 0;
    for (const HostileSide side :
         {HostileSide::request, HostileSide::connect, HostileSide::response}) {
        std::vector<std::string> indexed;
        for (const HostileGroup& group : hostile_groups(side)) {
            for (const HostileCase& one : group.cases) indexed.push_back(one.name);
        }
        std::sort(indexed.begin(), indexed.end());
        EXPECT_EQ(indexed, hostile_files(side));
        total += indexed.size();
    }
    EXPECT_GE(total, 700U);
}

}  // namespace
}  // namespace armgate::tests
