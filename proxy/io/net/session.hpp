// One client connection: CONNECT, then a tunnel, or TLS ended here and a loop of exchanges.
#pragma once

#include "core/http/head.hpp"
#include "core/http/target.hpp"
#include "io/net/input_buffer.hpp"
#include "io/net/stream.hpp"
#include "io/net/upstream.hpp"
#include "io/net/worker.hpp"

#include <optional>
#include <string>

namespace armgate::io {

class Session {
  public:
    Session(tcp::socket socket, Worker& worker);
    ~Session();

    /// Serves the connection to its end. Throws nothing but what memory and the system throw.
    [[nodiscard]] awaitable<void> run();

  private:
    enum class Next { stop, intercept, tunnel };
    enum class Left { no, without_request };

    [[nodiscard]] awaitable<Next> await_connect();
    [[nodiscard]] awaitable<Result<http::RequestHead>> read_head();
    /// Why a head that is no CONNECT cannot be served.
    [[nodiscard]] static Error not_a_connect(const http::RequestHead& head);
    /// Records the request and answers it.
    [[nodiscard]] awaitable<void> refuse(const http::RequestHead& head, Error error);
    [[nodiscard]] awaitable<void> say_error(Error error);
    [[nodiscard]] Result<void> check_connect(const http::RequestHead& head);
    [[nodiscard]] bool is_authorised(const http::RequestHead& head) const;
    [[nodiscard]] awaitable<bool> say(unsigned status, std::string_view code, std::string message);
    [[nodiscard]] awaitable<bool> ask_for_credentials();
    void report_without_credentials();
    [[nodiscard]] awaitable<void> intercept();
    [[nodiscard]] awaitable<bool> serve_one();
    void log_handshake(const Error& error) const;
    void log_idle() const;
    void report_untrusting(Left left);
    [[nodiscard]] awaitable<void> tunnel();
    /// Answers and records where a dry run lets nothing through to the host.
    [[nodiscard]] awaitable<bool> tunnel_is_forbidden(trace::TunnelRecord& record);
    [[nodiscard]] awaitable<std::optional<std::string>> arm_name_by_sni();
    void record_tunnel(trace::TunnelRecord& record);

    Worker& worker_;
    const Limits& limits_;
    Stream client_;
    InputBuffer input_;
    std::uint64_t id_;
    Target target_;
    SteadyTime started_;
    std::string user_agent_;  ///< of the CONNECT, to name a client that does not trust us
};

}  // namespace armgate::io
