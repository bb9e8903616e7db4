// The subcommands of armgate_bench. Each runs to its end, prints one JSON object on stdout and
// throws where something is not as it should be: a benchmark with failed requests has no result.
#pragma once

#include "bench/measure.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace armgate::bench {

struct UpstreamOptions {
    std::string ca_file;  ///< where the certificate to trust is written
};

/// Where the requests go, and who is watched meanwhile.
struct Route {
    std::string ca_file;      ///< what signs the certificate that is shown to the client
    std::uint16_t port = 0;   ///< the upstream's
    std::uint16_t proxy = 0;  ///< 0: direct
    std::vector<Watched> watched;
};

struct LoadOptions {
    Route route;
    unsigned connections = 8;
    unsigned requests = 10'000;          ///< in all
    bool fresh = false;                  ///< a new connection for each request
    std::uint64_t deployment_bytes = 0;  ///< PUTs of a deployment of that size; 0: GETs
    bool accounts = false;               ///< of many small resources instead of few usual ones
    bool without_mfa = false;            ///< who sends the deployment: its body is judged then
};

struct IdleOptions {
    Route route;  ///< the memory of all that are watched is summed up
    unsigned connections = 500;
};

struct BulkOptions {
    Route route;
    std::uint64_t bytes = 0;
    bool upload = false;
};

/// Serves until stdin ends. First line: `{"port":N}`.
void run_upstream(const UpstreamOptions& options);

void run_load(const LoadOptions& options);
void run_idle(const IdleOptions& options);
void run_bulk(const BulkOptions& options);
/// Heads read with and without the checks, in this process.
void run_checks();
/// Reads, lists and memory of a dry run, in this process.
void run_dry_run();

}  // namespace armgate::bench
