#include "core/wiring/untrusting.hpp"

#include "core/base/redact.hpp"
#include "core/base/text.hpp"
#include "core/wiring/child_environment.hpp"

#include <algorithm>

namespace armgate::wiring {
namespace {

constexpr std::size_t kShownUserAgentBytes = 100;

bool names(const std::string& rule, std::string_view product) {
    return rule.ends_with('-') ? base::ascii_istarts_with(product, rule)
                               : base::ascii_iequals(product, rule);
}

/// The names before the slash of a User-Agent's products, comments included: `a/1 (b/2)` is a, b.
std::vector<std::string_view> products_of(std::string_view user_agent) {
    std::vector<std::string_view> out;
    while (!user_agent.empty()) {
        const std::size_t end = std::min(user_agent.find_first_of(" ();,"), user_agent.size());
        const std::string_view word = user_agent.substr(0, end);
        if (!word.empty()) out.push_back(word.substr(0, word.find('/')));
        user_agent.remove_prefix(std::min(end + 1, user_agent.size()));
    }
    return out;
}

const ClientRule* by_user_agent(std::string_view user_agent, const WiringRules& rules) {
    const auto products = products_of(user_agent);
    for (const ClientRule& client : rules.clients) {
        for (const std::string& rule : client.products) {
            const bool is_named = std::any_of(products.begin(), products.end(),
                                              [&](auto product) { return names(rule, product); });
            if (is_named) return &client;
        }
    }
    return nullptr;
}

/// `/usr/bin/python3.11` is python.
std::string_view program_name(std::string_view command) {
    const std::size_t slash = command.rfind('/');
    if (slash != std::string_view::npos) command.remove_prefix(slash + 1);
    while (!command.empty() && (base::is_digit(command.back()) || command.back() == '.')) {
        command.remove_suffix(1);
    }
    return command;
}

const ClientRule* by_command(std::string_view command, const WiringRules& rules) {
    const std::string_view program = program_name(command);
    for (const ClientRule& client : rules.clients) {
        const auto& commands = client.commands;
        if (std::find(commands.begin(), commands.end(), program) == commands.end()) continue;
        if (!client.names_itself) return &client;
        const auto other =
            std::find_if(rules.clients.begin(), rules.clients.end(),
                         [&](const ClientRule& c) { return c.id == client.nameless; });
        return other == rules.clients.end() ? nullptr : &*other;
    }
    return nullptr;
}

/// The client's own text, cut, without tokens and without what a terminal would obey.
std::string shown(std::string_view raw) {
    return base::printable(raw.substr(0, kShownUserAgentBytes));
}

std::string unknown_name(const UntrustingClient& client) {
    return client.user_agent.empty()
               ? "a client that does not say its name"
               : "a client that calls itself '" + shown(client.user_agent) + "'";
}

std::string in_folder(std::string value, std::string_view folder) {
    const std::size_t at = value.find(kFolder);
    return at == std::string::npos ? value : value.replace(at, kFolder.size(), folder);
}

std::string common_variables(const WiringRules& rules) {
    std::string out;
    for (const auto& [who, variable] : rules.common) {
        out += (out.empty() ? "" : "; ") + who + ": " + variable;
    }
    return out;
}

}  // namespace

const ClientRule* recognise_client(const UntrustingClient& client, const WiringRules& rules) {
    // Who gives a name that is not in the table is not whoever the command is.
    if (!client.user_agent.empty()) return by_user_agent(client.user_agent, rules);
    return client.command.empty() ? nullptr : by_command(client.command, rules);
}

std::string report_without_credentials(const UntrustingClient& client, const WiringRules& rules) {
    const ClientRule* known = recognise_client(client, rules);
    const std::string who = known != nullptr ? known->name : unknown_name(client);
    const std::string remedy =
        client.command.empty()
            ? "give them in its proxy's URL, http://USER:PASS@ADDR:PORT"
            : "for a client that cannot send them there is 'armgate run --no-proxy-auth'";
    return who + " reached armgate without the proxy's credentials and was answered 407; " + remedy;
}

UntrustingReport report_untrusting(const UntrustingClient& client,
                                   std::string_view folder,
                                   const WiringRules& rules) {
    UntrustingReport report;
    const std::string host = shown(client.host);
    const ClientRule* known = recognise_client(client, rules);
    report.source = client.command.empty() ? "'armgate env' prints it"
                                           : "'armgate run' had set it for its command";
    if (known != nullptr) {
        report.kind = known->id + " " + host;
        report.who = known->name;
        report.remedy = known->variable + "=" + in_folder(known->value, folder);
        report.note = known->note;
        return report;
    }
    report.who = unknown_name(client);
    report.kind = report.who + " " + host;
    report.remedy = "the variable that names " + std::string(folder) + "/bundle.pem (" +
                    common_variables(rules) + ")";
    return report;
}

std::optional<UntrustingReport> report_left(const UntrustingClient& client,
                                            std::string_view folder,
                                            const WiringRules& rules) {
    const ClientRule* known = recognise_client(client, rules);
    if (known == nullptr || !known->no_alert) return std::nullopt;
    UntrustingReport report = report_untrusting(client, folder, rules);
    report.doubt = Doubt::some;
    return report;
}

std::string UntrustingReport::sentence() const {
    const std::string what =
        doubt == Doubt::none
            ? " does not trust armgate's CA, so its call to ARM failed; it lacks "
            : " closed its connection to ARM when it saw armgate's certificate, so it seems not to "
              "trust armgate's CA; it may lack ";
    return who + what + remedy + "; " + source + (note.empty() ? "" : ". " + note);
}

}  // namespace armgate::wiring
