#include "io/simulator/demo_client.hpp"

#include "certs/upstream_context.hpp"
#include "core/http/reader.hpp"
#include "io/net/input_buffer.hpp"
#include "io/net/stream.hpp"

#include <optional>

#include <boost/asio/co_spawn.hpp>

namespace armgate::io {
namespace {

constexpr std::chrono::milliseconds kPatience{30'000};

}  // namespace

struct DemoClient::Impl {
    /// Runs one coroutine to its end on this thread.
    template <class T>
    Result<T> run(awaitable<Result<T>> work) {
        std::optional<Result<T>> out;
        const auto on_end = [&out](const std::exception_ptr& fault, Result<T> result) {
            if (!fault) out.emplace(std::move(result));
        };
        context.restart();
        asio::co_spawn(context, std::move(work), on_end);
        context.run();
        if (out) return std::move(*out);
        return Error{Errc::system, "the demo's client failed unexpectedly"};
    }

    [[nodiscard]] awaitable<Result<bool>> connect(tcp::endpoint proxy);
    [[nodiscard]] awaitable<Result<ClientResponse>> send(const ClientRequest& request);
    [[nodiscard]] awaitable<Result<http::MessageReader>> read_head(std::string_view method);

    std::string host;
    certs::ContextHandle tls;
    Watchdog watchdog;
    asio::io_context context{1};
    std::optional<Stream> stream;
    InputBuffer input;
};

awaitable<Result<http::MessageReader>> DemoClient::Impl::read_head(std::string_view method) {
    http::MessageReader reader = http::MessageReader::response(method);
    for (;;) {
        const Result<std::size_t> taken = reader.put(input.view());
        if (!taken) co_return taken.error();
        input.consume(*taken);
        if (reader.head_done()) co_return std::move(reader);
        const std::span<char> room = input.prepare();
        const Result<std::size_t> got = co_await stream->read_some(room, after(kPatience));
        if (!got) co_return got.error();
        if (*got == 0) co_return Error{Errc::connection_closed, "the proxy closed the connection"};
        input.commit(*got);
    }
}

awaitable<Result<bool>> DemoClient::Impl::connect(tcp::endpoint proxy) {
    tcp::socket socket(context);
    const auto [ec] = co_await socket.async_connect(proxy, kTuple);
    if (ec) co_return Error{Errc::connect_failed, "the proxy cannot be reached: " + ec.message()};
    stream.emplace(std::move(socket), watchdog);
    const std::string ask = "CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n\r\n";
    const Result<void> asked = co_await stream->write(ask, after(kPatience));
    if (!asked) co_return asked.error();
    // The answer to CONNECT has no body, like one to HEAD.
    Result<http::MessageReader> answer = co_await read_head("HEAD");
    if (!answer) co_return answer.error();
    if (answer->response_head().status != 200) {
        co_return Error{Errc::connect_failed, "the proxy refused CONNECT"};
    }
    Result<certs::SslHandle> ssl = certs::make_upstream_ssl(tls.get(), host);
    if (!ssl) co_return ssl.error();
    stream->start_tls(std::move(*ssl), input.view());
    const Result<void> shaken = co_await stream->handshake(after(kPatience));
    if (!shaken) co_return shaken.error();
    co_return true;
}

awaitable<Result<ClientResponse>> DemoClient::Impl::send(const ClientRequest& request) {
    std::string out =
        request.method + " " + request.target + " HTTP/1.1\r\nHost: " + host +
        "\r\nUser-Agent: armgate-demo/1.0\r\nAuthorization: " + request.authorization + "\r\n";
    if (!request.body.empty()) {
        out += "Content-Type: application/json\r\nContent-Length: " +
               std::to_string(request.body.size()) + "\r\n";
    }
    out += "\r\n" + request.body;
    const Result<void> sent = co_await stream->write(out, after(kPatience));
    if (!sent) co_return sent.error();
    Result<http::MessageReader> reader = co_await read_head(request.method);
    if (!reader) co_return reader.error();
    const http::ResponseHead& head = reader->response_head();
    ClientResponse response;
    response.status = head.status;
    const std::string_view location = head.fields.find("Location").value_or("");
    response.location = head.fields.find("Azure-AsyncOperation").value_or(location);
    response.www_authenticate = head.fields.find("WWW-Authenticate").value_or("");
    while (!reader->done()) {
        const Result<std::size_t> taken = reader->put(input.view());
        if (!taken) co_return taken.error();
        input.consume(*taken);
        response.body += reader->block();
        if (*taken > 0 || reader->done()) continue;
        const std::span<char> room = input.prepare();
        const Result<std::size_t> got = co_await stream->read_some(room, after(kPatience));
        if (!got) co_return got.error();
        if (*got == 0) co_return Error{Errc::truncated, "the answer was cut"};
        input.commit(*got);
    }
    co_return response;
}

DemoClient::DemoClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}
DemoClient::~DemoClient() = default;

Result<std::unique_ptr<DemoClient>> DemoClient::connect(const tcp::endpoint& proxy,
                                                        const std::string& host,
                                                        const std::string& ca_pem) {
    auto impl = std::make_unique<Impl>();
    impl->host = host;
    auto tls = certs::make_upstream_context({}, nullptr, {ca_pem});
    if (!tls) return tls.error();
    impl->tls = std::move(*tls);
    const Result<bool> connected = impl->run(impl->connect(proxy));
    if (!connected) return connected.error();
    return std::unique_ptr<DemoClient>(new DemoClient(std::move(impl)));
}

Result<ClientResponse> DemoClient::send(const ClientRequest& request) {
    return impl_->run(impl_->send(request));
}

}  // namespace armgate::io
