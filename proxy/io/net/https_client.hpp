// A small HTTPS client of armgate's own, for commands that ask ARM something: GET alone, one
// connection a request, verified as the proxy's upstream side is, bounded in time and size. Blocks.
#pragma once

#include "io/net/dialer.hpp"
#include "io/net/upstream.hpp"

#include <string>
#include <string_view>

namespace armgate::io {

struct HttpsAnswer {
    unsigned status = 0;
    std::string body;
};

class HttpsClient {
  public:
    /// 200 policy assignments, the most of a scope, with metadata; more is not read.
    static constexpr std::size_t kMaxAnswerBytes = std::size_t{8} * 1024 * 1024;

    /// `context` and `limits` outlive it.
    HttpsClient(SSL_CTX* context, const Limits& limits, DialRules rules);
    ~HttpsClient();
    HttpsClient(const HttpsClient&) = delete;
    HttpsClient& operator=(const HttpsClient&) = delete;

    /// The answer to `GET target` of `host` (normal form), whatever its status. `authorization` is
    /// a whole field value without control bytes. Errors: those of UpstreamPool::acquire,
    /// `timed_out`, `connection_closed` (no answer came), `truncated`,
    /// `bad_response`, `body_too_large`; none quotes what was sent.
    [[nodiscard]] Result<HttpsAnswer> get(const std::string& host,
                                          const std::string& target,
                                          const std::string& authorization);

  private:
    [[nodiscard]] awaitable<Result<HttpsAnswer>> exchange(const std::string& host,
                                                          std::string request);
    void schedule_tick();

    const Limits& limits_;
    const DialRules rules_;
    Watchdog watchdog_;
    Dialer dialer_;
    UpstreamPool pool_;
    asio::io_context context_{1};
    asio::steady_timer ticker_{context_};
};

}  // namespace armgate::io
