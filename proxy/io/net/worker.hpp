// One thread, one io_context, and what its sessions use. A session never leaves its worker, so none
// of this is locked.
#pragma once

#include "io/net/asio.hpp"
#include "io/net/claims_memo.hpp"
#include "io/net/dialer.hpp"
#include "io/net/shared.hpp"
#include "io/net/upstream.hpp"
#include "io/net/watchdog.hpp"

#include <functional>

namespace armgate::io {

struct Worker {
    explicit Worker(Shared& all);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Starts the tick of the watchdog and the pool, where it is not running; it ends with the
    /// context.
    void start();

    Shared& shared;
    Watchdog watchdog;
    Dialer dialer;
    UpstreamPool pool;
    ClaimsMemo claims;
    std::size_t sessions = 0;         ///< open now, on this worker
    std::function<void()> each_tick;  ///< set before the start; none: empty
    // Last: the frames of sessions die with the context and refer to everything above.
    asio::io_context context{1};
    asio::steady_timer ticker{context};

  private:
    void schedule_tick();
    bool ticks_ = false;
};

}  // namespace armgate::io
