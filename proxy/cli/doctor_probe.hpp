// One client's probe, from looking for its program to what is to be said of it.
#pragma once

#include "cli/doctor_proxy.hpp"
#include "core/doctor/judge.hpp"
#include "io/system/temporary_directory.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace armgate::cli {

/// What all probes share.
struct DoctorBench {
    doctor::Source source = doctor::Source::run;
    std::unique_ptr<DoctorProxy> proxy;
    wiring::Environment environment;  ///< that a probe gets
    wiring::Environment judged;       ///< that its user has: the same, or with the running proxy
    wiring::Environment expected;
    std::string address;  ///< of the proxy in `judged`
    std::string folder;   ///< of the CA's files
    std::vector<std::string> arm_hosts;
    std::chrono::seconds limit{0};
    std::string env_command = "armgate env";  ///< for this proxy
};

/// Runs the probe in a folder of its own below `folder`. Errors: `file_unwritable`, and those of
/// `run_bounded`.
[[nodiscard]] Result<doctor::Finding> probe_client(const doctor::ProbeRule& rule,
                                                   DoctorBench& bench,
                                                   const io::TemporaryDirectory& folder);

}  // namespace armgate::cli
