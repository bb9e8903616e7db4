// A proxy with everything it stands on, in the order in which it has to live. Shared by `run`,
// `proxy` and `demo`.
#pragma once

#include "certs/authority.hpp"
#include "certs/context_cache.hpp"
#include "cli/options.hpp"
#include "io/net/server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace armgate::cli {

struct RuntimeParts {
    std::unique_ptr<Foundation> foundation;
    io::Settings settings;
    certs::Authority authority;
    std::vector<std::string> upstream_ca;       ///< files
    std::vector<std::string> upstream_ca_pems;  ///< certificates themselves
    std::string trace_path;                     ///< empty: none
    io::Observer* observer = nullptr;           ///< outlives the runtime
    /// Called once all files are open and before a thread starts.
    std::function<void()> before_serving{};
};

class Runtime {
  public:
    /// Everything checked before the port listens. Errors: those of the parts.
    [[nodiscard]] static Result<std::unique_ptr<Runtime>> start(RuntimeParts parts);

    [[nodiscard]] io::Server& server() { return *server_; }
    /// The rehearsal; outside of a dry run nullptr.
    [[nodiscard]] io::DryRun* dry_run() { return dry_run_.get(); }
    [[nodiscard]] io::TraceFile* trace() { return trace_.get(); }
    [[nodiscard]] const io::Settings& settings() const { return parts_.settings; }
    /// Connections that clients made so far.
    [[nodiscard]] std::uint64_t connections() const { return shared_->last_connection; }
    [[nodiscard]] const certs::Authority& authority() const { return parts_.authority; }

  private:
    explicit Runtime(RuntimeParts parts);

    RuntimeParts parts_;
    certs::ContextCache leaves_;
    certs::ContextHandle upstream_context_;
    std::unique_ptr<io::TraceFile> trace_;
    std::unique_ptr<io::DryRun> dry_run_;
    std::unique_ptr<io::Shared> shared_;
    std::unique_ptr<io::Server> server_;
};

}  // namespace armgate::cli
