// The built `armgate proxy` in front of the scripted upstream, with its trace and its CA in a
// folder of the test.
#pragma once

#include "support/child_program.hpp"
#include "support/proxy_fixture.hpp"

namespace armgate::tests {

class ProgramTest : public ProxyTest {
  protected:
    ProgramTest() { spill(folder_.file("root.pem"), pki_.ca_pem()); }

    /// Arguments of `command` (proxy or run), `more` at the end.
    [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more = {},
                                                     const std::string& command = "proxy") const {
        std::vector<std::string> words{
            command,
            "--listen",
            "127.0.0.1:0",
            "--threads",
            "2",
            "--trace",
            trace_path(),
            "--ca-dir",
            folder_.file("ca"),
            "--upstream-ca",
            folder_.file("root.pem"),
            "--connect-to",
            std::string(kArm) + ":443:127.0.0.1:" + std::to_string(upstream_.port())};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    /// Starts it at log level debug, with `more`.
    [[nodiscard]] std::unique_ptr<ChildProgram> start(const std::vector<std::string>& more = {},
                                                      const ProgramOptions& options = {}) const {
        auto words = arguments({"--log-level", "debug"});
        words.insert(words.end(), more.begin(), more.end());
        auto program = std::make_unique<ChildProgram>(words, options);
        EXPECT_NE(program->port(), 0) << program->err();
        return program;
    }

    [[nodiscard]] std::string trace_path() const { return folder_.file("trace.jsonl"); }
    [[nodiscard]] std::string trace() const { return slurp(trace_path()); }

    [[nodiscard]] TlsOptions program_tls() const {
        return {kArm, {"http/1.1"}, slurp(folder_.file("ca/ca.pem")), 0};
    }

    [[nodiscard]] Wire arm_through(const ChildProgram& program) const {
        return arm_through(program.port());
    }
    /// TLS through the proxy on `port` to ARM; `fields` go with the CONNECT.
    [[nodiscard]] Wire arm_through(std::uint16_t port, const std::string& fields = "") const {
        Wire wire = Wire::connect(port);
        wire.send(std::string("CONNECT ") + kArm + ":443 HTTP/1.1\r\n" + fields + "\r\n");
        const int status = wire.read_head().status();
        if (status != 200) throw WireError("CONNECT: " + std::to_string(status));
        wire.start_tls(program_tls());
        return wire;
    }

    /// The status of one request with the token of a user with MFA.
    static int ask(Wire& wire, const std::string& method) {
        wire.send(request(method, kGroup, user_with_mfa()));
        return wire.read_response().status();
    }

    TemporaryFolder folder_;
};

}  // namespace armgate::tests
