// The whole proxy: listener and workers, their threads, start and stop. Owns them all.
#pragma once

#include "core/base/error.hpp"
#include "io/net/shared.hpp"
#include "io/net/worker.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace armgate::io {

class Server {
  public:
    /// Binds `shared.settings.listen` and starts the threads. `shared` outlives the server. Errors:
    /// `address_in_use`, `system`.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(Shared& shared);

    /// Stops as `stop` does.
    ~Server();

    /// Where it listens: the port chosen where port 0 was asked for.
    [[nodiscard]] tcp::endpoint endpoint() const { return endpoint_; }

    /// Closes the listener, lets busy exchanges end within `stop_grace`, then cuts and records
    /// them. Returns when all threads are gone.
    void stop();

  private:
    explicit Server(Shared& shared) : shared_(shared) {}
    [[nodiscard]] Result<void> bind();
    void run();
    /// Starts the loop where it is not running: Asio drops a coroutine where it has no memory to
    /// wait with.
    void keep_accepting();
    [[nodiscard]] awaitable<void> accept_loop();
    /// Accepts one client, or waits a little where there can be no more.
    [[nodiscard]] awaitable<void> accept_one(Worker& worker);
    void spawn_session(tcp::socket socket, Worker& worker);
    /// Says why new clients wait; not again while it lasts.
    void say_full(const std::string& why);
    bool await_sessions(std::chrono::milliseconds limit);

    Shared& shared_;
    tcp::endpoint endpoint_;
    std::atomic<std::size_t> sessions_{0};
    bool accepting_ = false;  ///< of the first worker's thread
    // The frames in their contexts refer to what stands above.
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<tcp::acceptor> acceptor_;
    std::vector<std::thread> threads_;
    std::size_t most_sessions_ = 0;
    SteadyTime said_full_;  ///< zero: not yet
    bool stopped_ = false;
};

/// How many clients may be connected at once: `wanted`, or as many as `files` descriptors serve
/// whole, with an upstream connection each. Otherwise those who come last would take what those who
/// are there need.
[[nodiscard]] std::size_t sessions_for(std::size_t wanted, std::size_t files) noexcept;

/// Raises the soft limit of open files to the hard one: each client takes two descriptors.
void raise_file_limit() noexcept;

}  // namespace armgate::io
