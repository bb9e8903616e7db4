#include "bench/connection.hpp"

#include "certs/upstream_context.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

#include <openssl/err.h>

namespace armgate::bench {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
constexpr int kBacklog = 4096;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

certs::FileDescriptor new_socket() {
    certs::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) throw std::runtime_error("no socket is left: raise the limit of open files");
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    // A hang is a result, too: no read waits for ever.
    const timeval patience{30, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return socket;
}

certs::SslHandle on_socket(certs::SslHandle ssl, int socket) {
    if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) throw std::runtime_error("no TLS object");
    return ssl;
}

std::uint64_t content_length(std::string_view head) {
    constexpr std::string_view kName = "\r\nContent-Length: ";
    const std::size_t at = head.find(kName);
    std::uint64_t length = 0;
    if (at == std::string_view::npos) return length;
    std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
    return length;
}

}  // namespace

certs::FileDescriptor listen_on_loopback(std::uint16_t& port) {
    certs::FileDescriptor socket = new_socket();
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.get(), raw, size) != 0 || ::listen(socket.get(), kBacklog) != 0 ||
        ::getsockname(socket.get(), raw, &size) != 0) {
        throw std::runtime_error("cannot listen on loopback");
    }
    port = ntohs(address.sin_port);
    return socket;
}

certs::FileDescriptor connect_to_loopback(std::uint16_t port) {
    certs::FileDescriptor socket = new_socket();
    const sockaddr_in address = loopback(port);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
        0) {
        throw std::runtime_error("nothing listens on port " + std::to_string(port));
    }
    return socket;
}

certs::FileDescriptor connect_through(std::uint16_t proxy_port, std::uint16_t port) {
    certs::FileDescriptor socket = connect_to_loopback(proxy_port);
    const std::string at = std::string(kHost) + ":" + std::to_string(port);
    const std::string ask = "CONNECT " + at + " HTTP/1.1\r\nHost: " + at + "\r\n\r\n";
    if (::send(socket.get(), ask.data(), ask.size(), MSG_NOSIGNAL) < 0) {
        throw std::runtime_error("the proxy closed the connection");
    }
    // Nothing follows the answer before the client speaks, so reading it whole is safe.
    std::array<char, 4096> text{};
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::recv(socket.get(), text.data() + size, text.size() - size, 0);
        if (got <= 0) throw std::runtime_error("the proxy did not answer CONNECT");
        size += static_cast<std::size_t>(got);
        const std::string_view answer(text.data(), size);
        if (!answer.ends_with("\r\n\r\n")) continue;
        if (answer.substr(8, 5) != " 200 ") throw std::runtime_error("the proxy refused CONNECT");
        return socket;
    }
    throw std::runtime_error("the proxy's answer to CONNECT has no end");
}

Connection::Connection(certs::FileDescriptor socket, certs::SslHandle ssl)
    : socket_(std::move(socket)), ssl_(std::move(ssl)), buffer_(kBufferBytes) {
}

Connection Connection::accept(certs::FileDescriptor socket, SSL_CTX* context) {
    certs::SslHandle ssl = on_socket(certs::SslHandle(SSL_new(context)), socket.get());
    if (SSL_accept(ssl.get()) != 1) {
        throw std::runtime_error("TLS with the client failed: " + certs::drain_errors());
    }
    return {std::move(socket), std::move(ssl)};
}

Connection Connection::connect(certs::FileDescriptor socket, SSL_CTX* context) {
    auto made = certs::make_upstream_ssl(context, kHost);
    if (!made) throw std::runtime_error(made.error().detail);
    certs::SslHandle ssl = on_socket(std::move(*made), socket.get());
    if (SSL_connect(ssl.get()) != 1) {
        throw std::runtime_error("TLS with the server failed: " + certs::drain_errors());
    }
    return {std::move(socket), std::move(ssl)};
}

void Connection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t written = 0;
        if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1) {
            throw std::runtime_error("writing failed: " + certs::drain_errors());
        }
        bytes.remove_prefix(written);
    }
}

std::size_t Connection::read(char* into, std::size_t size) {
    std::size_t got = 0;
    if (SSL_read_ex(ssl_.get(), into, size, &got) == 1) return got;
    ERR_clear_error();
    return 0;
}

bool Connection::read_head(Head& head) {
    for (;;) {
        const std::string_view bytes(buffer_.data() + begin_, end_ - begin_);
        const std::size_t at = bytes.find("\r\n\r\n");
        if (at != std::string_view::npos) {
            head.text = bytes.substr(0, at + 4);
            head.body_bytes = content_length(head.text);
            begin_ += at + 4;
            return true;
        }
        if (begin_ > 0) {
            std::copy(bytes.begin(), bytes.end(), buffer_.begin());
            end_ -= std::exchange(begin_, 0);
        }
        if (end_ == buffer_.size()) throw std::runtime_error("a head is too large");
        const std::size_t got = read(buffer_.data() + end_, buffer_.size() - end_);
        if (got == 0) return false;
        end_ += got;
    }
}

void Connection::skip_body(std::uint64_t bytes) {
    const std::uint64_t there = std::min<std::uint64_t>(bytes, end_ - begin_);
    begin_ += static_cast<std::size_t>(there);
    for (bytes -= there; bytes > 0;) {
        begin_ = end_ = 0;
        const std::size_t most = std::min<std::uint64_t>(bytes, buffer_.size());
        const std::size_t got = read(buffer_.data(), most);
        if (got == 0) throw std::runtime_error("a body was cut");
        bytes -= got;
    }
}

void Connection::close() noexcept {
    if (ssl_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    socket_.reset();
}

}  // namespace armgate::bench
