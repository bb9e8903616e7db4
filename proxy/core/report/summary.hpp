// What happened in a run, folded from its request records: counts and the few lines a user needs.
// Pure.
#pragma once

#include "core/report/sign_ins.hpp"
#include "core/trace/record.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace armgate::report {

/// The gate of `run --fail-on`.
enum class FailOn { never, fail, uncertain, write };

class Summary {
  public:
    void add(const trace::RequestRecord& record);

    /// A client that broke off TLS, as wiring::UntrustingReport has it: printable ASCII.
    void add_untrusting(std::string who, std::string remedy);

    /// A client that did not send the proxy's credentials.
    void add_without_credentials() noexcept { without_credentials_ = true; }

    [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
    [[nodiscard]] std::size_t writes() const noexcept { return writes_; }
    [[nodiscard]] std::size_t failing() const noexcept { return by_outcome_[1]; }
    [[nodiscard]] std::size_t uncertain() const noexcept { return by_outcome_[2]; }
    [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

    /// `fail`: a request with that outcome; `uncertain`: one of these or a failing one; `write`:
    /// any request that is not a read.
    [[nodiscard]] bool gate_fires(FailOn gate) const noexcept;

    /// At most ten lines, the last one with the next step; no line ends in LF.
    [[nodiscard]] std::vector<std::string> lines(verdict::Mode mode) const;

  private:
    struct Failing {
        std::string operation;
        std::string tool;
        std::size_t count = 0;
    };

    struct Untrusting {
        std::string who;
        std::string remedy;
    };

    std::size_t requests_ = 0;
    std::size_t writes_ = 0;
    std::size_t refused_ = 0;
    std::size_t failed_ = 0;
    std::size_t by_outcome_[3] = {};           ///< indexed by Outcome
    std::vector<Failing> failing_operations_;  ///< in order of first appearance
    std::size_t more_failing_ = 0;             ///< requests of operations beyond those listed
    SignIns sign_ins_;
    std::string first_user_;
    bool unknown_caller_ = false;
    bool without_credentials_ = false;
    std::vector<Untrusting> untrusting_;  ///< the first one alone
};

/// One request as a line for a terminal, without LF: outcome, class, operation, clause, action.
[[nodiscard]] std::string request_line(const trace::RequestRecord& record);

}  // namespace armgate::report
