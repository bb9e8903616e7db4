#include "io/simulator/simulator.hpp"

#include "certs/authority.hpp"
#include "certs/context_cache.hpp"
#include "core/arm/hosts.hpp"
#include "core/base/text.hpp"
#include "core/http/hops.hpp"
#include "core/http/reader.hpp"
#include "core/http/target.hpp"
#include "core/simulator/arm_model.hpp"
#include "io/net/answer.hpp"
#include "io/net/input_buffer.hpp"
#include "io/net/stream.hpp"
#include "io/system/clock.hpp"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace armgate::io {
namespace {

constexpr std::size_t kMaxBody = std::size_t{4} * 1024 * 1024;
constexpr std::chrono::milliseconds kPatience{30'000};

}  // namespace

struct Simulator::Impl {
    explicit Impl(certs::Authority made) : authority(std::move(made)), leaves(authority) {}

    [[nodiscard]] Result<void> listen();
    [[nodiscard]] awaitable<void> accept_loop();
    [[nodiscard]] awaitable<void> serve(tcp::socket socket);
    [[nodiscard]] awaitable<bool> serve_one(Stream& client, InputBuffer& input);
    [[nodiscard]] std::string respond(http::RequestHead& head, std::string_view body);
    void tick();

    certs::Authority authority;
    certs::ContextCache leaves;
    simulator::ArmModel model;
    std::atomic<std::uint64_t> writes{0};
    Watchdog watchdog;
    asio::io_context context{1};
    asio::steady_timer ticker{context};
    tcp::acceptor acceptor{context};
    std::thread thread;
};

void Simulator::Impl::tick() {
    ticker.expires_after(Watchdog::kTick);
    ticker.async_wait([this](const error_code& ec) {
        if (ec) return;
        watchdog.tick(std::chrono::steady_clock::now());
        tick();
    });
}

Result<void> Simulator::Impl::listen() {
    const tcp::endpoint at(asio::ip::make_address("127.0.0.1"), 0);
    error_code ec;
    acceptor.open(at.protocol(), ec);
    if (!ec) acceptor.bind(at, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return Error{Errc::system, "the simulator cannot listen on loopback: " + ec.message()};
    return {};
}

awaitable<void> Simulator::Impl::accept_loop() {
    for (;;) {
        auto accepted = co_await acceptor.async_accept(context, kTuple);
        if (std::get<0>(accepted)) co_return;
        const auto on_end = [](const std::exception_ptr&) {};  // that client's connection is closed
        asio::co_spawn(context, serve(std::get<1>(std::move(accepted))), on_end);
    }
}

awaitable<void> Simulator::Impl::serve(tcp::socket socket) {
    auto leaf = leaves.for_host(arm::kPublicArm, now());
    if (!leaf) co_return;
    Stream client(std::move(socket), watchdog);
    certs::SslHandle ssl(SSL_new(leaf->get()));
    SSL_set_accept_state(ssl.get());
    client.start_tls(std::move(ssl), {});
    const Result<void> shaken = co_await client.handshake(after(kPatience));
    if (!shaken) co_return;
    InputBuffer input;
    for (bool open = true; open;) open = co_await serve_one(client, input);
    co_await client.finish(after(kPatience));
}

awaitable<bool> Simulator::Impl::serve_one(Stream& client, InputBuffer& input) {
    http::MessageReader reader = http::MessageReader::request();
    std::string body;
    while (!reader.done()) {
        const Result<std::size_t> taken = reader.put(input.view());
        if (!taken) co_return false;
        input.consume(*taken);
        body += reader.block();
        if (body.size() > kMaxBody) co_return false;
        if (*taken > 0 || reader.done()) continue;
        const std::span<char> room = input.prepare();
        const Result<std::size_t> got = co_await client.read_some(room, after(kPatience));
        if (!got || *got == 0) co_return false;
        input.commit(*got);
    }
    http::RequestHead& head = reader.request_head();
    const std::string out = respond(head, body);
    const Result<void> sent = co_await client.write(out, after(kPatience));
    co_return sent&& http::is_keep_alive(head.fields, head.minor_version);
}

std::string Simulator::Impl::respond(http::RequestHead& head, std::string_view body) {
    const arm::AnswerContext answer_context = new_answer_context(now(), {});
    const auto target = http::parse_request_target(head.target);
    if (!target) {
        return serialise(arm::arm_error(400, "BadRequest", "The path is invalid.", answer_context),
                         head.method, http::Connection::keep);
    }
    simulator::Request request{head.method, target->path, target->query, body,
                               head.fields.count("Authorization") > 0};
    const arm::LocalAnswer answer = model.handle(request, answer_context);
    writes = model.writes();
    return serialise(answer, head.method, http::Connection::keep);
}

Simulator::Simulator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

Result<std::unique_ptr<Simulator>> Simulator::start() {
    auto authority = certs::create_authority({std::string(arm::kPublicArm)}, now());
    if (!authority) return authority.error();
    auto impl = std::make_unique<Impl>(std::move(*authority));
    if (auto listening = impl->listen(); !listening) return listening.error();
    impl->tick();
    asio::co_spawn(impl->context, impl->accept_loop(), [](const std::exception_ptr&) {});
    impl->thread = std::thread([context = &impl->context] { context->run(); });
    return std::unique_ptr<Simulator>(new Simulator(std::move(impl)));
}

Simulator::~Simulator() {
    impl_->context.stop();
    impl_->thread.join();
}

std::uint16_t Simulator::port() const {
    return impl_->acceptor.local_endpoint().port();
}
std::string Simulator::ca_pem() const {
    return impl_->authority.pem();
}
std::uint64_t Simulator::writes() const {
    return impl_->writes;
}

}  // namespace armgate::io
