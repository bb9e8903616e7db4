// What is left of a token once its request is over: nothing, in the memory, in core files, in key
// logs. Looks into the built program from outside, which takes root: it is not dumpable.
#include "io/system/sanitizers.hpp"
#include "support/program_fixture.hpp"
#include "support/tokens.hpp"

#include <csignal>
#include <fcntl.h>
#include <sstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace armgate::tests {
namespace {

constexpr const char* kPath = "/subscriptions/s/resourceGroups/g?api-version=1&sig=";

/// Letters that occur nowhere else, not even in this program's text segment; a canonical part of a
/// token (a whole number of groups of four).
std::string unique(char letter) {
    std::string out = std::to_string(::getpid());
    for (int i = 0; out.size() < 64; ++i) {
        out += static_cast<char>(i % 3 == 0 ? letter : 'a' + i % 26);
    }
    return out;
}

/// The bytes of one mapping, as far as they can be read.
std::string read_memory(int memory, unsigned long begin, unsigned long end) {
    std::string bytes(end - begin, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto got = ::pread(memory, bytes.data() + have, bytes.size() - have,
                                 static_cast<off_t>(begin + have));
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

/// Counts `needle` in the writable memory of a process; nothing where that cannot be read.
std::optional<std::size_t> count_in_memory(pid_t pid, const std::string& needle) {
    const std::string base = "/proc/" + std::to_string(pid);
    const int memory = ::open((base + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    std::ifstream maps(base + "/maps");
    if (memory < 0 || !maps) return std::nullopt;
    std::size_t found = 0;
    for (std::string line; std::getline(maps, line);) {
        unsigned long begin = 0;
        unsigned long end = 0;
        std::string modes;
        char dash = 0;
        std::istringstream(line) >> std::hex >> begin >> dash >> end >> modes;
        if (modes.size() < 2 || modes[1] != 'w') continue;
        const std::string bytes = read_memory(memory, begin, end);
        for (std::size_t at = bytes.find(needle); at != std::string::npos;
             at = bytes.find(needle, at + 1)) {
            ++found;
        }
    }
    ::close(memory);
    return found;
}

class Memory : public ProgramTest {
  protected:
    /// A request with a secret in its token's signature, its query and its body.
    static std::string secret_request(const std::string& method,
                                      const std::string& secret,
                                      const std::string& claims) {
        const std::string token =
            test::base64url(R"({"alg":"RS256"})") + "." + test::base64url(claims) + "." + secret;
        const std::string body = R"({"properties":{"password":")" + secret + R"("}})";
        return method + " " + kPath + secret + " HTTP/1.1\r\nHost: " + kArm +
               "\r\nAuthorization: Bearer " + token + "\r\nCookie: a=" + secret +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
};

const std::string kUser = test::claims(R"("idtyp":"user","scp":"x","amr":["pwd"])");
const std::string kApp = test::claims(R"("idtyp":"app")");

TEST_F(Memory, HoldsNoTokenOnceItsRequestIsOver) {
    if (io::kSanitized) GTEST_SKIP() << "sanitizers keep what was freed";
    for (const std::string mode : {"observe", "enforce"}) {
        const auto program = start({"--mode", mode});
        const std::string forwarded = unique('Q');
        const std::string refused = unique('X');
        const std::string unreadable = unique('Z');
        Wire idle = arm_through(*program);
        {
            Wire closed = arm_through(*program);
            for (Wire* wire : {&idle, &closed}) {
                for (int i = 0; i < 5; ++i) {
                    wire->send(secret_request("PUT", forwarded, kApp));
                    EXPECT_EQ(wire->read_response("PUT").status(), 200);
                    wire->send(secret_request("PUT", refused, kUser));
                    EXPECT_EQ(wire->read_response("PUT").status(), mode == "observe" ? 200 : 401);
                }
            }
            closed.send(secret_request("BREW", unreadable, kUser));
            EXPECT_EQ(closed.read_response("BREW").status(), 400);
            closed.close();
        }
        if (!count_in_memory(program->pid(), "armgate")) {
            GTEST_SKIP()
                << "the memory of a process that is not dumpable can be read by root alone";
        }
        EXPECT_GT(count_in_memory(program->pid(), kArm), 0U) << "the search itself finds nothing";
        for (const std::string& secret : {forwarded, refused, unreadable}) {
            const auto is_gone = [&] { return count_in_memory(program->pid(), secret) == 0U; };
            EXPECT_TRUE(eventually(is_gone, std::chrono::seconds(3)))
                << mode << ": " << *count_in_memory(program->pid(), secret) << " of " << secret[0];
        }
        EXPECT_EQ(idle.ending(), Ending::orderly);
    }
}

TEST_F(Memory, NoCoreIsWrittenAndTheChildOfRunMayWriteItsOwn) {
    const auto program = start();
    const std::string limits = slurp("/proc/" + std::to_string(program->pid()) + "/limits");
    const std::size_t at = limits.find("Max core file size");
    std::string soft;
    if (at != std::string::npos) std::istringstream(limits.substr(at + 18)) >> soft;
    EXPECT_EQ(soft, "0") << limits;
    const std::string work =
        std::filesystem::read_symlink("/proc/" + std::to_string(program->pid()) + "/cwd");
    program->signal(SIGABRT);
    EXPECT_EQ(program->wait(), 128 + SIGABRT);
    EXPECT_FALSE(std::filesystem::exists(work + "/core"));
    EXPECT_FALSE(std::filesystem::exists(work + "/core." + std::to_string(program->pid())));
    ChildProgram run({"run", "--", "sh", "-c", "ulimit -S -c"});
    EXPECT_EQ(run.wait(), 0);
    rlimit own{};
    ::getrlimit(RLIMIT_CORE, &own);
    EXPECT_EQ(run.out() == "0\n", own.rlim_cur == 0) << run.out();
}

TEST_F(Memory, TheKeysOfTlsAreLoggedNowhere) {
    ProgramOptions options;
    options.environment = {"SSLKEYLOGFILE=" + folder_.file("keys.log")};
    const auto program = start({}, options);
    Wire wire = arm_through(*program);
    wire.send(secret_request("PUT", unique('K'), kApp));
    EXPECT_EQ(wire.read_response("PUT").status(), 200);
    program->signal(SIGTERM);
    EXPECT_EQ(program->wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(folder_.file("keys.log")));
}

}  // namespace
}  // namespace armgate::tests
