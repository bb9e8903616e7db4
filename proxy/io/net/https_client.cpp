#include "io/net/https_client.hpp"

#include "core/http/writer.hpp"
#include "io/net/ask.hpp"

#include <optional>

#include <boost/asio/co_spawn.hpp>

namespace armgate::io {

HttpsClient::HttpsClient(SSL_CTX* context, const Limits& limits, DialRules rules)
    : limits_(limits),
      rules_(std::move(rules)),
      dialer_(rules_, limits_, watchdog_),
      pool_(context, dialer_, limits_, watchdog_) {
}

// Pooled sockets must not outlive their context, which dies before the pool does.
HttpsClient::~HttpsClient() {
    pool_.clear();
}

void HttpsClient::schedule_tick() {
    ticker_.expires_after(Watchdog::kTick);
    ticker_.async_wait([this](const error_code& ec) {
        if (ec) return;
        watchdog_.tick(std::chrono::steady_clock::now());
        schedule_tick();
    });
}

Result<HttpsAnswer> HttpsClient::get(const std::string& host,
                                     const std::string& target,
                                     const std::string& authorization) {
    std::string request = "GET " + target + " HTTP/1.1\r\nHost: " + host +
                          "\r\nUser-Agent: armgate/" ARMGATE_VERSION
                          "\r\nAccept: application/json\r\nAuthorization: " +
                          http::field_safe(authorization) + "\r\nConnection: close\r\n\r\n";
    std::optional<Result<HttpsAnswer>> out;
    const auto on_end = [this, &out](const std::exception_ptr& fault, Result<HttpsAnswer> answer) {
        if (!fault) out.emplace(std::move(answer));
        ticker_.cancel();
    };
    context_.restart();
    schedule_tick();
    asio::co_spawn(context_, exchange(host, std::move(request)), on_end);
    context_.run();
    if (out) return std::move(*out);
    return Error{Errc::system, "the request to " + host + " failed unexpectedly"};
}

awaitable<Result<HttpsAnswer>> HttpsClient::exchange(const std::string& host, std::string request) {
    Target target;
    target.host = host;
    target.dial_host = host;
    Result<std::unique_ptr<Upstream>> opened =
        co_await pool_.acquire(target, UpstreamPool::Use::fresh);
    if (!opened) co_return opened.error();
    Result<WholeAnswer> whole =
        co_await ask_upstream(**opened, request, "GET", kMaxAnswerBytes, limits_);
    if (!whole && whole.error().code == Errc::body_too_large) {
        co_return Error{Errc::body_too_large, "the answer of " + host + " is too long"};
    }
    if (!whole) co_return whole.error();
    HttpsAnswer answer;
    answer.status = whole->head.status;
    answer.body = std::move(whole->body);
    co_return std::move(answer);
}

}  // namespace armgate::io
