#include "io/net/watchdog.hpp"

namespace armgate::io {

Deadline::Deadline(Watchdog& watchdog, tcp::socket& socket) : watchdog_(watchdog), socket_(socket) {
    watchdog_.deadlines_.push_back(*this);
}

Deadline::~Deadline() {
    watchdog_.deadlines_.erase(watchdog_.deadlines_.iterator_to(*this));
}

void Deadline::set(SteadyTime at, Waiting waiting) noexcept {
    at_ = at;
    waiting_ = waiting;
    armed_ = true;
}

void Deadline::expire() noexcept {
    armed_ = false;
    expired_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

bool Deadline::is_stopping() const noexcept {
    return watchdog_.draining_ || watchdog_.cutting_;
}

void Deadline::revive() noexcept {
    expired_ = watchdog_.cutting_;
}

void Watchdog::tick(SteadyTime now) noexcept {
    for (Deadline& deadline : deadlines_) {
        const bool cut = draining_ && deadline.waiting_ == Deadline::Waiting::idle;
        if (deadline.armed_ && (cut || deadline.at_ <= now)) deadline.expire();
    }
}

void Watchdog::drain() noexcept {
    draining_ = true;
    tick(SteadyTime::min());
}

void Watchdog::expire_all() noexcept {
    cutting_ = true;
    for (Deadline& deadline : deadlines_) deadline.expire();
}

}  // namespace armgate::io
