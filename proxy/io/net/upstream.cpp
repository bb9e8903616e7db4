#include "io/net/upstream.hpp"

#include "certs/upstream_context.hpp"

#include <algorithm>

namespace armgate::io {
namespace {

std::string key_of(const Target& target, const Dialer& dialer) {
    return target.host + ":" + std::to_string(target.port) + "@" +
           dialer.route_of(target.dial_host, target.port);
}

}  // namespace

UpstreamPool::UpstreamPool(SSL_CTX* context,
                           Dialer& dialer,
                           const Limits& limits,
                           Watchdog& watchdog)
    : context_(context), dialer_(dialer), limits_(limits), watchdog_(watchdog) {
}

std::unique_ptr<Upstream> UpstreamPool::take_idle(const std::string& key) {
    const auto found = idle_.find(key);
    if (found == idle_.end()) return nullptr;
    Idle& idle = found->second;
    const SteadyTime now = std::chrono::steady_clock::now();
    while (!idle.empty()) {
        std::unique_ptr<Upstream> upstream = std::move(idle.back());
        idle.pop_back();
        // Anything that came meanwhile belongs to no request: an end, or an answer out of order.
        if (upstream->idle_until > now && upstream->stream.is_quiet()) return upstream;
    }
    return nullptr;
}

awaitable<Result<std::unique_ptr<Upstream>>> UpstreamPool::open(const Target& target) {
    Result<tcp::socket> socket = co_await dialer_.connect(target.dial_host, target.port);
    if (!socket) co_return socket.error();
    auto upstream = std::make_unique<Upstream>(std::move(*socket), watchdog_);
    Result<certs::SslHandle> ssl = certs::make_upstream_ssl(context_, target.host);
    if (!ssl) co_return ssl.error();
    upstream->stream.start_tls(std::move(*ssl), {});
    const Result<void> done = co_await upstream->stream.handshake(after(limits_.upstream_tls));
    if (!done && SSL_get_verify_result(upstream->stream.ssl()) != X509_V_OK) {
        co_return Error{Errc::certificate_rejected,
                        certs::verify_failure_text(upstream->stream.ssl())};
    }
    if (!done && done.error().code == Errc::timed_out) {
        co_return Error{Errc::timed_out,
                        at_limit(limits_, &Limits::upstream_tls,
                                 "the TLS handshake with " + target.host + " took too long")};
    }
    if (!done) {
        co_return Error{Errc::tls_failed, "the TLS handshake with " + target.host +
                                              " failed: " + done.error().detail};
    }
    upstream->key = key_of(target, dialer_);
    co_return std::move(upstream);
}

awaitable<Result<std::unique_ptr<Upstream>>> UpstreamPool::acquire(const Target& target, Use use) {
    if (use == Use::pooled_or_fresh) {
        std::unique_ptr<Upstream> idle = take_idle(key_of(target, dialer_));
        if (idle != nullptr) {
            idle->reused = true;
            co_return std::move(idle);
        }
    }
    Result<std::unique_ptr<Upstream>> opened = co_await open(target);
    co_return std::move(opened);
}

void UpstreamPool::release(std::unique_ptr<Upstream> upstream) {
    Idle& idle = idle_[upstream->key];
    if (idle.size() >= limits_.idle_upstreams || !upstream->input.empty()) return;
    upstream->input.release();
    upstream->idle_until = after(limits_.upstream_idle);
    idle.push_back(std::move(upstream));
}

void UpstreamPool::prune(SteadyTime now) {
    for (auto& [key, idle] : idle_) {
        std::erase_if(idle, [now](const auto& upstream) { return upstream->idle_until <= now; });
    }
}

}  // namespace armgate::io
