#include "core/dryrun/template/rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"

namespace armgate::dryrun::language {

std::string LanguageRules::message(std::string_view key, Words words) const {
    std::string out(key);
    for (const auto& [name, text] : messages) {
        if (name == key) out = text;
    }
    // One pass from the left, so that what is put in is never looked into.
    for (std::size_t at = out.find('{'); at != std::string::npos; at = out.find('{', at)) {
        const std::size_t end = out.find('}', at);
        if (end == std::string::npos) break;
        const std::string_view word = std::string_view(out).substr(at + 1, end - at - 1);
        std::string_view replacement;
        for (const auto& [name, text] : words) {
            if (name == word) replacement = text;
        }
        out.replace(at, end + 1 - at, replacement);
        at += replacement.size();
    }
    return out;
}

Result<LanguageRules> parse_language_rules(std::string_view text) {
    base::RuleFile file("deployments.json");
    const nlohmann::json root = file.parse(text);
    file.expect_keys(root, "", {"source", "messages", "clouds"});
    LanguageRules rules;
    rules.messages = file.pairs(root, "messages");
    for (const nlohmann::json& entry : file.array(root, "clouds")) {
        file.expect_keys(entry, "clouds", {"host", "environment"});
        rules.clouds.push_back({file.text(entry, "host"), Json(file.object(entry, "environment"))});
    }
    if (rules.clouds.empty()) file.fault("clouds", "is empty");
    if (file.error()) return *file.error();
    return rules;
}

Result<LanguageRules> load_language_rules() {
    return parse_language_rules(base::embedded_rules("deployments"));
}

}  // namespace armgate::dryrun::language
