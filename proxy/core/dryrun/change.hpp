// What a rehearsal would have changed, in order, and how it is shown (contract section 8). Secrets
// are hidden before a value is shown, wherever it is shown. Pure.
#pragma once

#include "core/base/time.hpp"
#include "core/verdict/verdict.hpp"

#include <cstdint>
#include <optional>
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
    std::string before;                 ///< empty: it did not exist, or is not known
    std::string after;                  ///< empty: it is gone; of an action, the request's body
    std::string carried_by;             ///< id of the deployment or parent that made it
    std::vector<std::string> invented;  ///< what was made up, a sentence each
};

}  // namespace armgate::dryrun
