// The proxy that `armgate doctor` watches its probes with: management.azure.com is the built-in
// simulator, and nothing else gets out, so that no probe that goes through it reaches a network.
#pragma once

#include "cli/runtime.hpp"
#include "core/doctor/judge.hpp"
#include "io/simulator/simulator.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace armgate::cli {

/// Collects what is seen of the probe under way. Thread-safe.
class DoctorObserver : public io::Observer {
  public:
    void on_request(std::shared_ptr<const trace::RequestRecord> record) override;
    void on_tunnel(const trace::TunnelRecord&) override {}
    void on_untrusting_client(const std::string& host, const std::string&) override;
    void on_client_left(const std::string& host, const std::string&) override;
    void on_client_without_credentials(const std::string&) override;

    /// Forgets what was seen; from now on `nonce` in a path is the proof.
    void begin(const std::string& nonce);

    /// Waits until something was seen, `patience` at most, and gives it.
    [[nodiscard]] doctor::Evidence seen(std::chrono::milliseconds patience);

  private:
    void note(bool doctor::Evidence::*field);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string nonce_;
    doctor::Evidence evidence_;
};

class DoctorProxy {
  public:
    struct Parts {
        std::unique_ptr<Foundation> foundation;
        certs::Authority authority;
        boost::asio::ip::address address;       ///< to listen on
        std::optional<std::string> proxy_auth;  ///< `USER:PASS`
    };

    /// Errors: those of the simulator and of `Runtime::start`.
    [[nodiscard]] static Result<std::unique_ptr<DoctorProxy>> start(Parts parts);

    [[nodiscard]] std::string address() { return describe(runtime_->server().endpoint()); }
    [[nodiscard]] const certs::Authority& authority() const { return runtime_->authority(); }

    /// A URL that only the simulator answers, new for each probe.
    [[nodiscard]] std::string begin_probe();

    /// What was seen since then. A connection's end is told a moment after the client's own.
    [[nodiscard]] doctor::Evidence end_probe();

  private:
    DoctorProxy() = default;

    DoctorObserver observer_;
    std::unique_ptr<io::Simulator> arm_;
    std::unique_ptr<Runtime> runtime_;
    std::uint64_t connections_before_ = 0;
};

}  // namespace armgate::cli
