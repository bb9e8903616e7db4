// The built `armgate proxy` in front of the scripted upstream, with its trace and its CA in a
// folder of the test.
#pragma once

#include "support/child_program.hpp"
#include "support/proxy_fixture.hpp"

namespace armgate::tests {

class ProgramTest : public ProxyTest {
  protected:
    /// Arguments of the proxy, `more` at the end.
    [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more = {}) {
        spill(folder_.file("root.pem"), pki_.ca_pem());
        std::vector<std::string> words{
            "proxy",
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
            "management.azure.com:443:127.0.0.1:" + std::to_string(upstream_.port())};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    [[nodiscard]] std::string trace_path() const { return folder_.file("trace.jsonl"); }
    [[nodiscard]] std::string trace() const { return slurp(trace_path()); }

    [[nodiscard]] TlsOptions program_tls() const {
        return {kArm, {"http/1.1"}, slurp(folder_.file("ca/ca.pem")), 0};
    }

    [[nodiscard]] Wire arm_through(const ChildProgram& program) const {
        Wire wire = Wire::connect(program.port());
        const int status = connect(wire, "management.azure.com:443");
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
