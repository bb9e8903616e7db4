// What is known about ARM's answers to writes as data (config/rules/dryrun.json): texts of errors,
// states of operations, POSTs that only read. Loaded once, immutable afterwards.
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace armgate::dryrun {

/// `{word}` in the message stands for what the caller fills in.
struct ErrorText {
    unsigned status = 0;
    std::string code;
    std::string message;
};

struct StateNames {
    std::string created, updated, deployed, registering, registered, unregistered, running, done;
};

struct DryRunRules {
    std::string group_api_version;
    std::string provider_api_version;
    std::string subscription_api_version;
    std::string lock_api_version;
    unsigned polls = 1;  ///< that find an operation still running
    unsigned retry_after_seconds = 1;
    StateNames states;
    std::unordered_set<std::string> reading_posts;  ///< `type/action`, lower case
    /// How types begin whose actions are named by their users, lower case: no name of theirs tells
    /// that it reads.
    std::vector<std::string> user_named_actions;
    std::unordered_set<std::string> implied_names;   ///< lower case: exist with their parent
    std::unordered_set<std::string> needs_location;  ///< types, lower case
    std::map<std::string, ErrorText, std::less<>> errors;
    std::string taken_reason;
    std::string taken_message;

    /// The text of that name: every name the code uses is there, or the file does not load.
    [[nodiscard]] const ErrorText& error(std::string_view name) const;
};

/// Errors: `config_invalid`, naming file and key; unknown and missing keys are errors.
[[nodiscard]] Result<DryRunRules> parse_dryrun_rules(std::string_view text);

/// The embedded file. Errors as `parse_dryrun_rules`.
[[nodiscard]] Result<DryRunRules> load_dryrun_rules();

}  // namespace armgate::dryrun
