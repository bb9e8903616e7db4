// armgate_bench: the TLS upstream and the load generator of scripts/bench. Loopback only.
#include "bench/commands.hpp"

#include <exception>
#include <functional>
#include <iostream>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace {

using namespace armgate::bench;

constexpr unsigned kMostSeconds = 900;  ///< nothing here runs longer, whatever hangs

struct RawRoute {
    Route route;
    std::vector<std::string> watched;
};

void add_route(CLI::App& command, RawRoute& raw) {
    command.add_option("--ca", raw.route.ca_file, "PEM file to trust")->required();
    command.add_option("--port", raw.route.port, "Port of the upstream")->required();
    command.add_option("--proxy", raw.route.proxy, "Port of the proxy (0: direct)");
    command.add_option("--watch", raw.watched, "NAME=PID to account for; repeats");
}

Route finish(const RawRoute& raw) {
    Route route = raw.route;
    for (const std::string& text : raw.watched) route.watched.push_back(parse_watched(text));
    return route;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("armgate_bench: upstream and load for scripts/bench");
    app.require_subcommand(1);
    std::function<void()> chosen;

    UpstreamOptions upstream;
    CLI::App* serve = app.add_subcommand("upstream", "Serve TLS until stdin ends");
    serve->add_option("--ca-out", upstream.ca_file, "Where to write the CA")->required();
    serve->callback([&] { chosen = [&] { run_upstream(upstream); }; });

    RawRoute raw;
    LoadOptions load;
    CLI::App* loaded =
        app.add_subcommand("load", "Requests, one after the other on each connection");
    add_route(*loaded, raw);
    loaded->add_option("--connections", load.connections)->check(CLI::Range(1, 1000));
    loaded->add_option("--requests", load.requests)->check(CLI::Range(1, 10'000'000));
    loaded->add_flag("--fresh", load.fresh, "A new connection for each request");
    loaded->add_option("--deployment", load.deployment_bytes, "PUTs of deployments of BYTES");
    loaded->add_flag("--accounts", load.accounts, "They hold many small resources");
    loaded->add_flag("--without-mfa", load.without_mfa, "Their caller has no MFA: they are judged");
    loaded->callback([&] {
        chosen = [&] {
            load.route = finish(raw);
            run_load(load);
        };
    });

    IdleOptions idle;
    CLI::App* idled = app.add_subcommand("idle", "Memory of what is watched, a connection");
    add_route(*idled, raw);
    idled->add_option("--connections", idle.connections)->check(CLI::Range(1, 20'000));
    idled->callback([&] {
        chosen = [&] {
            idle.route = finish(raw);
            run_idle(idle);
        };
    });

    BulkOptions bulk;
    CLI::App* bulked = app.add_subcommand("bulk", "One large body");
    add_route(*bulked, raw);
    bulked->add_option("--bytes", bulk.bytes)->required();
    bulked->add_flag("--upload", bulk.upload, "Upload instead of download");
    bulked->callback([&] {
        chosen = [&] {
            bulk.route = finish(raw);
            run_bulk(bulk);
        };
    });

    CLI::App* checks = app.add_subcommand("checks", "What the strict reading of heads costs");
    checks->callback([&] { chosen = [] { run_checks(); }; });
    CLI::App* dry_run = app.add_subcommand("dry-run", "What a dry run costs in time and memory");
    dry_run->callback([&] { chosen = [] { run_dry_run(); }; });

    CLI11_PARSE(app, argc, argv);
    ::alarm(kMostSeconds);
    try {
        chosen();
    } catch (const std::exception& fault) {
        std::cerr << "armgate_bench: " << fault.what() << "\n";
        return 1;
    }
    return 0;
}
