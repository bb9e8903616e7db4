#include "core/dryrun/rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"

#include <array>

#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

using base::RuleFile;
using nlohmann::json;

constexpr std::array<const char*, 16> kErrors = {
    "missing_api_version", "invalid_content",   "invalid_template",     "location_required",
    "group_location",      "resource_location", "group_not_found",      "resource_not_found",
    "not_found",           "parent_not_found",  "deployment_not_found", "precondition_failed",
    "scope_locked",        "not_cancellable",   "unreadable",           "no_answer"};

unsigned number(RuleFile& file, const json& parent, const char* key, unsigned most) {
    const auto found = parent.find(key);
    if (found == parent.end() || !found->is_number_unsigned() || *found > most) {
        file.fault(key, "is no small number");
        return 0;
    }
    return found->get<unsigned>();
}

std::unordered_set<std::string> lower_set(RuleFile& file, const json& parent, const char* key) {
    std::unordered_set<std::string> out;
    for (const std::string& text : file.texts(parent, key)) out.insert(base::to_lower(text));
    return out;
}

StateNames read_states(RuleFile& file, const json& root) {
    const json& states = file.object(root, "states");
    file.expect_keys(states, "states",
                     {"created", "updated", "deployed", "registering", "registered", "unregistered",
                      "running", "done"});
    return {file.text(states, "created"),    file.text(states, "updated"),
            file.text(states, "deployed"),   file.text(states, "registering"),
            file.text(states, "registered"), file.text(states, "unregistered"),
            file.text(states, "running"),    file.text(states, "done")};
}

void read_errors(RuleFile& file, const json& root, DryRunRules& rules) {
    const json& errors = file.object(root, "errors");
    for (const auto& [name, entry] : errors.items()) {
        file.expect_keys(entry, name, {"status", "code", "message"});
        rules.errors[name] = {number(file, entry, "status", 599), file.text(entry, "code"),
                              file.text(entry, "message")};
    }
    for (const char* name : kErrors) {
        if (!rules.errors.contains(name)) file.fault(name, "is missing");
    }
    if (!rules.errors.contains("not_simulated")) file.fault("not_simulated", "is missing");
}

}  // namespace

const ErrorText& DryRunRules::error(std::string_view name) const {
    const auto found = errors.find(name);
    return found == errors.end() ? errors.at("not_simulated") : found->second;
}

Result<DryRunRules> parse_dryrun_rules(std::string_view text) {
    RuleFile file("dryrun.json");
    const json root = file.parse(text);
    file.expect_keys(
        root, "",
        {"source", "group_api_version", "provider_api_version", "subscription_api_version",
         "lock_api_version", "polls", "retry_after_seconds", "states", "user_named_actions",
         "reading_posts", "implied_names", "needs_location", "errors", "name_taken"});
    DryRunRules rules;
    rules.group_api_version = file.text(root, "group_api_version");
    rules.provider_api_version = file.text(root, "provider_api_version");
    rules.subscription_api_version = file.text(root, "subscription_api_version");
    rules.lock_api_version = file.text(root, "lock_api_version");
    rules.polls = number(file, root, "polls", 100);
    rules.retry_after_seconds = number(file, root, "retry_after_seconds", 600);
    rules.states = read_states(file, root);
    rules.reading_posts = lower_set(file, root, "reading_posts");
    for (const std::string& type : file.texts(root, "user_named_actions")) {
        rules.user_named_actions.push_back(base::to_lower(type));
    }
    rules.implied_names = lower_set(file, root, "implied_names");
    rules.needs_location = lower_set(file, root, "needs_location");
    read_errors(file, root, rules);
    const json& taken = file.object(root, "name_taken");
    file.expect_keys(taken, "name_taken", {"reason", "message"});
    rules.taken_reason = file.text(taken, "reason");
    rules.taken_message = file.text(taken, "message");
    if (file.error()) return *file.error();
    return rules;
}

Result<DryRunRules> load_dryrun_rules() {
    return parse_dryrun_rules(base::embedded_rules("dryrun"));
}

}  // namespace armgate::dryrun
