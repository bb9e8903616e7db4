// Which of ARM's answers refuses a request, or one that another carries (contract section 7; facts
// 1.1 to 1.6 and 2.6). Pure: ids and time come in as values.
#pragma once

#include "core/arm/batch.hpp"
#include "core/arm/refusal.hpp"
#include "core/verdict/verdict.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace armgate::arm {
struct ArmRules;
}

namespace armgate::verdict {

/// ARM answers more items with 202 and a place to ask again, which cannot be merged (facts 2.6).
inline constexpr std::size_t kMaxMergedItems = 20;

/// `--refusal` and `--deployment-refusal`, for the caller who is refused.
struct RefusalOptions {
    RefusalOptions(arm::RefusalStyle which,
                   unsigned for_deployments,
                   const identity::Identity& caller)
        : style(which), deployment_status(for_deployments), identity(caller) {}

    arm::RefusalStyle style;
    unsigned deployment_status;
    const identity::Identity& identity;
};

/// One request that is refused, and what it carries. Views.
struct Refused {
    std::string_view operation;  ///< empty where ARM has none: a batch
    std::string_view resource_name;
    std::string_view resource_id;
    bool is_delete = false;
    Verdict verdict;
    std::span<const ContentsItem> inside;
};

/// `decision` is refuse_mfa or refuse_token. A deployment that is refused for its contents gets a
/// detail for each resource in it that fails; where none does, for each that is uncertain, else
/// for itself.
[[nodiscard]] arm::LocalAnswer refuse(const Refused& request,
                                      Decision decision,
                                      const RefusalOptions& options,
                                      const arm::AnswerContext& context,
                                      const arm::ArmRules& rules);

/// The batch's own items, without what they carry themselves: positions in `contents`.
[[nodiscard]] std::vector<std::size_t> own_items(std::span<const ContentsItem> contents);

/// The item at `position` of `contents`, with what it carries.
[[nodiscard]] Refused refused_item(std::span<const ContentsItem> contents, std::size_t position);

/// That item's answer as a part of the batch's.
[[nodiscard]] arm::BatchAnswer item_answer(const ContentsItem& item, arm::LocalAnswer answer);

}  // namespace armgate::verdict
