#include "core/arm/rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace armgate::arm {
namespace {

using base::RuleFile;
using nlohmann::json;

std::vector<std::string> lower_all(std::vector<std::string> texts) {
    for (auto& text : texts) text = base::to_lower(text);
    return texts;
}

LowerMap lower_map(RuleFile& file, const json& parent, std::string_view key) {
    LowerMap map;
    for (auto& [name, value] : file.pairs(parent, key)) {
        if (!map.emplace(base::to_lower(name), value).second) file.fault(name, "is repeated");
    }
    return map;
}

std::optional<Error> read_hosts(std::string_view text, std::vector<HostRule>& hosts) {
    RuleFile file("hosts.json");
    const json root = file.parse(text);
    file.expect_keys(root, "hosts.json", {"source", "hosts"});
    for (const auto& entry : file.array(root, "hosts")) {
        file.expect_keys(entry, "hosts", {"name", "cloud"});
        const std::string cloud = file.text(entry, "cloud");
        if (cloud != "public" && cloud != "other") file.fault("cloud", "is not public or other");
        hosts.push_back({base::to_lower(file.text(entry, "name")),
                         cloud == "public" ? Cloud::azure_public : Cloud::other});
    }
    if (hosts.empty()) file.fault("hosts", "is empty");
    return file.error();
}

std::optional<Error> read_operations(std::string_view text, OperationRules& rules) {
    RuleFile file("operations.json");
    const json root = file.parse(text);
    file.expect_keys(root, "operations.json",
                     {"source", "roots", "types", "posts", "nested_provider_namespaces",
                      "canonical_namespace", "canonical_words"});
    rules.roots = lower_map(file, root, "roots");
    rules.types = lower_map(file, root, "types");
    rules.posts = lower_map(file, root, "posts");
    rules.nested_provider_namespaces = file.texts(root, "nested_provider_namespaces");
    rules.canonical_namespace = file.text(root, "canonical_namespace");
    for (auto& word : file.texts(root, "canonical_words")) {
        rules.canonical_words.emplace(base::to_lower(word), word);
    }
    return file.error();
}

std::vector<TypePattern> patterns(RuleFile& file, const json& parent, std::string_view key) {
    std::vector<TypePattern> out;
    for (auto& text : lower_all(file.texts(parent, key))) {
        const bool with_children = text.ends_with("/*");
        if (with_children) text.resize(text.size() - 2);
        if (text.find('*') != std::string::npos) file.fault(key, "holds a '*' not at an end");
        out.push_back({std::move(text), with_children});
    }
    return out;
}

std::optional<Error> read_exempt(std::string_view text, ExemptRules& rules) {
    RuleFile file("exempt.json");
    const json root = file.parse(text);
    file.expect_keys(
        root, "exempt.json",
        {"source", "types", "evaluated_all_the_same", "deletes", "judged_by_contents"});
    rules.types = patterns(file, root, "types");
    rules.evaluated = patterns(file, root, "evaluated_all_the_same");
    rules.deletes = lower_all(file.texts(root, "deletes"));
    const json& contents = file.object(root, "judged_by_contents");
    file.expect_keys(contents, "judged_by_contents",
                     {"types", "actions", "provider_actions", "batch"});
    rules.contents.types = lower_all(file.texts(contents, "types"));
    rules.contents.actions = lower_all(file.texts(contents, "actions"));
    rules.contents.provider_actions = lower_all(file.texts(contents, "provider_actions"));
    rules.contents.batch = base::to_lower(file.text(contents, "batch"));
    return file.error();
}

PolicyDefinition read_definition(RuleFile& file, const json& parent, std::string_view key) {
    const json& entry = file.object(parent, key);
    file.expect_keys(entry, key, {"id", "display_name", "effect"});
    return {file.text(entry, "id"), file.text(entry, "display_name"), file.text(entry, "effect")};
}

void read_policy(RuleFile& file, const json& policy, RefusalRules& rules) {
    file.expect_keys(
        policy, "policy",
        {"code", "message", "assignment_name", "assignment_display_name", "write", "delete"});
    rules.policy_code = file.text(policy, "code");
    rules.policy_message = file.text(policy, "message");
    rules.assignment_name = file.text(policy, "assignment_name");
    rules.assignment_display_name = file.text(policy, "assignment_display_name");
    rules.write_definition = read_definition(file, policy, "write");
    rules.delete_definition = read_definition(file, policy, "delete");
}

void read_deployment(RuleFile& file, const json& deployment, RefusalRules& rules) {
    file.expect_keys(
        deployment, "deployment",
        {"code", "message_one", "message_several", "validation_code", "validation_message"});
    rules.deployment_code = file.text(deployment, "code");
    rules.deployment_message_one = file.text(deployment, "message_one");
    rules.deployment_message_several = file.text(deployment, "message_several");
    rules.validation_code = file.text(deployment, "validation_code");
    rules.validation_message = file.text(deployment, "validation_message");
}

void read_token(RuleFile& file, const json& token, RefusalRules& rules) {
    file.expect_keys(token, "token", {"authorization_uri", "codes"});
    rules.authorization_uri = file.text(token, "authorization_uri");
    for (const auto& entry : file.array(token, "codes")) {
        file.expect_keys(entry, "codes", {"code", "message", "description"});
        rules.token_errors.push_back({file.text(entry, "code"), file.text(entry, "message"),
                                      file.text(entry, "description")});
    }
    if (rules.token_errors.empty()) file.fault("codes", "is empty");
}

std::optional<Error> read_refusals(std::string_view text, RefusalRules& rules) {
    RuleFile file("refusals.json");
    const json root = file.parse(text);
    file.expect_keys(root, "refusals.json",
                     {"source", "challenge", "system", "policy", "deployment", "token"});
    rules.challenge = file.text(root, "challenge");
    const json& system = file.object(root, "system");
    file.expect_keys(system, "system", {"code", "message", "write_policy", "delete_policy"});
    rules.system_code = file.text(system, "code");
    rules.system_message = file.text(system, "message");
    rules.system_write_policy = file.text(system, "write_policy");
    rules.system_delete_policy = file.text(system, "delete_policy");
    read_policy(file, file.object(root, "policy"), rules);
    read_deployment(file, file.object(root, "deployment"), rules);
    read_token(file, file.object(root, "token"), rules);
    return file.error();
}

}  // namespace

bool TypePattern::matches(std::string_view lower_type) const noexcept {
    if (!lower_type.starts_with(type)) return false;
    if (lower_type.size() == type.size()) return true;
    return with_children && lower_type[type.size()] == '/';
}

Result<ArmRules> parse_arm_rules(const ArmRuleTexts& texts) {
    ArmRules rules;
    if (auto error = read_hosts(texts.hosts, rules.hosts)) return *error;
    if (auto error = read_operations(texts.operations, rules.operations)) return *error;
    if (auto error = read_exempt(texts.exempt, rules.exempt)) return *error;
    if (auto error = read_refusals(texts.refusals, rules.refusals)) return *error;
    return rules;
}

Result<ArmRules> load_arm_rules() {
    return parse_arm_rules({base::embedded_rules("hosts"), base::embedded_rules("operations"),
                            base::embedded_rules("exempt"), base::embedded_rules("refusals")});
}

}  // namespace armgate::arm
