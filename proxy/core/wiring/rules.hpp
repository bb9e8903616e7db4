// The rules about clients' variables that are data (config/rules/wiring.json): which variables name
// the CA, and which client reads which. Loaded once, immutable afterwards, shared by const
// reference.
#pragma once

#include "core/base/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::wiring {

/// What a client does with the certificates that its variable names.
enum class Effect {
    replace,  ///< trusts them instead of its own roots: it gets a combined bundle
    append    ///< trusts them too: it gets the bare CA
};

struct ClientRule {
    std::string id;
    std::string name;                   ///< for people: `az`, `a Go program (...)`
    std::vector<std::string> products;  ///< of a User-Agent; one that ends in `-` is a prefix
    std::vector<std::string> commands;  ///< program names, without folder and version
    std::string variable;
    std::string value;  ///< holds kFolder
    Effect effect = Effect::replace;
    bool names_itself = false;  ///< sends a User-Agent with its CONNECT
    std::string nameless;       ///< id of who else its command starts, and who sends none
    bool no_alert = false;      ///< may leave without an alert where it does not trust us
    std::string note;           ///< a sentence; may be empty
};

struct WiringRules {
    std::vector<std::string> replacing;
    std::vector<std::string> appending;
    std::vector<std::string> preferred;
    std::vector<std::string> never_proxied;
    std::vector<ClientRule> clients;  ///< in the order in which they are tried
    std::vector<std::pair<std::string, std::string>> common;  ///< who, variable
};

/// Errors: `config_invalid`, naming the file and the key.
[[nodiscard]] Result<WiringRules> parse_wiring_rules(std::string_view text);

/// The embedded config/rules/wiring.json. Errors as `parse_wiring_rules`.
[[nodiscard]] Result<WiringRules> load_wiring_rules();

}  // namespace armgate::wiring
