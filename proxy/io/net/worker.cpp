#include "io/net/worker.hpp"

namespace armgate::io {

Worker::Worker(Shared& all)
    : shared(all),
      dialer(all.dial_rules, all.settings.limits, watchdog),
      pool(all.upstream_context, dialer, all.settings.limits, watchdog) {
}

// Pooled sockets must not outlive their context, which dies before the pool does.
Worker::~Worker() {
    pool.clear();
}

void Worker::start() {
    if (!ticks_) schedule_tick();
}

void Worker::schedule_tick() {
    ticker.expires_after(Watchdog::kTick);
    ticker.async_wait([this](const error_code& ec) {
        ticks_ = false;
        if (ec) return;
        const SteadyTime now = std::chrono::steady_clock::now();
        watchdog.tick(now);
        pool.prune(now);
        if (each_tick) each_tick();
        schedule_tick();
    });
    ticks_ = true;
}

}  // namespace armgate::io
