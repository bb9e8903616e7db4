// Who may reach the proxy: loopback only, unless it was said twice; and a proxy that listens
// everywhere never dials itself under any address of its machine.
#include "core/base/text.hpp"
#include "support/child_program.hpp"

#include <arpa/inet.h>
#include <array>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

namespace armgate::tests {
namespace {

const std::string kCredentials =
    "Proxy-Authorization: Basic " + base::base64_encode("user:pass") + "\r\n";

/// The IPv4 addresses of this machine beyond loopback.
std::vector<std::string> addresses_of_this_machine() {
    std::vector<std::string> out;
    ifaddrs* found = nullptr;
    if (::getifaddrs(&found) != 0) return out;
    for (const ifaddrs* at = found; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
        ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
        if (!std::string(text.data()).starts_with("127.")) out.emplace_back(text.data());
    }
    ::freeifaddrs(found);
    return out;
}

int connect_status(std::uint16_t port, const std::string& target, const std::string& fields) {
    Wire wire = Wire::connect(port);
    wire.send("CONNECT " + target + " HTTP/1.1\r\n" + fields + "\r\n");
    return wire.read_head().status();
}

std::uint16_t port_of(const ChildProgram& program) {
    const std::string mark = "listening on 0.0.0.0:";
    if (!program.says(mark)) return 0;
    const std::string text = program.err();
    return static_cast<std::uint16_t>(std::stoul(text.substr(text.find(mark) + mark.size())));
}

TEST(Remote, ListeningBeyondLoopbackIsRefusedUnlessBothOptionsAreGiven) {
    for (const std::string address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
        for (const std::vector<std::string>& half :
             {std::vector<std::string>{}, {"--allow-remote"}, {"--proxy-auth", "user:pass"}}) {
            std::vector<std::string> arguments{"proxy", "--listen", address};
            arguments.insert(arguments.end(), half.begin(), half.end());
            ChildProgram program(arguments);
            EXPECT_EQ(program.wait(), 2) << program.err();
            const std::string err = program.err();
            EXPECT_NE(err.find("--allow-remote"), std::string::npos) << err;
            EXPECT_NE(err.find("--proxy-auth USER:PASS"), std::string::npos) << err;
            EXPECT_EQ(err.find("listening"), std::string::npos) << err;
        }
    }
}

TEST(Remote, AllowRemoteAloneOnLoopbackIsTakenAndSaysNothingOfIt) {
    ChildProgram program({"proxy", "--listen", "127.0.0.1:0", "--allow-remote"});
    EXPECT_NE(program.port(), 0);
}

TEST(Remote, AProxyThatListensEverywhereAsksForCredentialsAndNeverDialsItself) {
    ChildProgram program(
        {"proxy", "--listen", "0.0.0.0:0", "--allow-remote", "--proxy-auth", "user:pass"});
    const std::uint16_t port = port_of(program);
    ASSERT_NE(port, 0) << program.err();
    EXPECT_EQ(connect_status(port, "other.test:443", ""), 407);
    const std::string own = ":" + std::to_string(port);
    std::vector<std::string> names = addresses_of_this_machine();
    for (const char* name : {"127.0.0.1", "localhost", "127.1", "[::1]", "0.0.0.0"}) {
        names.emplace_back(name);
    }
    for (const std::string& name : addresses_of_this_machine()) {
        names.push_back("[::ffff:" + name + "]");
    }
    for (const std::string& name : names) {
        EXPECT_EQ(connect_status(port, name + own, kCredentials), 403) << name;
    }
}

}  // namespace
}  // namespace armgate::tests
