#include "io/net/stream.hpp"

#include "io/net/socket_bio.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>

#include <openssl/err.h>

namespace armgate::io {
namespace {

Error closed_error() {
    return {Errc::connection_closed, "the peer closed the connection"};
}
Error timeout_error() {
    return {Errc::timed_out, "the peer took too long"};
}

/// Alerts by which a client says that it does not trust the certificate it was shown.
bool is_trust_alert(int reason) noexcept {
    return reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
           reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN;
}

}  // namespace

Stream::Stream(tcp::socket socket, Watchdog& watchdog)
    : socket_(std::move(socket)), deadline_(watchdog, socket_) {
    error_code ignored;
    ::fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
}

Stream::~Stream() = default;

void Stream::start_tls(certs::SslHandle ssl, std::string_view already_read) {
    ssl_ = std::move(ssl);
    BIO* bio = make_socket_bio(socket_.native_handle(), already_read).release();
    SSL_set_bio(ssl_.get(), bio, bio);  // takes ownership
}

Stream::Outcome Stream::tls_outcome(int returned, std::size_t bytes) {
    if (returned == 1) return {Step::done, bytes, {}};
    const int error = SSL_get_error(ssl_.get(), returned);
    if (error == SSL_ERROR_WANT_READ) return {Step::want_read, 0, {}};
    if (error == SSL_ERROR_WANT_WRITE) return {Step::want_write, 0, {}};
    if (error == SSL_ERROR_ZERO_RETURN) return {Step::ended, 0, {}};
    const int reason = ERR_GET_REASON(ERR_peek_error());
    const bool cut = reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (is_trust_alert(reason)) peer_trust_ = PeerTrust::rejected;
    std::string detail = certs::drain_errors();
    if (error == SSL_ERROR_SYSCALL) return {Step::failed, 0, closed_error()};
    if (cut) {
        return {
            Step::failed, 0, {Errc::truncated, "the peer cut the connection without close_notify"}};
    }
    return {Step::failed, 0, {Errc::tls_failed, "TLS: " + std::move(detail)}};
}

Stream::Outcome Stream::socket_outcome(long returned) {
    if (returned >= 0) return {Step::done, static_cast<std::size_t>(returned), {}};
    if (errno == EAGAIN || errno == EINTR) return {Step::want_read, 0, {}};
    return {Step::failed, 0, closed_error()};
}

Stream::Outcome Stream::try_read(std::span<char> into, int peek_flag) {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        std::size_t bytes = 0;
        const int returned = peek_flag != 0
                                 ? SSL_peek_ex(ssl_.get(), into.data(), into.size(), &bytes)
                                 : SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
        return tls_outcome(returned, bytes);
    }
    Outcome outcome =
        socket_outcome(::recv(socket_.native_handle(), into.data(), into.size(), peek_flag));
    if (outcome.step == Step::done && outcome.bytes == 0) outcome.step = Step::ended;
    return outcome;
}

Stream::Outcome Stream::try_write(std::string_view bytes) {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        std::size_t written = 0;
        const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
        return tls_outcome(returned, written);
    }
    Outcome outcome =
        socket_outcome(::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (outcome.step == Step::want_read) outcome.step = Step::want_write;
    return outcome;
}

awaitable<Result<void>> Stream::wait(Step step, SteadyTime until, Deadline::Waiting waiting) {
    if (deadline_.expired()) co_return timeout_error();
    deadline_.set(until, waiting);
    const auto kind = step == Step::want_write ? tcp::socket::wait_write : tcp::socket::wait_read;
    const auto [ec] = co_await socket_.async_wait(kind, kTuple);
    deadline_.clear();
    if (deadline_.expired()) co_return timeout_error();
    if (ec) co_return closed_error();
    co_return Result<void>();
}

awaitable<Result<void>> Stream::handshake(SteadyTime until) {
    for (;;) {
        ERR_clear_error();
        const int returned = SSL_do_handshake(ssl_.get());
        Outcome outcome = tls_outcome(returned, 0);
        if (outcome.step == Step::done) co_return Result<void>();
        if (outcome.step == Step::ended) co_return closed_error();
        if (outcome.step == Step::failed) co_return std::move(outcome.error);
        const Result<void> waited = co_await wait(outcome.step, until, Deadline::Waiting::busy);
        if (!waited) co_return waited.error();
    }
}

awaitable<Result<std::size_t>> Stream::read_some(std::span<char> into, SteadyTime until) {
    for (;;) {
        Outcome outcome = try_read(into, 0);
        if (outcome.step == Step::done) co_return outcome.bytes;
        if (outcome.step == Step::ended) co_return std::size_t{0};
        if (outcome.step == Step::failed) co_return std::move(outcome.error);
        const Result<void> waited = co_await wait(outcome.step, until, Deadline::Waiting::busy);
        if (!waited) co_return waited.error();
    }
}

awaitable<Result<void>> Stream::wait_readable(SteadyTime until, Deadline::Waiting waiting) {
    if (ssl_ != nullptr && SSL_has_pending(ssl_.get()) == 1) co_return Result<void>();
    const Result<void> waited = co_await wait(Step::want_read, until, waiting);
    co_return waited;
}

awaitable<Result<bool>> Stream::input_came(SteadyTime until) {
    // Under TLS a readable socket may hold no more than session tickets.
    while (!has_news()) {
        const Result<void> waited = co_await wait(Step::want_read, until, Deadline::Waiting::busy);
        if (waited) continue;
        if (waited.error().code != Errc::timed_out) co_return waited.error();
        deadline_.revive();
        if (deadline_.expired()) co_return waited.error();
        co_return false;
    }
    co_return true;
}

awaitable<Result<void>> Stream::write(std::string_view bytes, SteadyTime until) {
    while (!bytes.empty()) {
        Outcome outcome = try_write(bytes);
        if (outcome.step == Step::done) {
            bytes.remove_prefix(outcome.bytes);
            continue;
        }
        if (outcome.step == Step::ended) co_return closed_error();
        if (outcome.step == Step::failed) co_return std::move(outcome.error);
        const Result<void> waited = co_await wait(outcome.step, until, Deadline::Waiting::busy);
        if (!waited) co_return waited.error();
    }
    co_return Result<void>();
}

awaitable<void> Stream::finish(SteadyTime until) {
    while (ssl_ != nullptr && !deadline_.expired()) {
        ERR_clear_error();
        const int returned = SSL_shutdown(ssl_.get());
        if (returned >= 0) break;
        const Outcome outcome = tls_outcome(returned, 0);
        if (outcome.step != Step::want_write) break;
        const Result<void> waited = co_await wait(outcome.step, until, Deadline::Waiting::busy);
        if (!waited) break;
    }
    ERR_clear_error();
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

bool Stream::has_news() {
    char byte = 0;
    const Step step = try_read({&byte, 1}, MSG_PEEK).step;
    return step != Step::want_read && step != Step::want_write;
}

bool Stream::is_quiet() {
    char byte = 0;
    // Nothing held back and nothing in the socket: OpenSSL need not be asked.
    if (ssl_ == nullptr || SSL_has_pending(ssl_.get()) == 0) {
        const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK);
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
    }
    return ssl_ != nullptr && try_read({&byte, 1}, MSG_PEEK).step == Step::want_read;
}

tcp::socket Stream::take_socket() {
    deadline_.clear();
    return std::move(socket_);
}

void Stream::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace armgate::io
