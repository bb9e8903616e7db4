// What all workers of a server use: immutable values, and the few objects that are thread-safe.
#pragma once

#include "certs/context_cache.hpp"
#include "core/arm/hosts.hpp"
#include "core/base/redact.hpp"
#include "core/trace/record.hpp"
#include "core/verdict/rules.hpp"
#include "io/net/proxy_credentials.hpp"
#include "io/net/retry_links.hpp"
#include "io/settings.hpp"
#include "io/trace/trace_file.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace armgate::io {

class DryRun;

/// Gets each record after it is in the trace. Called on worker threads; must not block.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void on_request(std::shared_ptr<const trace::RequestRecord> record) = 0;
    virtual void on_tunnel(const trace::TunnelRecord& record) = 0;
    /// A client broke off the TLS handshake because it does not trust the certificate.
    virtual void on_untrusting_client(const std::string& host, const std::string& user_agent) = 0;
    /// A client finished the TLS handshake and left without a request: some look at the certificate
    /// only then, and send no alert.
    virtual void on_client_left(const std::string& /*host*/, const std::string& /*user_agent*/) {}
    /// A dry run let nothing through to a data plane; `why` is one sentence.
    virtual void on_forbidden_tunnel(const std::string& /*host*/, const std::string& /*why*/) {}
    /// A client left after it was asked for the proxy's credentials and did not give them.
    virtual void on_client_without_credentials(const std::string& /*user_agent*/) {}
};

struct Shared {
    const Settings& settings;
    const verdict::Rules& rules;
    const base::RedactionRules& redaction;
    const arm::ArmHosts& hosts;
    certs::ContextCache& leaves;
    SSL_CTX* upstream_context;
    TraceFile* trace;    ///< none: nullptr
    Observer* observer;  ///< none: nullptr
    std::string session;
    DryRun* dry_run = nullptr;  ///< outside of a dry run: nullptr
    DialRules dial_rules{};
    ProxyCredentials credentials{};
    RetryLinks retries{};
    std::atomic<std::uint64_t> last_seq{0};
    std::atomic<std::uint64_t> last_connection{0};
};

}  // namespace armgate::io
