// `armgate demo`: the main job against a simulated ARM. Three people make the same change, observed
// and then refused; no Azure account, no network.
#include "certs/authority.hpp"
#include "cli/command.hpp"
#include "cli/runtime.hpp"
#include "core/arm/hosts.hpp"
#include "core/simulator/arm_model.hpp"
#include "core/simulator/demo_tokens.hpp"
#include "io/simulator/demo_client.hpp"
#include "io/simulator/simulator.hpp"
#include "io/system/child.hpp"
#include "io/system/clock.hpp"

#include <iostream>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

using simulator::Person;

constexpr int kMaxPolls = 10;

/// Prints each request as the proxy records it, and keeps the count.
class DemoObserver : public io::Observer {
  public:
    void on_request(std::shared_ptr<const trace::RequestRecord> record) override {
        const std::lock_guard lock(mutex_);
        summary_.add(*record);
        std::cout << "    " << report::request_line(*record) << "\n";
    }
    void on_tunnel(const trace::TunnelRecord&) override {}
    void on_untrusting_client(const std::string&, const std::string&) override {}

    [[nodiscard]] report::Summary summary() const {
        const std::lock_guard lock(mutex_);
        return summary_;
    }

  private:
    mutable std::mutex mutex_;
    report::Summary summary_;
};

struct Step {
    const char* method;
    std::string path;
    const char* body;
};

/// What a small deployment script does: look, create, use a key, wait for a machine, clean up.
std::vector<Step> steps() {
    const std::string subscription = "/subscriptions/" + std::string(simulator::kSubscription);
    const std::string group = subscription + "/resourceGroups/demo";
    const std::string storage = group + "/providers/Microsoft.Storage/storageAccounts/demostore";
    const std::string machine = group + "/providers/Microsoft.Compute/virtualMachines/vm1";
    return {{"GET", subscription + "/resourcegroups?api-version=2021-04-01", ""},
            {"PUT", group + "?api-version=2021-04-01", R"({"location":"westeurope"})"},
            {"PUT", storage + "?api-version=2023-05-01",
             R"({"location":"westeurope","kind":"StorageV2"})"},
            {"POST", storage + "/listKeys?api-version=2023-05-01", ""},
            {"PUT", machine + "?api-version=2024-07-01", R"({"location":"westeurope"})"},
            {"DELETE", group + "?api-version=2021-04-01", ""}};
}

/// Path and query of an absolute URL at the ARM host.
std::string origin_of(const std::string& url) {
    const std::string prefix = "https://" + std::string(arm::kPublicArm);
    return url.starts_with(prefix) ? url.substr(prefix.size()) : url;
}

Result<void> poll(io::DemoClient& client,
                  const std::string& url,
                  const std::string& authorization) {
    for (int i = 0; i < kMaxPolls; ++i) {
        const auto answer = client.send({"GET", origin_of(url), authorization, ""});
        if (!answer) return answer.error();
        const bool running =
            answer->status == 202 || answer->body.find("InProgress") != std::string::npos;
        if (!running) return {};
    }
    return Error{Errc::system, "the simulated operation did not end"};
}

Result<void> make_change(const boost::asio::ip::tcp::endpoint& proxy,
                         const std::string& ca_pem,
                         Person person) {
    auto client = io::DemoClient::connect(proxy, std::string(arm::kPublicArm), ca_pem);
    if (!client) return client.error();
    const std::string authorization = simulator::demo_authorization(person, io::now());
    for (const Step& step : steps()) {
        const auto answer = (*client)->send({step.method, step.path, authorization, step.body});
        if (!answer) return answer.error();
        if (answer->location.empty()) continue;
        if (auto polled = poll(**client, answer->location, authorization); !polled) return polled;
    }
    return {};
}

Result<std::unique_ptr<Runtime>> start_proxy(const io::Simulator& arm,
                                             verdict::Mode mode,
                                             const std::string& trace,
                                             DemoObserver& observer) {
    auto foundation = load_foundation(RawOptions());
    if (!foundation) return foundation.error();
    auto authority = certs::create_authority((*foundation)->hosts.constraint_names(), io::now());
    if (!authority) return authority.error();
    io::Settings settings;
    settings.mode = mode;
    settings.listen = {boost::asio::ip::make_address("127.0.0.1"), 0};
    settings.connect_to = {{std::string(arm::kPublicArm), 443, "127.0.0.1", arm.port()}};
    return Runtime::start({std::move(*foundation),
                           std::move(settings),
                           std::move(*authority),
                           {},
                           {arm.ca_pem()},
                           trace,
                           &observer});
}

Result<void> show_mode(verdict::Mode mode, const std::string& trace, DemoObserver& observer) {
    auto arm = io::Simulator::start();
    if (!arm) return arm.error();
    auto runtime = start_proxy(**arm, mode, trace, observer);
    if (!runtime) return runtime.error();
    const bool enforce = mode == verdict::Mode::enforce;
    std::cout << (enforce
                      ? "\n== enforce: what MFA enforcement refuses is refused, as ARM would ==\n"
                      : "== observe: everything goes through, the verdict is recorded ==\n");
    for (const Person person :
         {Person::user_without_mfa, Person::user_with_mfa, Person::service_principal}) {
        std::cout << "\n  " << simulator::person_name(person) << "\n";
        const auto& proxy = (*runtime)->server();
        const std::string ca = (*runtime)->authority().pem();
        if (auto made = make_change(proxy.endpoint(), ca, person); !made) return made;
    }
    (*runtime)->server().stop();
    std::cout << "\n  " << (*arm)->writes() << " writes and actions reached the simulated ARM\n";
    return {};
}

int run_demo(const std::string& trace) {
    io::block_signals();
    std::cout << "armgate demo: three people make the same change at a simulated ARM.\n"
                 "Each line: verdict, what armgate did, status, method, operation, [clause].\n\n";
    for (const verdict::Mode mode : {verdict::Mode::observe, verdict::Mode::enforce}) {
        DemoObserver observer;
        if (auto shown = show_mode(mode, trace, observer); !shown) return fail(shown.error());
        const report::Summary summary = observer.summary();
        for (const std::string& line : summary.lines(mode)) std::cout << "  " << line << "\n";
    }
    if (!trace.empty()) std::cout << "\nTrace: " << trace << "\n";
    std::cout << "\nWith your own tools: armgate run -- az group list\n"
                 "Why a verdict is what it is: armgate explain PUT URL --token FILE\n";
    return kSuccess;
}

}  // namespace

void add_demo(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand("demo", "See the main job against a simulated ARM");
    const auto trace = std::make_shared<std::string>();
    command->add_option("--trace", *trace, "Append the trace to FILE (none)")->type_name("FILE");
    command->footer(help_footer("  armgate demo\n  armgate demo --trace demo.jsonl\n"));
    command->callback([trace, &chosen] { chosen.run = [trace] { return run_demo(*trace); }; });
}

}  // namespace armgate::cli
