#include "io/net/https_client.hpp"

#include "core/http/reader.hpp"
#include "core/http/writer.hpp"

#include <algorithm>
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

awaitable<Result<void>> HttpsClient::read_more(Upstream& upstream,
                                               std::chrono::milliseconds Limits::*limit) {
    const std::span<char> room = upstream.input.prepare();
    const Result<std::size_t> got = co_await upstream.stream.read_some(room, after(limits_.*limit));
    if (!got && got.error().code == Errc::timed_out) {
        co_return Error{Errc::timed_out,
                        at_limit(limits_, limit, "the host did not answer in time")};
    }
    if (!got) co_return got.error();
    if (*got == 0) co_return Error{Errc::truncated, "the host cut its answer"};
    upstream.input.commit(*got);
    co_return Result<void>();
}

awaitable<Result<HttpsAnswer>> HttpsClient::exchange(const std::string& host, std::string request) {
    Target target;
    target.host = host;
    target.dial_host = host;
    Result<std::unique_ptr<Upstream>> opened =
        co_await pool_.acquire(target, UpstreamPool::Use::fresh);
    if (!opened) co_return opened.error();
    Upstream& upstream = **opened;
    const Result<void> sent = co_await upstream.stream.write(request, after(limits_.body_progress));
    std::fill(request.begin(), request.end(), '\0');  // it holds the token
    if (!sent) co_return sent.error();

    http::MessageReader reader = http::MessageReader::response("GET");
    HttpsAnswer answer;
    while (!reader.done()) {
        const Result<std::size_t> taken = reader.put(upstream.input.view());
        if (!taken) co_return Error{Errc::bad_response, taken.error().detail};
        upstream.input.consume(*taken);
        answer.body += reader.block();
        if (answer.body.size() > kMaxAnswerBytes) {
            co_return Error{Errc::body_too_large, "the answer of " + host + " is too long"};
        }
        if (*taken > 0 || reader.done()) continue;
        const auto limit = reader.head_done() ? &Limits::body_progress : &Limits::response_head;
        const Result<void> more = co_await read_more(upstream, limit);
        if (more) continue;
        // A body without a length ends with its connection; any other is cut by that.
        const bool ended = more.error().code == Errc::truncated && reader.head_done();
        if (!ended || !reader.put_end()) co_return more.error();
    }
    answer.status = reader.response_head().status;
    if (answer.status < 200) {
        co_return Error{Errc::bad_response, host + " sent an answer that is none to a GET"};
    }
    co_return std::move(answer);
}

}  // namespace armgate::io
