#include "cli/runtime.hpp"

#include "certs/upstream_context.hpp"
#include "core/trace/record.hpp"
#include "io/system/clock.hpp"

namespace armgate::cli {

Runtime::Runtime(RuntimeParts parts) : parts_(std::move(parts)), leaves_(parts_.authority) {
}

Result<std::unique_ptr<Runtime>> Runtime::start(RuntimeParts parts) {
    std::unique_ptr<Runtime> runtime(new Runtime(std::move(parts)));
    RuntimeParts& own = runtime->parts_;
    auto context =
        certs::make_upstream_context(own.upstream_ca, &own.authority, own.upstream_ca_pems);
    if (!context) return context.error();
    runtime->upstream_context_ = std::move(*context);

    if (own.settings.mode == verdict::Mode::dry_run) {
        auto dry_run = io::DryRun::start(own.settings.dry_run, own.foundation->rules.arm);
        if (!dry_run) return dry_run.error();
        runtime->dry_run_ = std::move(*dry_run);
    }

    const std::string session = io::new_guid();
    if (!own.trace_path.empty()) {
        auto trace = io::TraceFile::open(own.trace_path);
        if (!trace) return trace.error();
        runtime->trace_ = std::move(*trace);
        trace::SessionRecord record;
        record.time = io::now();
        record.session = session;
        record.mode = verdict::mode_name(own.settings.mode);
        if (auto begun = runtime->trace_->append_first(trace::encode(record)); !begun) {
            return begun.error();
        }
    }
    runtime->shared_.reset(new io::Shared{own.settings, own.foundation->rules,
                                          own.foundation->redaction, own.foundation->hosts,
                                          runtime->leaves_, runtime->upstream_context_.get(),
                                          runtime->trace_.get(), own.observer, session});
    runtime->shared_->dry_run = runtime->dry_run_.get();
    runtime->shared_->dial_rules.connect_to = own.settings.connect_to;
    runtime->shared_->dial_rules.upstream_proxy = own.settings.upstream_proxy;
    if (own.settings.proxy_auth) {
        runtime->shared_->credentials = io::ProxyCredentials(*own.settings.proxy_auth);
    }
    io::raise_file_limit();
    if (own.before_serving) own.before_serving();
    auto server = io::Server::start(*runtime->shared_);
    if (!server) return server.error();
    runtime->server_ = std::move(*server);
    return runtime;
}

}  // namespace armgate::cli
