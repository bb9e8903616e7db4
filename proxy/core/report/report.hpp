// A report over traces: who would fail, through which tool, on what, and what to do next. A fold
// over records, then one renderer a format. Pure.
#pragma once

#include "core/report/sign_ins.hpp"
#include "core/trace/decode.hpp"
#include "core/verdict/rules.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::report {

/// Requests that are alike: the same caller, tool, operation and clause.
struct Group {
    verdict::Outcome outcome = verdict::Outcome::pass;
    verdict::ClauseId clause = verdict::ClauseId::read;
    std::string caller;       ///< name, object id or app id; what is known
    std::string caller_kind;  ///< as in the trace
    std::string app;
    std::string tool;  ///< with its version
    std::string operation;
    std::size_t count = 0;
    std::size_t refused = 0;
    std::vector<std::string> resources;  ///< the first few different ones
    base::Timestamp first;
    base::Timestamp last;
};

class Report {
  public:
    /// How many different resources a group names.
    static constexpr std::size_t kResources = 5;

    /// Takes one line of a trace; a line that is no record is counted as torn. Empty lines are not.
    void add_line(std::string_view line);

    [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
    [[nodiscard]] std::size_t torn() const noexcept { return torn_; }
    /// Lines that were records of any kind.
    [[nodiscard]] std::size_t records() const noexcept { return records_; }

    /// Failing and uncertain groups, failing first, the most frequent first.
    [[nodiscard]] std::vector<Group> findings() const;

    /// For people; ends in LF.
    [[nodiscard]] std::string text(const verdict::Rules& rules) const;

    /// One JSON object (schema `armgate.report/1`), pretty-printed; ends in LF.
    [[nodiscard]] std::string json(const verdict::Rules& rules) const;

  private:
    void add_request(const trace::RequestRecord& record);

    std::size_t records_ = 0;
    std::size_t torn_ = 0;
    std::size_t sessions_ = 0;
    std::size_t tunnels_ = 0;
    std::uint64_t lost_ = 0;
    std::size_t requests_ = 0;
    std::size_t by_outcome_[3] = {};
    std::size_t by_class_[5] = {};
    std::size_t refused_ = 0;
    std::size_t refused_by_arm_ = 0;
    std::size_t failed_ = 0;
    SignIns sign_ins_;
    std::map<std::string, Group> groups_;           ///< by all that makes requests alike
    std::map<std::string, std::string> old_tools_;  ///< tool with version -> minimum
};

}  // namespace armgate::report
