// Runs hostile cases through a proxy in this process: one proxy and one upstream a test, one
// connection a case, and after each case a canary that must be served.
#pragma once

#include "core/trace/decode.hpp"
#include "core/verdict/rules.hpp"
#include "support/hostile_cases.hpp"
#include "support/proxy_fixture.hpp"
#include "support/witness.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::tests {

class HostileTest : public ProxyTest {
  protected:
    HostileTest();

    /// Runs each case under its name, which is printed first: a crash is then attributable.
    void run_all(const HostileGroup& group, const std::function<void(const HostileCase&)>& run);

    /// Inside an intercepted connection.
    void run_request(const HostileCase& one);
    /// In place of a CONNECT.
    void run_connect(const HostileCase& one);
    /// As the upstream's answer to `method`, where the case's name does not ask for HEAD.
    void run_answer(const HostileCase& one, std::string method);

    /// Sends any bytes inside an intercepted connection, and what comes of them to the end.
    [[nodiscard]] std::string say_to_arm(std::string_view bytes);
    /// A request on a new connection is served, and gets the answer that is its own.
    void expect_canary(const std::string& name);
    [[nodiscard]] Witness& witness() { return witness_; }

  private:
    void run_unfinished(const HostileCase& one, Wire& wire);
    void run_tunnel(const HostileCase& one, Wire& wire);
    void expect_refusal(const HostileCase& one, const Message& answer);
    void expect_record(const HostileCase& one, const trace::RequestRecord& record);
    void expect_requests(const HostileCase& one, const std::vector<trace::RequestRecord>& records);
    void expect_same_verdict(const StrictMessage& seen, const trace::RequestRecord& record);
    void expect_answer(const HostileCase& one, const std::string& method, std::string_view got);

    /// What was added to the trace since the last call: whole lines, without a secret.
    [[nodiscard]] std::vector<trace::Record> new_records();
    [[nodiscard]] std::vector<trace::RequestRecord> new_requests();

    Witness witness_;
    verdict::Rules rules_;
    std::size_t trace_read_ = 0;  ///< bytes of the trace that were looked at
};

}  // namespace armgate::tests
