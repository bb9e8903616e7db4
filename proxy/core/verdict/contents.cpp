#include "core/verdict/contents.hpp"

#include "core/arm/contents.hpp"
#include "core/arm/rules.hpp"
#include "core/base/redact.hpp"
#include "core/base/text.hpp"
#include "core/verdict/verdict_json.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace armgate::verdict {
namespace {

using arm::CarriedRequest;
using arm::Inside;

/// What the items at one depth make together.
struct Together {
    bool fails = false;
    bool unread = false;
    bool doubt = false;

    void add(const Verdict& verdict) noexcept {
        fails = fails || verdict.outcome == Outcome::fail;
        unread = unread || verdict.clause == ClauseId::contents_not_read;
        doubt = doubt || verdict.outcome == Outcome::uncertain;
    }
    [[nodiscard]] Verdict verdict(bool more_than_listed) const noexcept {
        if (fails) return {Outcome::fail, ClauseId::contents};
        if (unread) return {Outcome::uncertain, ClauseId::contents_not_read};
        const bool pass = !doubt && !more_than_listed;
        return {pass ? Outcome::pass : Outcome::uncertain, ClauseId::contents};
    }
};

void show(CarriedRequest& carried, const Verdict& verdict, ContentsItem& item) {
    item.name = std::move(carried.name);
    item.method = std::move(carried.method);
    item.request_class = carried.request.request_class;
    item.resource_id = std::move(carried.request.resource_id);
    item.operation = std::move(carried.request.operation);
    item.verdict = verdict;
    item.depth = carried.depth;
}

/// True where operation, verdict and policy are the same.
bool ends_alike(const ContentsItem& a, const ContentsItem& b) noexcept {
    return a.verdict.outcome == b.verdict.outcome && a.verdict.clause == b.verdict.clause &&
           a.operation == b.operation && a.policy == b.policy;
}

}  // namespace

JudgedContents judge_contents(const RequestView& request,
                              const arm::Classification& classification,
                              const identity::Identity& identity,
                              const arm::ArmRules& rules) {
    JudgedContents out;
    const arm::CarrierView view{request.method, request.path, request.body.value_or(""),
                                request.host, request.cloud};
    auto read = arm::read_contents(view, classification, rules);
    if (!read) {
        out.unread = std::move(read.error().detail);
        return out;
    }
    out.facts.tags_only = read->tags_only;
    if (classification.carries == arm::Carries::nothing) return out;
    // From the last to the first: what an item carries is judged before the item.
    std::vector<Together> levels(1);
    out.items.resize(read->items.size());
    for (std::size_t i = read->items.size(); i-- > 0;) {
        CarriedRequest& carried = read->items[i];
        if (levels.size() < carried.depth + 2) levels.resize(carried.depth + 2);
        BodyFacts facts;
        facts.tags_only = carried.tags_only;
        if (carried.inside == Inside::read) {
            facts.contents = levels[carried.depth + 1].verdict(carried.more_than_listed);
        }
        levels[carried.depth + 1] = {};
        const Verdict verdict =
            judge(carried.request, request.cloud, identity, Forwardable::yes, facts);
        levels[carried.depth].add(verdict);
        show(carried, verdict, out.items[i]);
    }
    out.facts.contents = levels[0].verdict(read->more_than_listed);
    out.more_than_listed = read->more_than_listed;
    return out;
}

void name_policies(std::vector<ContentsItem>& items,
                   arm::RefusalStyle style,
                   const arm::ArmRules& rules) {
    for (ContentsItem& item : items) {
        item.policy = policy_of(item.verdict, item.request_class, style, rules);
    }
}

std::vector<std::size_t> refused_items(Mode mode,
                                       const Assessment& assessment,
                                       UncertainPolicy uncertain) {
    std::vector<std::size_t> refused;
    std::size_t position = 0;
    for (const ContentsItem& item : assessment.contents) {
        if (item.depth != 0) continue;
        const Decision decision = decide(mode, item.verdict, assessment.identity, uncertain);
        if (decision != Decision::forward) refused.push_back(position);
        ++position;
    }
    return refused;
}

void append_contents_json(std::string& out, const std::vector<ContentsItem>& items) {
    out += "[";
    std::size_t ending = 0;  // of the item before: what ends it often ends the next one too
    std::size_t ending_size = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const ContentsItem& item = items[i];
        if (i > 0) out += ",";
        out += R"({"name":)";
        base::append_redacted_json(out, std::string_view(item.name));
        out += R"(,"method":)";
        base::append_redacted_json(out, std::string_view(item.method));
        out += R"(,"resource_id":)";
        base::append_redacted_json(out, item.resource_id);
        if (i > 0 && ends_alike(items[i - 1], item)) {
            out.append(out, ending, ending_size);
            continue;
        }
        ending = out.size();
        out += R"(,"operation":)";
        base::append_redacted_json(out, item.operation);
        out += R"(,"verdict":)";
        append_verdict_json(out, item.verdict, item.policy);
        out += "}";
        ending_size = out.size() - ending;
    }
    out += "]";
}

}  // namespace armgate::verdict
