// What clients do in a soak: each act is a conversation with the proxy that knows what has to come
// of it, and how many lines of the trace. One object a thread.
#pragma once

#include "support/wire.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace armgate::tests::soak {

/// Where the proxy is, and what it leads to.
struct Place {
    std::uint16_t proxy = 0;
    std::string ca_pem;
    std::uint16_t echo = 0;  ///< a plain server that sends back what it gets
};

/// Sums over all threads.
struct Tally {
    std::atomic<std::uint64_t> requests{0};  ///< that have to be in the trace
    std::atomic<std::uint64_t> unsure{0};    ///< that may be: the client was gone before
    std::atomic<std::uint64_t> tunnels{0};
    std::atomic<std::uint64_t> faults{0};
    std::mutex mutex;
    std::map<std::string, std::uint64_t> acts;  ///< guarded by mutex
    std::vector<std::string> said;              ///< of the first faults; guarded by mutex
};

class Client {
  public:
    Client(const Place& place, Tally& tally, unsigned seed);

    /// One act, at random. What goes wrong is in the tally.
    void act();

  private:
    struct Act {
        const char* name;
        void (Client::*run)();
        int weight;
    };
    static const std::vector<Act>& acts();

    Wire arm();
    Wire connect_to(const std::string& authority);
    void expect(Wire& wire, const std::string& request, int status);
    std::string random_body(std::size_t most);

    void reads();    ///< on a connection that is kept
    void writes();   ///< that pass
    void refused();  ///< a user without MFA
    void held();     ///< a deployment, judged by its contents
    void large();    ///< a body both ways
    void new_connection();
    void tunnel();
    void malformed();
    void vanish_in_upload();
    void vanish_in_handshake();
    void vanish_at_once();
    void cut_answer();  ///< by the upstream

    const Place& place_;
    Tally& tally_;
    std::mt19937 random_;
    std::unique_ptr<Wire> kept_;
};

}  // namespace armgate::tests::soak
