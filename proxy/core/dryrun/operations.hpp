// Operations that run for a while, as clients poll them (resource provider contract, asynchronous
// operations; facts 8.4). Nothing runs: an operation is over after a fixed number of polls. Not
// thread-safe: Rehearsal's caller holds the lock.
#pragma once

#include "core/base/time.hpp"

#include <map>
#include <string>
#include <string_view>

namespace armgate::dryrun {

struct Operation {
    std::string id;           ///< guid, the last segment of its addresses
    std::string resource_id;  ///< what it works on
    unsigned polls_left = 0;  ///< polls that still find it running
    /// What the synchronous call would have answered, for a poll of `Location`.
    unsigned status = 200;
    std::string body;             ///< JSON; empty: none
    bool shows_resource = false;  ///< the body is the resource itself, as it is then
    base::Timestamp started;
};

/// Where a poll's path leads: `.../operationStatuses/{id}` or `.../operationResults/{id}`.
enum class PollForm { none, status, location };
struct PollPath {
    PollForm form = PollForm::none;
    std::string_view id;  ///< lower case
};

/// `key`: ResourcePath::key.
[[nodiscard]] PollPath read_poll(std::string_view key) noexcept;

class Operations {
  public:
    void start(Operation operation);
    /// Null where it is unknown: then it is a real one.
    [[nodiscard]] Operation* find(std::string_view id);
    [[nodiscard]] const Operation* find(std::string_view id) const;

    /// Counts one look at the operation. True where it is over.
    static bool poll(Operation& operation) noexcept;

    [[nodiscard]] const std::map<std::string, Operation, std::less<>>& all() const noexcept {
        return operations_;
    }

  private:
    std::map<std::string, Operation, std::less<>> operations_;
};

}  // namespace armgate::dryrun
