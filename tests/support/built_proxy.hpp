// The built `armgate proxy` as a process of its own, in front of a scripted upstream for ARM.
#pragma once

#include "support/child_program.hpp"
#include "support/scripted_upstream.hpp"
#include "support/test_pki.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace armgate::tests {

class BuiltProxyTest : public ::testing::Test {
  protected:
    BuiltProxyTest() { spill(folder_.file("root.pem"), pki_.ca_pem()); }

    static constexpr const char* kArmHost = "management.azure.com";

    /// Starts it at log level debug, with a trace and a CA in the test's folder, and `more`.
    std::unique_ptr<ChildProgram> start(const std::vector<std::string>& more = {},
                                        const ProgramOptions& options = {}) {
        std::vector<std::string> arguments{"proxy"};
        for (const auto& word : common_options()) arguments.push_back(word);
        arguments.insert(arguments.end(), more.begin(), more.end());
        auto program = std::make_unique<ChildProgram>(arguments, options);
        EXPECT_NE(program->port(), 0) << program->err();
        return program;
    }

    [[nodiscard]] std::vector<std::string> common_options() const {
        return {"--listen",
                "127.0.0.1:0",
                "--ca-dir",
                folder_.file("ca"),
                "--trace",
                folder_.file("trace.jsonl"),
                "--threads",
                "1",
                "--log-level",
                "debug",
                "--upstream-ca",
                folder_.file("root.pem"),
                "--connect-to",
                std::string(kArmHost) + ":443:127.0.0.1:" + std::to_string(upstream_.port())};
    }

    /// TLS through the proxy to ARM; `fields` go with the CONNECT.
    Wire arm(std::uint16_t port, const std::string& fields = "") {
        Wire wire = Wire::connect(port);
        wire.send(std::string("CONNECT ") + kArmHost + ":443 HTTP/1.1\r\n" + fields + "\r\n");
        const int status = wire.read_head().status();
        if (status != 200) throw WireError("CONNECT: " + std::to_string(status));
        wire.start_tls({kArmHost, {"http/1.1"}, slurp(folder_.file("ca/ca.pem")), 0});
        return wire;
    }

    TemporaryFolder folder_;
    TestPki pki_{now()};
    ScriptedUpstream upstream_{pki_.leaf(kArmHost)};
};

}  // namespace armgate::tests
