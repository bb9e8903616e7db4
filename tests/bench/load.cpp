// The client side: keep-alive and new-connection load, idle connections, bulk transfer.
#include "bench/commands.hpp"
#include "bench/connection.hpp"
#include "bench/request.hpp"
#include "certs/upstream_context.hpp"

#include <chrono>
#include <exception>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

namespace armgate::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned kWarmUp = 20;  ///< requests of each connection before anything is measured

certs::ContextHandle client_context(const Route& route) {
    auto context = certs::make_upstream_context({route.ca_file}, nullptr);
    if (!context) throw std::runtime_error(context.error().detail);
    SSL_CTX_clear_mode(context->get(), SSL_MODE_RELEASE_BUFFERS);
    return std::move(*context);
}

Connection open(const Route& route, SSL_CTX* context) {
    return Connection::connect(route.proxy == 0 ? connect_to_loopback(route.port)
                                                : connect_through(route.proxy, route.port),
                               context);
}

void read_answer(Connection& connection) {
    Head head;
    if (!connection.read_head(head)) throw std::runtime_error("the connection ended early");
    if (head.text.substr(8, 5) != " 200 ") {
        throw std::runtime_error("unexpected answer: " + std::string(head.text.substr(0, 40)));
    }
    connection.skip_body(head.body_bytes);
}

double microseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// One of the threads of a load.
class Caller {
  public:
    Caller(const LoadOptions& options, SSL_CTX* context, const std::string& request)
        : options_(options), context_(context), request_(request) {}

    void warm_up() {
        if (!options_.fresh) connection_.push_back(open(options_.route, context_));
        for (unsigned i = 0; i < kWarmUp; ++i) call();
        latencies_.reserve(share());
    }

    void measure() {
        for (unsigned i = 0; i < share(); ++i) {
            const Clock::time_point start = Clock::now();
            call();
            latencies_.push_back(microseconds_since(start));
        }
    }

    [[nodiscard]] const std::vector<double>& latencies() const noexcept { return latencies_; }

  private:
    [[nodiscard]] unsigned share() const { return options_.requests / options_.connections; }

    void call() {
        if (options_.fresh) connection_.push_back(open(options_.route, context_));
        connection_.front().write(request_);
        read_answer(connection_.front());
        if (!options_.fresh) return;
        connection_.front().close();
        connection_.clear();
    }

    const LoadOptions& options_;
    SSL_CTX* context_;
    const std::string& request_;
    std::vector<Connection> connection_;  ///< none or one
    std::vector<double> latencies_;
};

/// Runs all callers at once; the first fault of any ends the benchmark.
class Crew {
  public:
    explicit Crew(std::vector<Caller>& callers) : callers_(callers) {}

    void run(void (Caller::*task)()) {
        std::vector<std::thread> threads;
        for (Caller& caller : callers_) {
            threads.emplace_back([this, task, &caller] { guarded(caller, task); });
        }
        for (std::thread& thread : threads) thread.join();
        if (fault_) std::rethrow_exception(fault_);
    }

  private:
    void guarded(Caller& caller, void (Caller::*task)()) {
        try {
            (caller.*task)();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            fault_ = std::current_exception();
        }
    }

    std::vector<Caller>& callers_;
    std::mutex mutex_;
    std::exception_ptr fault_;
};

}  // namespace

void run_load(const LoadOptions& options) {
    const certs::ContextHandle context = client_context(options.route);
    const Sender who = options.without_mfa ? Sender::without_mfa : Sender::with_mfa;
    const std::uint16_t port = options.route.port;
    const auto resources = options.accounts ? Resources::accounts : Resources::machines;
    const std::string request = options.deployment_bytes > 0
                                    ? put_deployment(port, options.deployment_bytes, who, resources)
                                    : get_request(port, 0);
    std::vector<Caller> callers;
    callers.reserve(options.connections);
    for (unsigned i = 0; i < options.connections; ++i) {
        callers.emplace_back(options, context.get(), request);
    }
    Crew crew(callers);
    crew.run(&Caller::warm_up);
    CpuMeter meter(options.route.watched);
    meter.start();
    const Clock::time_point start = Clock::now();
    crew.run(&Caller::measure);
    const double wall = microseconds_since(start) / 1e6;
    meter.stop();
    std::vector<double> latencies;
    for (const Caller& caller : callers) {
        latencies.insert(latencies.end(), caller.latencies().begin(), caller.latencies().end());
    }
    std::cout << nlohmann::json{{"requests", latencies.size()},
                                {"wall_s", wall},
                                {"cpu_s", meter.figures()},
                                {"latency_us", latency_figures(latencies)}}
              << std::endl;
}

void run_idle(const IdleOptions& options) {
    if (options.route.watched.empty()) throw std::runtime_error("idle: name a process to --watch");
    const certs::ContextHandle context = client_context(options.route);
    const std::string request = get_request(options.route.port, 0);
    std::vector<Connection> connections;
    const auto open_one = [&] {
        connections.push_back(open(options.route, context.get()));
        connections.back().write(request);
        read_answer(connections.back());
    };
    // What the first connections allocate once (a leaf, the pool) is not a connection's.
    for (unsigned i = 0; i < kWarmUp; ++i) open_one();
    const auto resident = [&] {
        std::uint64_t sum = 0;
        for (const Watched& process : options.route.watched) {
            sum += memory_bytes(process.pid, "VmRSS");
        }
        return static_cast<double>(sum);
    };
    const double before = resident();
    for (unsigned i = 0; i < options.connections; ++i) open_one();
    const double after = resident();
    std::cout << nlohmann::json{{"connections", options.connections},
                                {"rss_bytes", {{"before", before}, {"after", after}}},
                                {"bytes_per_connection", (after - before) / options.connections}}
              << std::endl;
}

void run_bulk(const BulkOptions& options) {
    const certs::ContextHandle context = client_context(options.route);
    Connection connection = open(options.route, context.get());
    CpuMeter meter(options.route.watched);
    meter.start();
    const Clock::time_point start = Clock::now();
    if (options.upload) {
        connection.write(put_head(options.route.port, options.bytes));
        const std::string block(std::size_t{64} * 1024, 'x');
        for (std::uint64_t left = options.bytes; left > 0;) {
            const std::size_t size = std::min<std::uint64_t>(left, block.size());
            connection.write(std::string_view(block).substr(0, size));
            left -= size;
        }
    } else {
        connection.write(get_request(options.route.port, options.bytes));
    }
    read_answer(connection);
    const double wall = microseconds_since(start) / 1e6;
    meter.stop();
    nlohmann::json peak = nlohmann::json::object();
    for (const Watched& process : options.route.watched) {
        peak[process.name] = memory_bytes(process.pid, "VmHWM");
    }
    std::cout << nlohmann::json{{"bytes", options.bytes},
                                {"upload", options.upload},
                                {"wall_s", wall},
                                {"cpu_s", meter.figures()},
                                {"peak_rss_bytes", peak}}
              << std::endl;
}

}  // namespace armgate::bench
