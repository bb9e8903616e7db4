// The refusals of a server, for linking the writes that come again (core/trace/retry). Thread-safe.
// Asked about writes alone; while nothing was refused, it costs them one atomic load.
#pragma once

#include "core/trace/retry.hpp"

#include <atomic>
#include <mutex>
#include <string_view>
#include <vector>

namespace armgate::io {

class RetryLinks {
  public:
    /// Notes in `record`, just before it is published, which refusal it retries. `authorization`
    /// are its fields of that name; only a digest is kept, and only of a refused one.
    void link(trace::RequestRecord& record, const std::vector<std::string_view>& authorization);

  private:
    std::atomic<bool> any_{false};
    std::mutex mutex_;
    trace::RefusalMemory memory_;  ///< guarded by mutex_
};

}  // namespace armgate::io
