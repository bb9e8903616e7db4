// What a proxy is told at its start, checked and in final form. Immutable for the life of the
// process and shared by const reference.
#pragma once

#include "core/arm/refusal.hpp"
#include "core/verdict/verdict.hpp"
#include "io/dryrun/dry_run.hpp"
#include "io/net/dialer.hpp"
#include "io/net/limits.hpp"

#include <optional>
#include <string>

namespace armgate::io {

struct Settings {
    verdict::Mode mode = verdict::Mode::observe;
    verdict::UncertainPolicy uncertain = verdict::UncertainPolicy::by_cause;
    arm::RefusalStyle refusal = arm::RefusalStyle::system;
    unsigned deployment_refusal = 401;  ///< the status of a refused deployment: 401 or 400
    tcp::endpoint listen;
    unsigned threads = 1;
    std::optional<std::string> proxy_auth;  ///< `USER:PASS`; a secret
    DryRunSetup dry_run;                    ///< of Mode::dry_run alone
    std::vector<ConnectTo> connect_to;
    std::optional<UpstreamProxy> upstream_proxy;
    Limits limits;
};

}  // namespace armgate::io
