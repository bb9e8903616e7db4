#include "io/net/server.hpp"

#include "io/net/session.hpp"
#include "io/system/log.hpp"

#include <algorithm>
#include <exception>
#include <fcntl.h>
#include <sys/resource.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace armgate::io {
namespace {

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kCutGrace{500};
/// What is the same trouble still is not said again.
constexpr std::chrono::minutes kSaidFor{1};
/// Descriptors for all but clients: streams, trace, event loops, look-ups of names.
constexpr std::size_t kOwnFiles = 64;
constexpr std::size_t kFewestSessions = 8;

std::size_t file_limit() noexcept {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : kOwnFiles;
}

/// After what should not happen (memory, say): said, and nothing spins.
void say_unexpected(std::string_view what) {
    log_error(what);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

/// Runs until it is stopped. What leaves a handler ends that piece of work alone.
void run_worker(Worker& worker) {
    for (;;) {
        try {
            worker.start();
            worker.context.run();
            return;
        } catch (const std::exception&) {
            say_unexpected("an unexpected error in a worker; it goes on");
        }
    }
}

std::string describe(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
    return host + ":" + std::to_string(endpoint.port());
}

/// Counts for as long as the frame lives that holds it, however that ends.
class Counted {
  public:
    explicit Counted(std::atomic<std::size_t>& count) : count_(&count) { ++*count_; }
    Counted(Counted&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Counted& operator=(Counted&&) = delete;
    ~Counted() {
        if (count_ != nullptr) --*count_;
    }

  private:
    std::atomic<std::size_t>* count_;
};

/// False again when the frame that holds it is gone.
class Running {
  public:
    explicit Running(bool& flag) : flag_(flag) { flag_ = true; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { flag_ = false; }

  private:
    bool& flag_;
};

/// The session lives in this frame, so that it ends with its coroutine.
awaitable<void> serve(tcp::socket socket, Worker& worker, Counted) {
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

std::size_t sessions_for(std::size_t wanted, std::size_t files) noexcept {
    const std::size_t served = files > kOwnFiles ? (files - kOwnFiles) / 2 : 0;
    return std::min(wanted, std::max(served, kFewestSessions));
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
    most_sessions_ = sessions_for(shared_.settings.limits.connections, file_limit());
    workers_.front()->each_tick = [this] { keep_accepting(); };
    keep_accepting();
    for (auto& worker : workers_) {
        threads_.emplace_back([w = worker.get()] { run_worker(*w); });
    }
}

void Server::say_full(const std::string& why) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const bool said = said_full_ != SteadyTime() && now - said_full_ < kSaidFor;
    said_full_ = now;
    if (!said) log_warn("cannot accept a connection: " + why + "; trying again");
}

void Server::keep_accepting() {
    if (accepting_ || !acceptor_->is_open()) return;
    const auto on_end = [](const std::exception_ptr& fault) {
        if (fault) log_error("the listener stopped on an unexpected error; it is started again");
    };
    asio::co_spawn(workers_.front()->context, accept_loop(), on_end);
}

void Server::spawn_session(tcp::socket socket, Worker& worker) {
    Counted counted(sessions_);
    // An exception of a session ends that session only: memory, or something unforeseen.
    const auto on_end = [](const std::exception_ptr& fault) {
        if (fault) log_error("a connection was dropped on an unexpected error");
    };
    asio::co_spawn(worker.context, serve(std::move(socket), worker, std::move(counted)), on_end);
}

awaitable<void> Server::accept_one(Worker& worker) {
    // Those who are connected are served on, new ones wait in the backlog.
    std::string full;
    if (sessions_ >= most_sessions_) {
        full = std::to_string(most_sessions_) + " are open (limits connections=" +
               std::to_string(shared_.settings.limits.connections) +
               " and open files=" + std::to_string(file_limit()) + ")";
    } else {
        auto accepted = co_await acceptor_->async_accept(worker.context, kTuple);
        const error_code ec = std::get<0>(accepted);
        if (!ec && acceptor_->is_open()) spawn_session(std::get<1>(std::move(accepted)), worker);
        if (!ec || !acceptor_->is_open()) co_return;
        full = ec.message();  // out of descriptors
    }
    say_full(full);
    asio::steady_timer pause(workers_.front()->context, kAcceptPause);
    const auto [waited] = co_await pause.async_wait(kTuple);
    static_cast<void>(waited);
}

awaitable<void> Server::accept_loop() {
    const Running running(accepting_);
    for (std::size_t next = 0; acceptor_->is_open(); ++next) {
        try {
            co_await accept_one(*workers_[next % workers_.size()]);
        } catch (const std::exception&) {
            say_unexpected("an unexpected error of the listener; it goes on");
        }
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
