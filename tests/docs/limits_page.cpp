// Prints the table of limits as JSON, for scripts/generate-docs to make docs/limits.md of.
#include "io/net/limits.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

int main() {
    using nlohmann::json;
    const armgate::io::Limits defaults;
    json settable = json::array();
    for (const auto& limit : armgate::io::limit_names()) {
        settable.push_back({{"name", limit.name},
                            {"value", armgate::io::limit_value(defaults, limit.member)},
                            {"meaning", limit.meaning},
                            {"at_it", limit.at_it}});
    }
    json fixed = json::array();
    for (const auto& limit : armgate::io::fixed_limits()) {
        fixed.push_back({{"name", limit.name},
                         {"value", limit.value},
                         {"meaning", limit.meaning},
                         {"at_it", limit.at_it}});
    }
    std::cout << json{{"settable", settable}, {"fixed", fixed}}.dump() << "\n";
}
