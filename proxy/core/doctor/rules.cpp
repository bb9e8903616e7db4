#include "core/doctor/rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::doctor {
namespace {

using nlohmann::json;

bool has(const json& entry, const char* key) {
    return entry.is_object() && entry.contains(key);
}

std::vector<std::string> optional_texts(base::RuleFile& file, const json& entry, const char* key) {
    return has(entry, key) ? file.texts(entry, key) : std::vector<std::string>();
}

std::vector<ProbeFile> read_files(base::RuleFile& file, const json& entry) {
    std::vector<ProbeFile> out;
    if (!has(entry, "files")) return out;
    for (const json& each : file.array(entry, "files")) {
        file.expect_keys(each, "files", {"name", "lines"});
        ProbeFile read{file.text(each, "name"), {}};
        for (const std::string& line : file.texts(each, "lines")) read.content += line + "\n";
        const bool is_plain = read.name.find('/') == std::string::npos;
        if (!is_plain) file.fault("name", "is not a plain file name");
        out.push_back(std::move(read));
    }
    return out;
}

/// A rule that says either how to probe or why not, and what it would say.
void check(base::RuleFile& file, const ProbeRule& rule) {
    const auto url = std::find_if(rule.arguments.begin(), rule.arguments.end(),
                                  [](const auto& a) { return a.find(kUrl) != std::string::npos; });
    const bool in_file = std::any_of(rule.files.begin(), rule.files.end(), [](const auto& f) {
        return f.content.find(kUrl) != std::string::npos;
    });
    const bool calls = url != rule.arguments.end() || in_file;
    if (rule.programs.empty()) file.fault(rule.id, "names no program");
    if (calls == !rule.unprobed.empty()) file.fault(rule.id, "needs a probe or why there is none");
    if (calls && rule.proxies.empty()) file.fault(rule.id, "names no variable of its proxy");
    if (!rule.since.empty() && rule.too_old.empty()) file.fault(rule.id, "lacks 'too_old'");
    if (!rule.required.empty() && rule.absent.empty()) file.fault(rule.id, "lacks 'absent'");
}

ProbeRule read_probe(base::RuleFile& file, const json& entry, const wiring::WiringRules& wiring) {
    file.expect_keys(entry, "probes",
                     {"id", "name", "client", "programs", "requires", "version", "arguments", "set",
                      "files", "proxies", "since", "too_old", "absent", "unprobed", "note"});
    ProbeRule rule;
    rule.id = file.text(entry, "id");
    rule.name = file.text(entry, "name");
    const std::string client = file.text(entry, "client");
    const auto found = std::find_if(wiring.clients.begin(), wiring.clients.end(),
                                    [&](const auto& c) { return c.id == client; });
    if (found != wiring.clients.end()) {
        rule.client = *found;
    } else {
        file.fault("client", "names no client of wiring.json");
    }
    rule.programs = file.texts(entry, "programs");
    rule.required = optional_texts(file, entry, "requires");
    rule.version = file.texts(entry, "version");
    rule.arguments = optional_texts(file, entry, "arguments");
    if (has(entry, "set")) rule.set = file.pairs(entry, "set");
    rule.files = read_files(file, entry);
    rule.proxies = optional_texts(file, entry, "proxies");
    rule.since = optional_texts(file, entry, "since");
    rule.too_old = file.optional_text(entry, "too_old");
    rule.absent = file.optional_text(entry, "absent");
    rule.unprobed = file.optional_text(entry, "unprobed");
    rule.note = file.optional_text(entry, "note");
    check(file, rule);
    return rule;
}

}  // namespace

Result<std::vector<ProbeRule>> parse_probe_rules(std::string_view text,
                                                 const wiring::WiringRules& wiring) {
    base::RuleFile file("doctor.json");
    const json root = file.parse(text);
    file.expect_keys(root, "", {"comment", "probes"});
    std::vector<ProbeRule> rules;
    for (const json& entry : file.array(root, "probes")) {
        ProbeRule rule = read_probe(file, entry, wiring);
        const bool twice = std::any_of(rules.begin(), rules.end(),
                                       [&](const auto& other) { return other.id == rule.id; });
        if (twice) file.fault(rule.id, "stands twice");
        rules.push_back(std::move(rule));
    }
    if (file.error()) return *file.error();
    return rules;
}

Result<std::vector<ProbeRule>> load_probe_rules(const wiring::WiringRules& wiring) {
    return parse_probe_rules(base::embedded_rules("doctor"), wiring);
}

}  // namespace armgate::doctor
