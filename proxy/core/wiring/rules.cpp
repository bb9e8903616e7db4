#include "core/wiring/rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::wiring {
namespace {

using nlohmann::json;

Effect effect_of(base::RuleFile& file, const json& entry) {
    const std::string name = file.text(entry, "effect");
    if (name == "append") return Effect::append;
    if (name != "replace") file.fault("effect", "is neither replace nor append");
    return Effect::replace;
}

ClientRule read_client(base::RuleFile& file, const json& entry) {
    file.expect_keys(entry, "clients",
                     {"id", "name", "products", "commands", "variable", "value", "effect",
                      "names_itself", "nameless", "no_alert", "note"});
    ClientRule client;
    client.id = file.text(entry, "id");
    client.name = file.text(entry, "name");
    client.products = file.texts(entry, "products");
    client.commands = file.texts(entry, "commands");
    client.variable = file.text(entry, "variable");
    client.value = file.text(entry, "value");
    client.effect = effect_of(file, entry);
    client.names_itself = file.flag(entry, "names_itself");
    client.no_alert = file.flag(entry, "no_alert");
    client.nameless = file.optional_text(entry, "nameless");
    client.note = file.optional_text(entry, "note");
    return client;
}

bool has_client(const std::vector<ClientRule>& clients, const std::string& id) {
    return std::any_of(clients.begin(), clients.end(), [&](const auto& c) { return c.id == id; });
}

}  // namespace

Result<WiringRules> parse_wiring_rules(std::string_view text) {
    base::RuleFile file("wiring.json");
    const json root = file.parse(text);
    file.expect_keys(
        root, "",
        {"comment", "replacing", "appending", "preferred", "never_proxied", "clients", "common"});
    WiringRules rules;
    rules.replacing = file.texts(root, "replacing");
    rules.appending = file.texts(root, "appending");
    rules.preferred = file.texts(root, "preferred");
    rules.never_proxied = file.texts(root, "never_proxied");
    for (const json& entry : file.array(root, "clients")) {
        ClientRule client = read_client(file, entry);
        if (has_client(rules.clients, client.id)) file.fault(client.id, "stands twice");
        rules.clients.push_back(std::move(client));
    }
    for (const ClientRule& client : rules.clients) {
        const bool known = client.nameless.empty() || has_client(rules.clients, client.nameless);
        if (!known) file.fault("nameless", "names no client");
    }
    for (const json& entry : file.array(root, "common")) {
        file.expect_keys(entry, "common", {"who", "variable"});
        rules.common.emplace_back(file.text(entry, "who"), file.text(entry, "variable"));
    }
    if (file.error()) return *file.error();
    return rules;
}

Result<WiringRules> load_wiring_rules() {
    return parse_wiring_rules(base::embedded_rules("wiring"));
}

}  // namespace armgate::wiring
