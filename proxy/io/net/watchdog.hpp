// Time limits of one worker without a timer an operation: each stream holds a Deadline, and one
// tick looks at all of them. An expired deadline cancels what its socket waits for. One thread.
#pragma once

#include "io/net/asio.hpp"

#include <boost/intrusive/list.hpp>

namespace armgate::io {

class Watchdog;

/// A point in time by which the current operation of `socket` has to be over. Registers itself for
/// its whole life; both the socket and the watchdog outlive it.
class Deadline : public boost::intrusive::list_base_hook<> {
  public:
    Deadline(Watchdog& watchdog, tcp::socket& socket);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    enum class Waiting { busy, idle };

    /// `idle`: nothing is lost where the wait is cut short by a stop.
    void set(SteadyTime at, Waiting waiting = Waiting::busy) noexcept;
    void clear() noexcept { armed_ = false; }
    [[nodiscard]] bool expired() const noexcept { return expired_; }
    /// True once the worker stops: what expires then is not late.
    [[nodiscard]] bool is_stopping() const noexcept;

    /// After a wait that was allowed to end without result: nothing was lost, go on. Does nothing
    /// once the worker cuts everything.
    void revive() noexcept;

  private:
    friend class Watchdog;
    void expire() noexcept;

    Watchdog& watchdog_;
    tcp::socket& socket_;
    SteadyTime at_;
    Waiting waiting_ = Waiting::busy;
    bool armed_ = false;
    bool expired_ = false;
};

class Watchdog {
  public:
    static constexpr std::chrono::milliseconds kTick{100};

    /// Expires every deadline that has passed.
    void tick(SteadyTime now) noexcept;

    /// From now on no idle wait lasts: those there are cut, later ones at once.
    void drain() noexcept;
    [[nodiscard]] bool draining() const noexcept { return draining_; }

    /// Cuts everything, busy or not.
    void expire_all() noexcept;

  private:
    friend class Deadline;
    boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>> deadlines_;
    bool draining_ = false;
    bool cutting_ = false;
};

}  // namespace armgate::io
