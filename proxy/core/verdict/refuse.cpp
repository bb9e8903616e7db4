#include "core/verdict/refuse.hpp"

#include "core/arm/operation.hpp"

#include <utility>

namespace armgate::verdict {
namespace {

/// The last name of a path or of a name with its parents before it.
std::string_view last_segment(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);  // all of it where there is none
}

std::string_view name_of(const ContentsItem& item) noexcept {
    return last_segment(item.resource_id ? std::string_view(*item.resource_id) : item.name);
}

arm::RefusedRequest as_refused(const ContentsItem& item) {
    return {std::string(name_of(item)), item.resource_id.value_or(""),
            item.request_class == arm::RequestClass::del};
}

/// Those of this outcome that were judged by themselves, not by what they carry.
std::vector<arm::RefusedRequest> leaves(std::span<const ContentsItem> items, Outcome outcome) {
    std::vector<arm::RefusedRequest> out;
    for (const ContentsItem& item : items) {
        const bool counts =
            item.verdict.outcome == outcome && item.verdict.clause != ClauseId::contents;
        if (counts) out.push_back(as_refused(item));
    }
    return out;
}

arm::RefusedDeployment as_deployment(const Refused& request,
                                     unsigned status,
                                     const arm::ArmRules& rules) {
    arm::RefusedDeployment out;
    out.resources = leaves(request.inside, Outcome::fail);
    if (out.resources.empty()) out.resources = leaves(request.inside, Outcome::uncertain);
    if (out.resources.empty()) {
        out.resources.push_back(
            {std::string(request.resource_name), std::string(request.resource_id), false});
    }
    out.validates_resources = arm::carries_resource_list(request.operation, rules);
    out.status = status;
    return out;
}

arm::RefusalForm form_of(const RefusalOptions& options) {
    const identity::Identity& who = options.identity;
    arm::CallerClaims claims;
    if (who.idtyp) claims.idtyp = *who.idtyp;
    claims.amr = who.amr;
    claims.acrs = who.acrs;
    return {options.style, claims};
}

}  // namespace

arm::LocalAnswer refuse(const Refused& request,
                        Decision decision,
                        const RefusalOptions& options,
                        const arm::AnswerContext& context,
                        const arm::ArmRules& rules) {
    const identity::Identity& who = options.identity;
    if (decision == Decision::refuse_token) {
        return arm::token_refusal(who.arm_error_code, who.tenant.value_or(""), context, rules);
    }
    const ClauseId clause = request.verdict.clause;
    const bool for_contents = clause == ClauseId::contents || clause == ClauseId::contents_not_read;
    if (for_contents && !request.operation.empty()) {
        return arm::deployment_refusal(as_deployment(request, options.deployment_status, rules),
                                       form_of(options), context, rules);
    }
    const arm::RefusedRequest refused{std::string(request.resource_name),
                                      std::string(request.resource_id), request.is_delete};
    return arm::mfa_refusal(refused, form_of(options), context, rules);
}

std::vector<std::size_t> own_items(std::span<const ContentsItem> contents) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        if (contents[i].depth == 0) out.push_back(i);
    }
    return out;
}

Refused refused_item(std::span<const ContentsItem> contents, std::size_t position) {
    const ContentsItem& item = contents[position];
    std::size_t end = position + 1;
    while (end < contents.size() && contents[end].depth > item.depth) ++end;
    Refused out;
    if (item.operation) out.operation = *item.operation;
    if (item.resource_id) out.resource_id = *item.resource_id;
    out.resource_name = name_of(item);
    out.is_delete = item.request_class == arm::RequestClass::del;
    out.verdict = item.verdict;
    out.inside = contents.subspan(position + 1, end - position - 1);
    return out;
}

arm::BatchAnswer item_answer(const ContentsItem& item, arm::LocalAnswer answer) {
    return {item.name, answer.status, std::move(answer.fields), std::move(answer.body)};
}

}  // namespace armgate::verdict
