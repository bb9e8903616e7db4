// A proxy in this process on a free port, in front of a scripted upstream, with its records at
// hand.
#pragma once

#include "cli/runtime.hpp"
#include "support/scripted_upstream.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"
#include "support/tokens.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include <gtest/gtest.h>

namespace armgate::tests {

inline constexpr const char* kArm = "management.azure.com";
inline constexpr const char* kGroup =
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/"
    "demo?api-version=2021-04-01";
/// A deployment of one storage account.
inline constexpr const char* kStorageDeployment =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/d"
    "?api-version=2021-04-01";
inline constexpr const char* kStorageDeploymentBody =
    R"({"properties":{"mode":"Incremental","template":{"resources":[)"
    R"({"type":"Microsoft.Storage/storageAccounts","name":"a","apiVersion":"2021-04-01"}]}}})";

/// Keeps what the proxy reports. Thread-safe.
class RecordKeeper : public io::Observer {
  public:
    void on_request(std::shared_ptr<const trace::RequestRecord> record) override;
    void on_tunnel(const trace::TunnelRecord& record) override;
    void on_untrusting_client(const std::string& host, const std::string& user_agent) override;

    /// Called for each request from now on, on the worker's thread.
    void at_each(std::function<void()> call);

    /// Waits for `count` records; a shorter list where they do not come in time.
    [[nodiscard]] std::vector<trace::RequestRecord> requests(std::size_t count);
    [[nodiscard]] std::vector<trace::TunnelRecord> tunnels(std::size_t count);
    [[nodiscard]] std::vector<std::string> untrusting(std::size_t count);

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<trace::RequestRecord> requests_;
    std::vector<trace::TunnelRecord> tunnels_;
    std::vector<std::string> untrusting_;
    std::function<void()> at_each_;
};

class TestProxy {
  public:
    /// Dials `connect_to` for the hosts named there; trusts `upstream_ca`. One thread, so that the
    /// pool is one.
    TestProxy(io::Settings settings, const std::string& upstream_ca, bool traced);

    [[nodiscard]] std::uint16_t port() { return runtime_->server().endpoint().port(); }
    [[nodiscard]] std::string ca_pem() const { return runtime_->authority().pem(); }
    [[nodiscard]] std::string trace() const { return slurp(folder_.file("trace.jsonl")); }
    [[nodiscard]] RecordKeeper& records() { return keeper_; }
    [[nodiscard]] io::DryRun& dry_run() { return *runtime_->dry_run(); }
    void stop() { runtime_->server().stop(); }

  private:
    TemporaryFolder folder_;
    RecordKeeper keeper_;
    std::unique_ptr<cli::Runtime> runtime_;
};

/// One upstream for management.azure.com, and one proxy in front of it, started at its first use so
/// that a test can set it up first.
class ProxyTest : public ::testing::Test {
  protected:
    ProxyTest();

    [[nodiscard]] TestProxy& proxy();
    /// Ends it with all its connections; its trace goes with it.
    void end_proxy() { proxy_.reset(); }
    /// A plain connection to the proxy.
    [[nodiscard]] Wire dial() { return Wire::connect(proxy().port()); }
    /// CONNECT to `authority`; the status of the answer.
    [[nodiscard]] static int connect(Wire& wire, const std::string& authority);
    /// A connection to ARM through the proxy, TLS verified with the proxy's CA.
    [[nodiscard]] Wire arm();
    [[nodiscard]] TlsOptions tls_options(const std::string& sni = kArm);

    TestPki pki_{now()};
    ScriptedUpstream upstream_;
    io::Settings settings_;
    bool traced_ = true;

  private:
    std::unique_ptr<TestProxy> proxy_;
};

/// `METHOD target HTTP/1.1` with Host, `fields` (each with its CRLF) and a body of known length.
[[nodiscard]] std::string request(const std::string& method,
                                  const std::string& target,
                                  const std::string& fields = "",
                                  const std::string& body = "");

[[nodiscard]] std::string authorization(const std::string& token_claims);
[[nodiscard]] std::string user_without_mfa();  ///< Authorization fields, with their CRLF
[[nodiscard]] std::string user_with_mfa();
[[nodiscard]] std::string service_principal();

}  // namespace armgate::tests
