// A blocking TLS connection for the benchmark: as few instructions and system calls as OpenSSL
// allows, so that "direct" is an honest floor. Not a model of a good client.
#pragma once

#include "certs/files.hpp"
#include "certs/openssl.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::bench {

inline constexpr std::string_view kHost = "management.azure.com";

/// A listening or connected socket on loopback; throws where the system refuses.
[[nodiscard]] certs::FileDescriptor listen_on_loopback(std::uint16_t& port);
[[nodiscard]] certs::FileDescriptor connect_to_loopback(std::uint16_t port);

/// One message: its head, and how many body bytes `Content-Length` announces.
struct Head {
    std::string_view text;  ///< with the empty line; valid until the next read
    std::uint64_t body_bytes = 0;
};

class Connection {
  public:
    /// Server side of an accepted socket. Throws where the handshake fails, as all below do.
    static Connection accept(certs::FileDescriptor socket, SSL_CTX* context);

    /// Client side; verifies for kHost.
    static Connection connect(certs::FileDescriptor socket, SSL_CTX* context);

    void write(std::string_view bytes);

    /// False at the end of the connection.
    [[nodiscard]] bool read_head(Head& head);

    /// Reads the body of the head just read and forgets it.
    void skip_body(std::uint64_t bytes);

    void close() noexcept;

  private:
    Connection(certs::FileDescriptor socket, certs::SslHandle ssl);
    [[nodiscard]] std::size_t read(char* into, std::size_t size);

    certs::FileDescriptor socket_;
    certs::SslHandle ssl_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// Asks the proxy at `proxy_port` for kHost:`port`; throws unless it answers 200.
[[nodiscard]] certs::FileDescriptor connect_through(std::uint16_t proxy_port, std::uint16_t port);

}  // namespace armgate::bench
