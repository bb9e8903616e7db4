// `armgate tenant`: asks ARM with the user's own token whether the tenant already enforces.
#include "certs/upstream_context.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/token_input.hpp"
#include "core/base/redact.hpp"
#include "core/identity/explain.hpp"
#include "core/identity/identity.hpp"
#include "core/tenant/render.hpp"
#include "io/net/https_client.hpp"
#include "io/system/bounded_command.hpp"
#include "io/system/child.hpp"
#include "io/system/clock.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

constexpr const char* kExamples =
    "  armgate tenant\n"
    "  armgate tenant --json\n"
    "  az account get-access-token | armgate tenant --token -\n";
constexpr const char* kStatuses =
    "  0 means that it could be told, whatever the answer; 1 also that it cannot be told\n";

/// What az is asked with: the audience under which it keeps its ARM token.
constexpr const char* kResource = "https://management.core.windows.net/";

constexpr std::chrono::seconds kAzLimit{60};

struct TenantOptions {
    std::string token;  ///< empty: az is asked
    std::string cloud;
    std::string subscription;
    std::vector<std::string> connect_to;
    std::vector<std::string> upstream_ca;
    std::string upstream_proxy;
    bool json = false;
};

/// az's own words on standard error, line by line, as a terminal may show them.
void show_lines(const std::string& text) {
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        std::cerr << "az: " << base::printable(text.substr(start, end - start)) << "\n";
        start = end + 1;
    }
}

Result<std::string> token_of_az() {
    constexpr const char* kInstead = "; give a token yourself with --token FILE";
    io::BoundedCommand command;
    command.environment = io::current_environment();
    const auto program = io::find_program("az", command.environment["PATH"]);
    if (!program)
        return Error{Errc::system, std::string("cannot run az: command not found") + kInstead};
    command.arguments = {*program,   "account", "get-access-token", "--resource", kResource,
                         "--output", "json"};
    command.folder = ".";
    command.limit = kAzLimit;
    command.errors_apart = true;
    auto az = io::run_bounded(command);
    if (!az) return az.error();
    if (!az->failure.empty()) {
        return Error{Errc::system, "cannot run az: " + az->failure + kInstead};
    }
    if (az->timed_out) {
        return Error{Errc::system, std::string("az took too long and was ended") + kInstead};
    }
    if (az->status != 0) {
        show_lines(az->errors);
        return Error{Errc::system, "az gave no token (exit status " + std::to_string(az->status) +
                                       "); sign in with 'az login'" + kInstead};
    }
    auto authorization = identity::find_authorization(az->output);
    std::fill(az->output.begin(), az->output.end(), '\0');
    if (!authorization) return Error{Errc::system, "what az printed holds no token"};
    return authorization;
}

struct Asker {
    std::string authorization;
    std::string tenant;
    std::string name;
};

/// A token that ARM would take, as far as that can be seen here. It is not sent otherwise.
Result<Asker> read_asker(const TenantOptions& options) {
    auto authorization = options.token.empty() ? token_of_az() : read_token_input(options.token);
    if (!authorization) return authorization.error();
    auto rules = identity::load_identity_rules();
    if (!rules) return rules.error();
    const std::array<std::string_view, 1> fields{*authorization};
    const identity::Identity who = identity::identify(fields, io::now(), *rules);
    if (who.credential == identity::Credential::unusable) {
        return Error{Errc::input_invalid, "the token cannot be used, so it was not sent: " +
                                              base::printable(who.reason)};
    }
    const std::string tenant = who.tenant.value_or("");
    if (!tenant::is_guid(tenant)) {
        return Error{Errc::input_invalid,
                     "the token names no tenant (its claim tid), so it was not sent"};
    }
    return Asker{std::move(*authorization), tenant, who.name.value_or(who.object_id.value_or(""))};
}

Result<tenant::Answer> ask(const TenantOptions& options,
                           const tenant::CloudRule& cloud,
                           const tenant::TenantRules& rules) {
    io::DialRules dial;
    for (const std::string& text : options.connect_to) {
        auto rule = io::parse_connect_to(text);
        if (!rule) return rule.error();
        dial.connect_to.push_back(std::move(*rule));
    }
    auto chosen = choose_upstream_proxy(options.upstream_proxy, io::current_environment(), {});
    if (!chosen) return chosen.error();
    if (!chosen->notice.empty()) std::cerr << "armgate: " << chosen->notice << "\n";
    dial.upstream_proxy = std::move(chosen->proxy);
    auto context = certs::make_upstream_context(options.upstream_ca, nullptr);
    if (!context) return context.error();
    auto asker = read_asker(options);
    if (!asker) return asker.error();

    const io::Limits limits;
    io::HttpsClient client(context->get(), limits, std::move(dial));
    tenant::Inquiry inquiry({cloud.host, asker->tenant, options.subscription}, rules);
    while (const auto target = inquiry.next()) {
        const auto answer = client.get(cloud.host, *target, asker->authorization);
        if (!answer) return answer.error();
        if (auto taken = inquiry.take(answer->status, answer->body); !taken) return taken.error();
    }
    return tenant::Answer{cloud.name,  cloud.host,       asker->tenant,
                          asker->name, inquiry.writes(), inquiry.deletes()};
}

int print(const tenant::Answer& answer, bool json) {
    std::cout << (json ? tenant::answer_json(answer) : tenant::answer_text(answer)) << std::flush;
    if (!std::cout) {
        return fail({Errc::file_unwritable, "cannot write to standard output"});
    }
    return tenant::is_told(answer) ? kSuccess : kRuntimeError;
}

int run_tenant(const TenantOptions& options) {
    const auto rules = tenant::load_tenant_rules();
    if (!rules) return fail(rules.error());
    const auto arm_rules = arm::load_arm_rules();
    if (!arm_rules) return fail(arm_rules.error());
    const auto hosts = arm::ArmHosts::make(*arm_rules, {});
    if (!hosts) return fail(hosts.error());
    const auto cloud = std::find_if(
        rules->clouds.begin(), rules->clouds.end(),
        [&](const auto& known) { return options.cloud.empty() || known.name == options.cloud; });
    if (cloud == rules->clouds.end()) {
        std::string names;
        for (const auto& known : rules->clouds) names += " " + known.name;
        return fail({Errc::usage, "tenant: --cloud is one of" + names});
    }
    if (!options.subscription.empty() && !tenant::is_guid(options.subscription)) {
        return fail({Errc::usage, "tenant: --subscription takes a subscription's id, a GUID"});
    }
    if (hosts->cloud_of(cloud->host) != arm::Cloud::azure_public) {
        return print(tenant::out_of_scope(cloud->name, cloud->host), options.json);
    }
    const auto answer = ask(options, *cloud, *rules);
    if (!answer) return fail(answer.error());
    return print(*answer, options.json);
}

}  // namespace

void add_tenant(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand(
        "tenant", "Ask ARM whether your tenant already enforces, for writes and for deletes");
    const auto options = std::make_shared<TenantOptions>();
    command
        ->add_option("--token", options->token,
                     "File with your token: raw, 'Bearer ...' or az's JSON; '-' reads standard "
                     "input (az is asked for one)")
        ->type_name("FILE");
    command
        ->add_option("--cloud", options->cloud,
                     "AzureCloud, AzureUSGovernment, AzureChinaCloud (AzureCloud)")
        ->type_name("NAME");
    command
        ->add_option("--subscription", options->subscription,
                     "Whose inherited policies are listed where the tenant's root cannot be read "
                     "(the first one that you see)")
        ->type_name("ID");
    repeats(command->add_option("--connect-to", options->connect_to,
                                "Dial ADDR:PORT for HOST:PORT; repeats"))
        ->type_name("HOST:PORT:ADDR:PORT");
    repeats(command->add_option("--upstream-ca", options->upstream_ca,
                                "Trust these roots too; repeats"))
        ->type_name("FILE");
    command
        ->add_option("--upstream-proxy", options->upstream_proxy,
                     "Go out through URL (HTTPS_PROXY); none: directly")
        ->type_name("URL");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->footer(help_footer(kExamples, kStatuses));
    command->callback(
        [options, &chosen] { chosen.run = [options] { return run_tenant(*options); }; });
}

}  // namespace armgate::cli
