// How the CA gets into this system's trust store and out again: which store it is, by what is
// present; which file, which command. Decides and describes; who does it is
// io/system/trust_store. Pure values.
#pragma once

#include "core/base/error.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::trust {

/// A list for the removing command, made of a file of the system and one more line.
struct RemoveList {
    std::string base;
    std::string line;
};

/// One system of config/rules/trust_stores.json. Without `folder` its commands are shown, not run.
struct StoreRule {
    std::string id;
    std::string name;
    std::string system;  ///< as `uname -s`
    std::vector<std::string> present;
    std::string folder;
    std::string extension;
    std::vector<std::string> add;
    std::vector<std::string> remove;
    std::optional<RemoveList> remove_list;
};

struct StoreRules {
    std::string tool_path;  ///< a PATH value
    std::vector<StoreRule> stores;
};

/// Error: `config_invalid`.
[[nodiscard]] Result<StoreRules> load_store_rules();
[[nodiscard]] Result<StoreRules> load_store_rules(std::string_view text);

/// What is known of the system.
struct SystemFacts {
    std::string system;              ///< as `uname -s`
    std::set<std::string> present;   ///< those of all rules' `present` that are there
    std::set<std::string> programs;  ///< those of all rules' commands that are there
};

/// The first store whose system, files and programs fit; null where none does.
[[nodiscard]] const StoreRule* find_store(const StoreRules& rules, const SystemFacts& facts);

/// What can be done about a system that no rule fits, as one sentence.
[[nodiscard]] Error no_store(const StoreRules& rules, const std::string& ca_path);

/// `armgate-<first 16 digits of the fingerprint><extension>`: tells one CA from the next.
[[nodiscard]] std::string anchor_name(const StoreRule& store, std::string_view fingerprint_sha256);

/// True for a name that `anchor_name` may have made.
[[nodiscard]] bool is_anchor_name(const StoreRule& store, std::string_view file);

/// One step: words of a command; `{list}` still stands for the list of `remove_list`.
using Words = std::vector<std::string>;

/// The commands with `{file}`, `{path}` and `{ca}` filled in.
[[nodiscard]] Words add_command(const StoreRule& store,
                                const std::string& file,
                                const std::string& ca_path);
[[nodiscard]] Words remove_command(const StoreRule& store,
                                   const std::string& file,
                                   const std::string& ca_path);
/// The line that `remove_list` adds.
[[nodiscard]] std::string remove_line(const RemoveList& list, const std::string& file);

/// The same as a shell would be told it, a line a step, quoted where it needs to be.
[[nodiscard]] std::vector<std::string> shell_to_trust(const StoreRule& store,
                                                      const std::string& file,
                                                      const std::string& ca_path);
[[nodiscard]] std::vector<std::string> shell_to_untrust(const StoreRule& store,
                                                        const std::string& file,
                                                        const std::string& ca_path);

/// One word for a POSIX shell.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace armgate::trust
