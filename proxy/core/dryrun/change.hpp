// What a rehearsal would have changed, in order, and how it is shown (contract section 8). Secrets
// are hidden before a value is shown, wherever it is shown. Pure.
#pragma once

#include "core/base/redact_body.hpp"
#include "core/base/time.hpp"
#include "core/dryrun/shared_text.hpp"
#include "core/report/terminal_line.hpp"
#include "core/verdict/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun {

enum class ChangeKind { create, update, remove, action };

/// `create`, `update`, `delete`, `action`.
[[nodiscard]] std::string_view change_kind_name(ChangeKind kind) noexcept;

/// One write that was simulated. Bodies are JSON as ARM would have answered them, not redacted:
/// they leave the process through the renderers below only.
struct Change {
    ChangeKind kind = ChangeKind::create;
    std::string method;
    std::string id;         ///< of the resource, in the caller's casing
    std::string type;       ///< `{ns}/{type}/...`; empty where it has none
    std::string operation;  ///< RBAC action; empty where ARM has none
    verdict::Verdict verdict;
    std::string policy;
    std::uint64_t seq = 0;  ///< of the request's record in the trace
    base::Timestamp time;
    SharedText before;                  ///< empty: it did not exist, or is not known
    SharedText after;                   ///< empty: it is gone; of an action, the request's body
    std::string carried_by;             ///< id of the deployment or parent that made it
    std::vector<std::string> invented;  ///< what was made up, a sentence each
};

/// config/rules/changes.json, and what redaction.json says of bodies.
struct ChangeRules {
    base::BodyRedactionRules secrets;
    std::vector<std::string> provider_made;
    std::vector<std::string> key_fields;
    std::map<std::string, std::vector<std::string>> type_key_fields;  ///< by type in lower case
};

/// From `text`, as config/rules/changes.json. Errors: `config_invalid`, naming file and key.
[[nodiscard]] Result<ChangeRules> parse_change_rules(std::string_view text);

/// The embedded file. Errors as `parse_change_rules`.
[[nodiscard]] Result<ChangeRules> load_change_rules();

enum class ChangesFormat { text, json, markdown };

/// The form that `--changes FILE` asks for: Markdown for `.md` and `.markdown`, else JSON.
[[nodiscard]] ChangesFormat changes_format_of(std::string_view file) noexcept;

/// LineStyle::width of a text that nothing cuts.
inline constexpr std::size_t kUncut = 0;

/// The whole list; ends in LF. Text is for the end of `run`, JSON has schema `armgate.changes/1`
/// (docs/dry-run-changes.md), Markdown is for a comment on a pull request. `style` is for text
/// alone. Printable ASCII and LF, but for the colours.
[[nodiscard]] std::string render_changes(const std::vector<Change>& changes,
                                         ChangesFormat format,
                                         const ChangeRules& rules,
                                         const report::LineStyle& style = {kUncut,
                                                                           report::Color::off});

/// How many of each; `fail` and `uncertain` by verdict.
struct ChangeCounts {
    std::size_t created = 0;
    std::size_t updated = 0;
    std::size_t removed = 0;
    std::size_t actions = 0;
    std::size_t failing = 0;
    std::size_t uncertain = 0;
};
[[nodiscard]] ChangeCounts count_changes(const std::vector<Change>& changes) noexcept;

/// `2 to create, 1 to update, 0 to delete, 1 action`.
[[nodiscard]] std::string counts_text(const ChangeCounts& counts);

/// What enforcement would make of them, one sentence without a full stop.
[[nodiscard]] std::string enforcement_text(const ChangeCounts& counts);

/// The operations that the changes need at one scope, each once, sorted.
struct NeededPermissions {
    std::string scope;  ///< a resource group, a subscription, a management group, or `/`
    std::vector<std::string> operations;
};

/// In order of first appearance. Operations of the writes alone: reads, and what ARM checks at
/// linked resources (`subnets/join/action`), are not among them.
[[nodiscard]] std::vector<NeededPermissions> needed_permissions(const std::vector<Change>& changes);

/// The end of an id that people know a resource by: `rg/virtualNetworks/vnet/subnets/a`.
[[nodiscard]] std::string short_id(std::string_view id);

}  // namespace armgate::dryrun
