// One blocking connection of a test, plain or with TLS on it: raw bytes out, raw bytes in, and
// every way of ending it. Faults throw WireError, so that a test reads as the conversation it is;
// each wait ends after kWireLimit. Not thread-safe.
#pragma once

#include "certs/openssl.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::tests {

inline constexpr std::chrono::seconds kWireLimit{10};

class WireError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// How the peer ended: in order (close_notify, or FIN on a plain connection), or by a cut.
enum class Ending { orderly, cut };

struct TlsOptions {
    std::string sni;                ///< empty: none is sent
    std::vector<std::string> alpn;  ///< empty: the extension is not sent
    std::string ca_pem;             ///< empty: nothing is verified
    int max_version = 0;            ///< as TLS1_2_VERSION; 0: the library's newest
};

/// A message as it came, split where its head ends.
struct Message {
    std::string head;  ///< with the empty line
    std::string body;  ///< without chunk framing
    std::string raw;   ///< all bytes

    [[nodiscard]] int status() const;
    [[nodiscard]] std::string start_line() const;
    /// All values of a field, in order, names compared without case.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
    [[nodiscard]] std::string value(std::string_view name) const;  ///< the first, or empty
    [[nodiscard]] bool has(std::string_view name) const { return !values(name).empty(); }
};

/// The SNI of a client's connection.
void set_server_name(SSL* ssl, std::string name);

class Wire {
  public:
    explicit Wire(int descriptor);
    Wire(Wire&& other) noexcept;
    Wire& operator=(Wire&& other) noexcept;
    ~Wire();

    /// Connects to a port on 127.0.0.1.
    [[nodiscard]] static Wire connect(std::uint16_t port);

    /// The client's side of a handshake. The alert of a refusing server is in the error's text.
    void start_tls(const TlsOptions& options);
    /// The server's side.
    void accept_tls(SSL_CTX* context);

    void send(std::string_view bytes);
    /// As `send`, but false where the peer takes no more.
    bool try_send(std::string_view bytes);

    /// Some bytes; empty at an end of either kind, which `ending` then tells.
    [[nodiscard]] std::string read_some();
    [[nodiscard]] std::string read_exactly(std::size_t bytes);
    [[nodiscard]] std::string read_to_end();
    [[nodiscard]] Ending ending() const noexcept { return ending_; }

    /// One request with its body, as a server reads it. Empty head: the peer closed before one
    /// came.
    [[nodiscard]] Message read_request();
    /// A head alone; what follows stays for the next read.
    [[nodiscard]] Message read_head();
    /// The body of a message whose head was read, by its framing.
    void read_body(Message& message);
    /// One response to `method`, 1xx included.
    [[nodiscard]] Message read_response(std::string_view method = "GET");

    /// True where bytes come within `limit`.
    [[nodiscard]] bool input_comes(std::chrono::milliseconds limit);

    void finish_sending();  ///< FIN, and close_notify before it under TLS
    void cut() noexcept;    ///< FIN alone: a truncation under TLS
    void reset() noexcept;  ///< RST
    void close() noexcept;  ///< close_notify, then gone
    [[nodiscard]] SSL* ssl() noexcept { return ssl_.get(); }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  private:
    [[nodiscard]] bool fill();  ///< reads more into the buffer; false at the end
    void read_chunks(Message& message);
    std::string take(std::size_t bytes);

    int descriptor_ = -1;
    certs::ContextHandle context_;
    certs::SslHandle ssl_;
    std::string buffer_;
    Ending ending_ = Ending::orderly;
};

}  // namespace armgate::tests
