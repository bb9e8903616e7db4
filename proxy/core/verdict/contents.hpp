// The verdict on what a request carries inside: every item by the rules of any request and with the
// caller's identity, then all of them together (contract section 5, facts 0.7 and 2.6). Pure.
#pragma once

#include "core/arm/refusal.hpp"
#include "core/verdict/verdict.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace armgate::arm {
struct ArmRules;
}

namespace armgate::verdict {

struct JudgedContents {
    std::vector<ContentsItem> items;
    BodyFacts facts;
    std::string unread;  ///< why not; empty where it was read
    bool more_than_listed = false;
};

/// `request` has a body, and `classification` is that of its method and path. Together: `fail`
/// where any item fails; else `contents-not-read` where one cannot be told; else `uncertain` where
/// one is, or where more may change than is listed; else `pass`.
[[nodiscard]] JudgedContents judge_contents(const RequestView& request,
                                            const arm::Classification& classification,
                                            const identity::Identity& identity,
                                            const arm::ArmRules& rules);

/// Names the policy behind each item's verdict, as `--refusal` says.
void name_policies(std::vector<ContentsItem>& items,
                   arm::RefusalStyle style,
                   const arm::ArmRules& rules);

/// A batch whose contents were read is decided item by item, not by its own verdict: the positions,
/// ascending, of the items that the mode refuses. None of the batch's own items: forward it as it
/// is; all: answer it here; else arm::batch_without and arm::merge_batch_answer.
[[nodiscard]] std::vector<std::size_t> refused_items(Mode mode,
                                                     const Assessment& assessment,
                                                     UncertainPolicy uncertain);

/// Appends a JSON array of `{"name","method","resource_id","operation","verdict"}` (contract
/// section 6), with nothing in it that looks like a token.
void append_contents_json(std::string& out, const std::vector<ContentsItem>& items);

}  // namespace armgate::verdict
