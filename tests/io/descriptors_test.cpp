// Staying up where something runs out: descriptors, and memory under many connections and large
// bodies. Through the built program, so that the figures are its own.
#include "bench/measure.hpp"
#include "support/program_fixture.hpp"

#include <csignal>
#include <cstdlib>
#include <unistd.h>

#include <gmock/gmock.h>

namespace armgate::tests {
namespace {

using std::chrono::milliseconds;

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

bool is_long_run() {
    const char* value = std::getenv("ARMGATE_LONG");
    return value != nullptr && std::string_view(value) == "1";
}

class Descriptors : public ProgramTest {
  protected:
    /// The processor time of the program over one second, in seconds.
    static double busy_second(const ChildProgram& program) {
        const double before = bench::cpu_seconds(program.pid());
        std::this_thread::sleep_for(std::chrono::seconds(1));
        return bench::cpu_seconds(program.pid()) - before;
    }

    static void limit_files(const ChildProgram& program, rlim_t files) {
        rlimit limit{};
        ASSERT_EQ(::prlimit(program.pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
        limit.rlim_cur = files;
        ASSERT_EQ(::prlimit(program.pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
    }

    static std::vector<Wire> crowd(const ChildProgram& program, int size) {
        std::vector<Wire> out;
        for (int i = 0; i < size; ++i) {
            out.push_back(Wire::connect(program.port()));
            static_cast<void>(
                out.back().try_send("CONNECT management.azure.com:443 HTTP/1.1\r\n\r\n"));
        }
        return out;
    }

    /// Says it once, does not spin, serves `first`, and serves new ones when the crowd is gone.
    void expect_to_survive(const ChildProgram& program, Wire& first, std::vector<Wire>& many) {
        EXPECT_TRUE(program.says("cannot accept a connection")) << program.err();
        EXPECT_LT(busy_second(program), 0.5);
        for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(first, "GET"), 200);
        many.clear();
        Wire later = arm_through(program);
        EXPECT_EQ(ask(later, "PUT"), 200);
        EXPECT_EQ(count_of(program.err(), "cannot accept a connection"), 1U) << program.err();
    }
};

TEST_F(Descriptors, WithFewClientsWaitAndThoseWhoAreThereHaveAllTheyNeed) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan's vptr check opens a pipe, and takes its failure for a bad pointer";
#endif
    ProgramOptions options;
    options.descriptors = 60;
    ChildProgram program(arguments(), options);
    std::vector<Wire> served;
    for (int i = 0; i < 6; ++i) served.push_back(arm_through(program));
    std::vector<Wire> many = crowd(program, 80);
    EXPECT_TRUE(program.says("are open (limits connections=10000 and open files=60)"));
    // Each of them needs an upstream connection of its own now.
    for (Wire& wire : served) wire.send(request("PUT", kGroup, user_with_mfa(), "{}"));
    for (Wire& wire : served) EXPECT_EQ(wire.read_response().status(), 200);
    expect_to_survive(program, served.front(), many);
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(milliseconds(5000)), 0);
}

TEST_F(Descriptors, WithoutAnyItSaysSoOnceServesThoseItHasAndRecovers) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan's vptr check opens a pipe, and takes its failure for a bad pointer";
#endif
    ChildProgram program(arguments());
    Wire first = arm_through(program);
    EXPECT_EQ(ask(first, "GET"), 200);
    limit_files(program, 30);
    std::vector<Wire> many = crowd(program, 60);
    EXPECT_TRUE(program.says("Too many open files")) << program.err();
    expect_to_survive(program, first, many);
    limit_files(program, 1024);
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(milliseconds(5000)), 0);
}

TEST_F(Descriptors, ManyConnectionsCostLittleMemoryAndAllAreServed) {
    const std::size_t size = is_long_run() ? 2000 : 300;
    io::raise_file_limit();
    ChildProgram program(arguments({"--limit", "client-idle=10m", "--limit", "client-tls=60s",
                                    "--limit", "upstream-tls=60s"}));
    Wire first = arm_through(program);
    EXPECT_EQ(ask(first, "PUT"), 200);
    const std::uint64_t before = bench::memory_bytes(program.pid(), "VmRSS");
    std::vector<Wire> wires;
    for (std::size_t i = 0; i < size; ++i) {
        wires.push_back(arm_through(program));
        ASSERT_EQ(ask(wires.back(), "PUT"), 200) << i;
    }
    const std::uint64_t after = bench::memory_bytes(program.pid(), "VmRSS");
#ifndef __SANITIZE_ADDRESS__
    EXPECT_LT((after - before) / size, 150U * 1024U) << "bytes a connection";
#endif
    RecordProperty("bytes_a_connection", std::to_string((after - before) / size));
    for (Wire& wire : wires) wire.send(request("GET", kGroup));
    for (Wire& wire : wires) EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(program.err().find("cannot accept"), std::string::npos) << program.err();
}

TEST_F(Descriptors, BodiesOfAnySizePassThroughBoundedMemory) {
    constexpr std::size_t kBlock = std::size_t{1} << 20U;
    const std::size_t blocks = is_long_run() ? 2000 : 200;
    const std::string block(kBlock, 'x');
    const std::string length = "Content-Length: " + std::to_string(blocks * kBlock) + "\r\n\r\n";
    std::atomic<std::size_t> received{0};
    upstream_.converse([&](Wire& wire) {
        while (!wire.read_head().head.empty()) {
            for (std::size_t i = 0; i < blocks; ++i) received += wire.read_exactly(kBlock).size();
            wire.send("HTTP/1.1 200 OK\r\n" + length);
            for (std::size_t i = 0; i < blocks; ++i) wire.send(block);
        }
    });
    ChildProgram program(arguments());
    Wire wire = arm_through(program);
    const std::uint64_t before = bench::memory_bytes(program.pid(), "VmRSS");
    // A caller without MFA: observe holds back what it can read of a deployment, and no more.
    wire.send(std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" +
              user_without_mfa() + length);
    for (std::size_t i = 0; i < blocks; ++i) wire.send(block);
    EXPECT_EQ(wire.read_head().status(), 200);
    for (std::size_t i = 0; i < blocks; ++i) ASSERT_TRUE(wire.read_exactly(kBlock) == block);
    EXPECT_EQ(received, blocks * kBlock);
#ifndef __SANITIZE_ADDRESS__
    EXPECT_LT(bench::memory_bytes(program.pid(), "VmHWM"), before + (std::uint64_t{8} << 20U));
#endif
}

TEST_F(Descriptors, SlowClientsAreNamedInTheLog) {
    ChildProgram program(arguments({"--log-level", "info", "--limit", "client-tls=200ms", "--limit",
                                    "client-idle=210ms", "--limit", "client-head=220ms", "--limit",
                                    "drain=230ms", "--mode", "enforce"}));
    Wire silent = Wire::connect(program.port());
    ASSERT_EQ(connect(silent, "management.azure.com:443"), 200);
    EXPECT_EQ(silent.read_to_end(), "");
    EXPECT_TRUE(program.says("(limit client-tls=200ms)")) << program.err();
    Wire idle = arm_through(program);
    EXPECT_EQ(ask(idle, "GET"), 200);
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_TRUE(program.says("closed an idle connection of a client (limit client-idle=210ms)"));
    Wire torn = arm_through(program);
    const std::string record("\x17\x03\x03\x40\x00xx", 7);  // the begin of one, under TLS
    ASSERT_EQ(::write(torn.descriptor(), record.data(), record.size()), 7);
    EXPECT_TRUE(program.says("(limit client-head=220ms)")) << program.err();
    Wire refused = arm_through(program);
    refused.send(std::string("PUT ") + kGroup + " HTTP/1.1\r\nHost: " + kArm + "\r\n" +
                 user_without_mfa() + "Content-Length: 10\r\n\r\n");
    EXPECT_EQ(refused.read_response().status(), 401);
    EXPECT_TRUE(program.says("a refused body was read no further (limit drain=230ms)"));
}

}  // namespace
}  // namespace armgate::tests
