// A TLS (or plain) server on loopback that a test scripts: one thread a connection, a script that
// answers requests, and a log of every raw request. Thread-safe; ends with its owner.
#pragma once

#include "certs/authority.hpp"
#include "support/wire.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

namespace armgate::tests {

enum class Afterwards { next_request, end_connection };

class ScriptedUpstream {
  public:
    /// Answers one request that was read whole.
    using Answer = std::function<Afterwards(Wire&, const Message&)>;
    /// Has the connection to itself, from the end of the handshake on.
    using Conversation = std::function<void(Wire&)>;

    /// TLS with `leaf`. Until told otherwise it answers every request with 200 and `{}`.
    /// `port` 0: the system picks one.
    explicit ScriptedUpstream(const certs::Leaf& leaf, std::uint16_t port = 0);
    /// Plain TCP.
    explicit ScriptedUpstream(Conversation conversation);
    ~ScriptedUpstream();
    ScriptedUpstream(const ScriptedUpstream&) = delete;
    ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

    /// Holds for requests from now on.
    void answer_with(Answer answer);
    /// The same bytes to every request; the connection stays open.
    void answer_with(std::string bytes);
    /// Holds for connections accepted from now on.
    void converse(Conversation conversation);

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Handshakes that came to their end (plain: connections accepted).
    [[nodiscard]] std::size_t connections() const noexcept { return connections_; }
    [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }
    [[nodiscard]] std::vector<Message> requests() const;
    /// Puts a request into the log: for conversations, which read their own.
    void log(const Message& request);
    /// Waits until `count` requests are in the log; false where they do not come in time.
    [[nodiscard]] bool wait_for_requests(std::size_t count);
    /// Waits until every connection so far is over.
    [[nodiscard]] bool wait_for_end();

  private:
    void listen(std::uint16_t port);
    void accept_all();
    void join_those_that_ended();
    void serve(int descriptor);
    void answer_all(Wire& wire);

    certs::ContextHandle context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> accepted_{0};
    std::atomic<std::size_t> connections_{0};
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Answer answer_;              ///< guarded by mutex_
    Conversation conversation_;  ///< guarded by mutex_
    std::vector<Message> log_;   ///< guarded by mutex_
    std::list<int> open_;        ///< guarded by mutex_
    struct Serving {
        std::thread thread;
        std::atomic<bool> over{false};
    };
    std::list<Serving> threads_;  ///< the acceptor's
    std::thread acceptor_;
};

/// A whole answer with a Content-Length.
[[nodiscard]] std::string ok(std::string_view body = "{}", std::string_view more_fields = "");

}  // namespace armgate::tests
