// What became of the writes that were refused for MFA, by tool: recovered by signing in again, or
// given up. A fold over records whose retries are linked (trace/retry), the same for a live summary
// and for a trace that is read later. Pure.
#pragma once

#include "core/trace/record.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace armgate::report {

/// Of one tool. A write that is refused several times counts once.
struct SignInCounts {
    std::size_t recovered = 0;  ///< came again with a new token of a user with MFA, and got through
    std::size_t gave_up = 0;    ///< did not get through, as far as the records go
    std::size_t otherwise = 0;  ///< got through in another way: a workload identity, say
    std::size_t same_token = 0;  ///< sent again with the token that was refused: no sign-in
};

class SignIns {
  public:
    /// A User-Agent is its client's own text: later tools count as one, named empty.
    static constexpr std::size_t kTools = 64;

    void add(const trace::RequestRecord& record);

    /// By tool; only those with a refused write.
    [[nodiscard]] std::map<std::string, SignInCounts> by_tool() const;

    /// `TOOL: 1 recovered by signing in again, 2 gave up`, printable, at most `most` lines; what
    /// does not fit is summed up in the last one.
    [[nodiscard]] std::vector<std::string> lines(std::size_t most) const;

  private:
    struct Tally {
        std::size_t refused = 0;  ///< different writes
        SignInCounts counts;      ///< less `gave_up`, which follows
    };
    std::map<std::string, Tally> tallies_;
};

}  // namespace armgate::report
