#include "support/wire.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace armgate::tests {
namespace {

[[noreturn]] void give_up(const std::string& what) {
    throw WireError(what + ": " + std::strerror(errno));
}

void set_limits(int descriptor) {
    const timeval limit{kWireLimit.count(), 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string alpn_bytes(const std::vector<std::string>& protocols) {
    std::string out;
    for (const std::string& name : protocols) {
        out.push_back(static_cast<char>(name.size()));
        out += name;
    }
    return out;
}

void trust(SSL_CTX* context, const std::string& pem) {
    const certs::BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const certs::X509Handle ca(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!ca || X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) != 1) {
        throw WireError("not a CA");
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
}

std::string lines_value(std::string_view line) {
    return std::string(base::trim(line.substr(line.find(':') + 1)));
}

}  // namespace

void set_server_name(SSL* ssl, std::string name) {
    // What SSL_set_tlsext_host_name is, without the old-style cast of that macro.
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

int Message::status() const {
    return head.size() > 12 && head.starts_with("HTTP/1.") ? std::stoi(head.substr(9, 3)) : 0;
}

std::string Message::start_line() const {
    return head.substr(0, head.find("\r\n"));
}

std::vector<std::string> Message::values(std::string_view name) const {
    std::vector<std::string> out;
    std::size_t at = head.find("\r\n");
    while (at != std::string::npos && at + 2 < head.size()) {
        const std::size_t end = head.find("\r\n", at + 2);
        const std::string_view line = std::string_view(head).substr(at + 2, end - at - 2);
        if (base::ascii_iequals(line.substr(0, line.find(':')), name)) {
            out.push_back(lines_value(line));
        }
        at = end;
    }
    return out;
}

std::string Message::value(std::string_view name) const {
    const auto all = values(name);
    return all.empty() ? std::string() : all.front();
}

Wire::Wire(int descriptor) : descriptor_(descriptor) {
    // A peer that is gone is an error of the write, never a signal.
    ::signal(SIGPIPE, SIG_IGN);
    set_limits(descriptor_);
}

Wire::Wire(Wire&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      context_(std::move(other.context_)),
      ssl_(std::move(other.ssl_)),
      buffer_(std::move(other.buffer_)),
      ending_(other.ending_) {
}

Wire& Wire::operator=(Wire&& other) noexcept {
    cut();
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    context_ = std::move(other.context_);
    ssl_ = std::move(other.ssl_);
    buffer_ = std::move(other.buffer_);
    ending_ = other.ending_;
    return *this;
}

Wire::~Wire() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Wire Wire::connect(std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) give_up("socket");
    Wire wire(descriptor);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    if (::connect(descriptor, &generic, sizeof address) != 0) give_up("connect");
    return wire;
}

void Wire::start_tls(const TlsOptions& options) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (!options.ca_pem.empty()) trust(context_.get(), options.ca_pem);
    if (options.max_version != 0) {
        SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
        SSL_CTX_set_security_level(context_.get(), 0);  // else old versions are not even offered
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), descriptor_);
    if (!options.sni.empty()) {
        set_server_name(ssl_.get(), options.sni);
        if (!options.ca_pem.empty()) SSL_set1_host(ssl_.get(), options.sni.c_str());
    }
    const std::string alpn = alpn_bytes(options.alpn);
    if (!alpn.empty()) {
        std::vector<unsigned char> bytes(alpn.begin(), alpn.end());
        SSL_set_alpn_protos(ssl_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
    }
    ERR_clear_error();
    if (SSL_connect(ssl_.get()) != 1) throw WireError("handshake: " + certs::drain_errors());
}

void Wire::accept_tls(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), descriptor_);
    ERR_clear_error();
    if (SSL_accept(ssl_.get()) != 1) throw WireError("handshake: " + certs::drain_errors());
}

bool Wire::try_send(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t sent = 0;
        if (ssl_) {
            ERR_clear_error();
            if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) != 1) return false;
        } else {
            const auto n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            sent = static_cast<std::size_t>(n);
        }
        bytes.remove_prefix(sent);
    }
    return true;
}

void Wire::send(std::string_view bytes) {
    if (!try_send(bytes)) give_up("send");
}

bool Wire::fill() {
    std::array<char, 16384> block{};
    std::size_t got = 0;
    if (ssl_) {
        ERR_clear_error();
        errno = 0;
        const int returned = SSL_read_ex(ssl_.get(), block.data(), block.size(), &got);
        if (returned != 1) {
            const int why = SSL_get_error(ssl_.get(), returned);
            ending_ = why == SSL_ERROR_ZERO_RETURN ? Ending::orderly : Ending::cut;
            if (why == SSL_ERROR_WANT_READ) throw WireError("nothing came in time");
            ERR_clear_error();
            return false;
        }
    } else {
        const auto n = ::recv(descriptor_, block.data(), block.size(), 0);
        if (n < 0 && errno == EAGAIN) throw WireError("nothing came in time");
        ending_ = n < 0 ? Ending::cut : Ending::orderly;
        if (n <= 0) return false;
        got = static_cast<std::size_t>(n);
    }
    buffer_.append(block.data(), got);
    return true;
}

std::string Wire::take(std::size_t bytes) {
    std::string out = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return out;
}

std::string Wire::read_some() {
    if (buffer_.empty()) static_cast<void>(fill());
    return take(buffer_.size());
}

std::string Wire::read_exactly(std::size_t bytes) {
    while (buffer_.size() < bytes) {
        if (!fill()) throw WireError("the peer ended too early");
    }
    return take(bytes);
}

std::string Wire::read_to_end() {
    while (fill()) {
    }
    return take(buffer_.size());
}

Message Wire::read_head() {
    Message message;
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (fill()) continue;
        if (buffer_.empty()) return message;
        throw WireError("the peer ended in a head: " + buffer_);
    }
    message.head = message.raw = take(end + 4);
    return message;
}

void Wire::read_chunks(Message& message) {
    for (;;) {
        std::size_t end = std::string::npos;
        while ((end = buffer_.find("\r\n")) == std::string::npos) {
            if (!fill()) throw WireError("the peer ended in a chunk head");
        }
        const std::string line = take(end + 2);
        const std::size_t size = std::stoul(line, nullptr, 16);
        const std::string chunk = read_exactly(size + 2);
        message.raw += line + chunk;
        message.body += chunk.substr(0, size);
        if (size == 0) return;
    }
}

void Wire::read_body(Message& message) {
    if (message.has("Transfer-Encoding")) {
        read_chunks(message);
        return;
    }
    if (!message.has("Content-Length")) return;
    message.body = read_exactly(std::stoul(message.value("Content-Length")));
    message.raw += message.body;
}

Message Wire::read_request() {
    Message message = read_head();
    if (!message.head.empty()) read_body(message);
    return message;
}

Message Wire::read_response(std::string_view method) {
    Message message = read_head();
    if (message.head.empty()) throw WireError("the peer closed without an answer");
    const int status = message.status();
    if (method == "HEAD" || status < 200 || status == 204 || status == 304) return message;
    if (!message.has("Content-Length") && !message.has("Transfer-Encoding")) {
        message.body = read_to_end();
        message.raw += message.body;
        return message;
    }
    read_body(message);
    return message;
}

bool Wire::input_comes(std::chrono::milliseconds limit) {
    if (!buffer_.empty() || (ssl_ && SSL_pending(ssl_.get()) > 0)) return true;
    pollfd entry{descriptor_, POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(limit.count())) == 1;
}

void Wire::finish_sending() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ::shutdown(descriptor_, SHUT_WR);
}

void Wire::cut() noexcept {
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

void Wire::reset() noexcept {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(descriptor_, -1));
}

void Wire::close() noexcept {
    if (ssl_) SSL_shutdown(ssl_.get());
    ssl_.reset();
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace armgate::tests
