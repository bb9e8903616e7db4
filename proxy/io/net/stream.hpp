// One TCP connection, plain or with TLS on it. OpenSSL works on the socket itself, through a small
// BIO, and gives its buffers back whenever nothing is in flight: an idle connection then costs what
// its SSL object costs, where Asio's stream keeps 34 KiB more. Half duplex: one operation at a
// time. Built in place and never moved; one thread.
#pragma once

#include "certs/openssl.hpp"
#include "core/base/error.hpp"
#include "io/net/asio.hpp"
#include "io/net/watchdog.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace armgate::io {

/// The fault of the last TLS operation where the peer's alert says that it does not trust us.
enum class PeerTrust { unknown, rejected };

class Stream {
  public:
    Stream(tcp::socket socket, Watchdog& watchdog);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// Puts TLS on the connection. `already_read` are bytes that came before (a ClientHello sent
    /// together with CONNECT). `ssl` is set up for its side (accept or connect state).
    void start_tls(certs::SslHandle ssl, std::string_view already_read);

    /// Errors: `timed_out`, `connection_closed`, `tls_failed`.
    [[nodiscard]] awaitable<Result<void>> handshake(SteadyTime until);

    /// At least one byte, or zero at an orderly end (close_notify, or FIN on a plain connection).
    /// Errors: `timed_out`, `truncated` (TLS cut without close_notify), `connection_closed`.
    [[nodiscard]] awaitable<Result<std::size_t>> read_some(std::span<char> into, SteadyTime until);

    /// Waits until a read would give something, without holding a buffer. `idle` waits end early,
    /// with `timed_out`, when the worker drains.
    [[nodiscard]] awaitable<Result<void>> wait_readable(SteadyTime until,
                                                        Deadline::Waiting waiting);

    /// True where input or an end came by `until`, false where neither did; the stream stays
    /// usable. Error: `timed_out` at a stop.
    [[nodiscard]] awaitable<Result<bool>> input_came(SteadyTime until);

    /// All of `bytes`. Errors: `timed_out`, `connection_closed`.
    [[nodiscard]] awaitable<Result<void>> write(std::string_view bytes, SteadyTime until);

    /// Sends close_notify (TLS) and closes the sending side; nothing more can be written.
    [[nodiscard]] awaitable<void> finish(SteadyTime until);

    /// True where a read would not wait: application bytes, or an end. Reads session tickets on
    /// the way.
    [[nodiscard]] bool has_news();

    /// True where the peer has neither closed nor sent anything: a pooled connection may be used.
    [[nodiscard]] bool is_quiet();

    /// Gives the connection up, with what is in its socket unread. Plain connections only.
    [[nodiscard]] tcp::socket take_socket();

    void close() noexcept;
    [[nodiscard]] bool is_tls() const noexcept { return ssl_ != nullptr; }
    [[nodiscard]] SSL* ssl() noexcept { return ssl_.get(); }
    [[nodiscard]] tcp::socket& socket() noexcept { return socket_; }
    [[nodiscard]] Deadline& deadline() noexcept { return deadline_; }
    [[nodiscard]] const Deadline& deadline() const noexcept { return deadline_; }
    [[nodiscard]] PeerTrust peer_trust() const noexcept { return peer_trust_; }

  private:
    enum class Step { done, want_read, want_write, ended, failed };
    struct Outcome {
        Step step = Step::failed;
        std::size_t bytes = 0;
        Error error{Errc::connection_closed, {}};
    };

    Outcome try_read(std::span<char> into, int peek_flag);
    Outcome try_write(std::string_view bytes);
    Outcome tls_outcome(int returned, std::size_t bytes);
    Outcome socket_outcome(long returned);
    [[nodiscard]] awaitable<Result<void>> wait(Step step,
                                               SteadyTime until,
                                               Deadline::Waiting waiting);

    tcp::socket socket_;
    Deadline deadline_;
    certs::SslHandle ssl_;
    PeerTrust peer_trust_ = PeerTrust::unknown;
};

}  // namespace armgate::io
