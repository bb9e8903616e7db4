#include "io/net/tunnel.hpp"

#include "core/tls/client_hello.hpp"
#include "io/dryrun/dry_run.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace armgate::io {
namespace {

constexpr std::size_t kTunnelBlock = std::size_t{32} * 1024;

/// Calls at the end of its scope, also where that is a frame that is dropped.
template <class Call>
class AtEnd {
  public:
    explicit AtEnd(Call call) : call_(std::move(call)) {}
    AtEnd(const AtEnd&) = delete;
    AtEnd& operator=(const AtEnd&) = delete;
    ~AtEnd() { call_(); }

  private:
    Call call_;
};

}  // namespace

SniffResult sniff_bytes(std::string_view bytes, const arm::ArmHosts& hosts) {
    const tls::ClientHello hello = tls::peek_client_hello(bytes);
    switch (hello.peek) {
        case tls::Peek::need_more:
            return {SniffResult::Kind::need_more, {}};
        case tls::Peek::not_tls:
            return {SniffResult::Kind::pass, {}};
        case tls::Peek::malformed:
            return {SniffResult::Kind::malformed, {}};
        case tls::Peek::hello:
            break;
    }
    if (!hello.server_name) return {SniffResult::Kind::pass, {}, true};
    const auto name = arm::normalise_host(*hello.server_name);
    // A name that is none to us may be one to a more lenient server.
    if (!name) return {SniffResult::Kind::malformed, {}};
    if (hosts.contains(*name)) return {SniffResult::Kind::arm_host, *name};
    return {SniffResult::Kind::pass, *name, true};
}

/// Between the two directions. Asio drops a coroutine without a word where it has no memory to wait
/// with: then neither may wait for the other, nor use what belonged to it.
struct Tunnel::Bond {
    bool alive = true;  ///< the tunnel, its streams and its record are there
    bool server_done = false;
    asio::steady_timer* ended = nullptr;  ///< while alive
};

Tunnel::Tunnel(Stream& client, Stream& server, InputBuffer& before, const Limits& limits)
    : client_(client), server_(server), before_(before), limits_(limits) {
}

void Tunnel::touch() {
    const SteadyTime until = after(limits_.tunnel_idle);
    client_.deadline().set(std::min(until, hello_until_), Deadline::Waiting::idle);
    server_.deadline().set(until, Deadline::Waiting::idle);
}

void Tunnel::cut() {
    error_code ignored;
    client_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    server_.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

awaitable<void> Tunnel::run(const Forbidden& names, trace::TunnelRecord& record) {
    touch();
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer ended(executor, SteadyTime::max());
    const auto bond = std::make_shared<Bond>();
    bond->ended = &ended;
    const AtEnd dead([&bond] { bond->alive = false; });
    // The one place where two directions run at once: the second ends before this frame does.
    const auto on_end = [](const std::exception_ptr&) {};
    asio::co_spawn(executor, pump_server(bond, record.bytes_received), on_end);
    std::exception_ptr fault;
    try {
        co_await pump_client(names, bond, record);
    } catch (...) {
        fault = std::current_exception();  // the other direction refers to this frame: end it first
        cut();
    }
    while (!bond->server_done) {
        const auto [ec] = co_await ended.async_wait(kTuple);
        static_cast<void>(ec);
    }
    if (fault) std::rethrow_exception(fault);
    // At a stop (the command of `run` has ended, say) an open tunnel is no fault.
    const bool late = client_.deadline().expired() && !client_.deadline().is_stopping();
    if (late && record.error.empty()) {
        record.error =
            at_limit(limits_, &Limits::tunnel_idle, "timed_out: nothing moved for too long");
    }
}

awaitable<Tunnel::Sniffed> Tunnel::sniff(const Forbidden& names, trace::TunnelRecord& record) {
    for (;;) {
        const SniffResult sniffed = sniff_bytes(before_.view(), names.hosts);
        if (sniffed.kind == SniffResult::Kind::pass) {
            std::string why;
            if (names.dry_run != nullptr && sniffed.is_tls) {
                why = sniffed.server_name.empty() ? names.dry_run->forbids_unnamed(record.host)
                                                  : names.dry_run->forbids(sniffed.server_name);
            }
            if (why.empty()) co_return Sniffed::passes;
            record.error = std::string(error_name(Errc::not_rehearsed)) + ": " + why;
            co_return Sniffed::refused;
        }
        if (sniffed.kind == SniffResult::Kind::arm_host) {
            record.error =
                "host_mismatch: a TLS handshake for an ARM host inside a tunnel to another";
            co_return Sniffed::refused;
        }
        if (before_.view().size() > limits_.client_hello_bytes) {
            record.error = at_limit(limits_, &Limits::client_hello_bytes,
                                    "tls_failed: a TLS handshake that does not end");
            co_return Sniffed::refused;
        }
        if (sniffed.kind == SniffResult::Kind::malformed) {
            record.error = "tls_failed: what begins as a TLS handshake is none";
            co_return Sniffed::refused;
        }
        if (!before_.empty() && hello_until_ == SteadyTime::max()) {
            hello_until_ = after(limits_.client_hello);
            touch();
        }
        const auto [ec] = co_await client_.socket().async_wait(tcp::socket::wait_read, kTuple);
        const bool late = ec && std::chrono::steady_clock::now() >= hello_until_;
        if (late && !client_.deadline().is_stopping()) {
            record.error = at_limit(limits_, &Limits::client_hello,
                                    "client_timed_out: the ClientHello took too long to arrive");
        }
        if (ec) co_return Sniffed::refused;
        const std::span<char> room = before_.prepare();
        const auto got = ::recv(client_.socket().native_handle(), room.data(), room.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got <= 0) co_return before_.empty() ? Sniffed::passes : Sniffed::refused;
        before_.commit(static_cast<std::size_t>(got));
        touch();
    }
}

awaitable<void> Tunnel::pump_client(const Forbidden& names,
                                    SharedBond bond,
                                    trace::TunnelRecord& record) {
    const Sniffed sniffed = co_await sniff(names, record);
    if (sniffed == Sniffed::refused) {
        cut();
        co_return;
    }
    hello_until_ = SteadyTime::max();
    touch();
    const std::string_view held = before_.view();
    record.bytes_sent += held.size();
    const bool sent = co_await send_all(server_, held, bond);
    before_.consume(held.size());
    before_.release();
    if (!sent) {
        cut();
        co_return;
    }
    const Ends ends{client_, server_};
    co_await pump(ends, bond, record.bytes_sent);
}

awaitable<void> Tunnel::pump_server(SharedBond bond, std::uint64_t& count) {
    bool dropped = true;
    const AtEnd done([this, &bond, &dropped] {
        bond->server_done = true;
        if (!bond->alive) return;
        if (dropped) cut();
        bond->ended->cancel();
    });
    const Ends ends{server_, client_};
    co_await pump(ends, bond, count);
    dropped = false;
}

awaitable<bool> Tunnel::send_all(Stream& to, std::string_view bytes, SharedBond bond) {
    while (!bytes.empty()) {
        const auto sent =
            ::send(to.socket().native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) co_return false;
        const auto [ec] = co_await to.socket().async_wait(tcp::socket::wait_write, kTuple);
        if (ec || !bond->alive) co_return false;
    }
    co_return true;
}

awaitable<void> Tunnel::pump(Ends ends, SharedBond bond, std::uint64_t& count) {
    Stream& from = ends.from;
    Stream& to = ends.to;
    std::unique_ptr<char[]> block;
    for (;;) {
        if (block == nullptr) {
            // Memory is held only while bytes flow: thousands of tunnels may be idle.
            const auto [ec] = co_await from.socket().async_wait(tcp::socket::wait_read, kTuple);
            if (!bond->alive) co_return;
            if (ec) break;
            block = std::make_unique_for_overwrite<char[]>(kTunnelBlock);
        }
        const auto got = ::recv(from.socket().native_handle(), block.get(), kTunnelBlock, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            block.reset();
            continue;
        }
        if (got < 0) break;
        if (got == 0) {
            error_code ignored;
            to.socket().shutdown(tcp::socket::shutdown_send, ignored);
            co_return;
        }
        touch();
        count += static_cast<std::uint64_t>(got);
        const std::string_view bytes(block.get(), static_cast<std::size_t>(got));
        const bool sent = co_await send_all(to, bytes, bond);
        if (!bond->alive) co_return;
        if (!sent) break;
    }
    cut();
}

}  // namespace armgate::io
