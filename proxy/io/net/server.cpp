#include "io/net/server.hpp"

#include "io/net/session.hpp"
#include "io/system/log.hpp"

#include <exception>
#include <fcntl.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace armgate::io {
namespace {

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kCutGrace{500};

std::string describe(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
    return host + ":" + std::to_string(endpoint.port());
}

/// The session lives in this frame, so that it ends with its coroutine.
awaitable<void> serve(tcp::socket socket, Worker& worker) {
    Session session(std::move(socket), worker);
    co_await session.run();
}

}  // namespace

void raise_file_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::unique_ptr<Server>> Server::start(Shared& shared) {
    std::unique_ptr<Server> server(new Server(shared));
    for (unsigned i = 0; i < shared.settings.threads; ++i) {
        server->workers_.push_back(std::make_unique<Worker>(shared));
    }
    if (auto bound = server->bind(); !bound) return bound.error();
    shared.dial_rules.own = {server->endpoint_};
    server->run();
    return server;
}

Result<void> Server::bind() {
    const tcp::endpoint& wanted = shared_.settings.listen;
    acceptor_ = std::make_unique<tcp::acceptor>(workers_.front()->context);
    error_code ec;
    acceptor_->open(wanted.protocol(), ec);
    // The command of `run` must not inherit it. (Asio opens sockets without this.)
    if (!ec) ::fcntl(acceptor_->native_handle(), F_SETFD, FD_CLOEXEC);
    if (!ec) acceptor_->set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_->bind(wanted, ec);
    if (!ec) acceptor_->listen(kBacklog, ec);
    if (!ec) {
        endpoint_ = acceptor_->local_endpoint(ec);
        return {};
    }
    const bool taken = ec == boost::asio::error::address_in_use;
    return Error{taken ? Errc::address_in_use : Errc::system,
                 "cannot listen on " + describe(wanted) + ": " + ec.message() +
                     (taken ? "; stop what listens there, or choose another port with --listen "
                              "ADDR:PORT (port 0 picks a free one)"
                            : "")};
}

void Server::run() {
    for (auto& worker : workers_) worker->start();
    const auto on_end = [](const std::exception_ptr& fault) {
        if (fault) log_error("the listener stopped on an unexpected error");
    };
    asio::co_spawn(workers_.front()->context, accept_loop(), on_end);
    for (auto& worker : workers_) {
        threads_.emplace_back([context = &worker->context] { context->run(); });
    }
}

void Server::spawn_session(tcp::socket socket, Worker& worker) {
    ++sessions_;
    // An exception of a session ends that session only: memory, or something unforeseen.
    const auto on_end = [this](const std::exception_ptr& fault) {
        --sessions_;
        if (fault) log_error("a connection was dropped on an unexpected error");
    };
    asio::co_spawn(worker.context, serve(std::move(socket), worker), on_end);
}

awaitable<void> Server::accept_loop() {
    std::size_t next = 0;
    bool said = false;
    asio::steady_timer pause(workers_.front()->context);
    for (;;) {
        Worker& worker = *workers_[next++ % workers_.size()];
        auto accepted = co_await acceptor_->async_accept(worker.context, kTuple);
        const error_code ec = std::get<0>(accepted);
        if (ec == boost::asio::error::operation_aborted || !acceptor_->is_open()) co_return;
        if (!ec) {
            said = false;
            spawn_session(std::get<1>(std::move(accepted)), worker);
            continue;
        }
        // Out of descriptors: those who are connected are served on, new ones wait in the backlog.
        if (!said) log_warn("cannot accept a connection: " + ec.message() + "; trying again");
        said = true;
        pause.expires_after(kAcceptPause);
        const auto [waited] = co_await pause.async_wait(kTuple);
        if (waited) co_return;
    }
}

bool Server::await_sessions(std::chrono::milliseconds limit) {
    const SteadyTime until = after(limit);
    while (sessions_ > 0 && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return sessions_ == 0;
}

void Server::stop() {
    if (stopped_) return;
    stopped_ = true;
    asio::post(workers_.front()->context, [this] {
        error_code ignored;
        acceptor_->close(ignored);
    });
    for (auto& worker : workers_) {
        asio::post(worker->context, [w = worker.get()] {
            w->watchdog.drain();
            w->pool.clear();
        });
    }
    if (!await_sessions(shared_.settings.limits.stop_grace)) {
        for (auto& worker : workers_) {
            asio::post(worker->context, [w = worker.get()] { w->watchdog.expire_all(); });
        }
        await_sessions(kCutGrace);
    }
    for (auto& worker : workers_) worker->context.stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

Server::~Server() {
    if (!threads_.empty()) stop();
}

}  // namespace armgate::io
