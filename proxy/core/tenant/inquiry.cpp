#include "core/tenant/inquiry.hpp"

#include "core/base/redact.hpp"
#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::tenant {
namespace {

constexpr std::string_view kAssignments = "/providers/Microsoft.Authorization/policyAssignments";

/// ARM's answer for people: the status and the code that it gave.
std::string fault_of(unsigned status, std::string_view body) {
    const std::string code = read_error_code(body);
    return std::to_string(status) + (code.empty() ? "" : " " + code);
}

/// Text of ARM's, as a terminal may show it.
std::string shown(std::string_view raw) {
    constexpr std::size_t kMost = 300;
    return base::printable(raw.substr(0, kMost));
}

bool is_one_of(std::string_view text, const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return base::ascii_iequals(text, name); });
}

bool is_default_mode(const Assignment& assignment) {
    return assignment.enforcement_mode.empty() ||
           base::ascii_iequals(assignment.enforcement_mode, "Default");
}

/// The effect that the assignment itself names; empty where its definition has to tell.
std::string own_effect(const Assignment& assignment, const std::string& parameter) {
    if (assignment.overriding_effect) return *assignment.overriding_effect;
    const auto found = assignment.parameters.find(parameter);
    return found == assignment.parameters.end() ? std::string() : found->second;
}

}  // namespace

std::string_view state_name(State state) noexcept {
    switch (state) {
        case State::enforced:
            return "enforced";
        case State::audited:
            return "audited";
        case State::disabled:
            return "disabled";
        case State::not_found:
            return "not-found";
        case State::unknown:
            return "unknown";
        case State::out_of_scope:
            return "out-of-scope";
    }
    return "unknown";
}

Inquiry::Inquiry(InquirySetup setup, const TenantRules& rules)
    : setup_(std::move(setup)),
      rules_(rules),
      sides_{Side{rules.writes}, Side{rules.deletes}},
      subscription_(setup_.subscription) {
}

std::optional<std::string> Inquiry::next() const {
    const std::string policy_version = "?api-version=" + rules_.policy_api_version;
    switch (step_) {
        case Step::by_name:
            return "/providers/Microsoft.Management/managementGroups/" + setup_.tenant +
                   std::string(kAssignments) + "/" + sides_[side_].rule.assignment + policy_version;
        case Step::subscriptions:
            return "/subscriptions?api-version=" + rules_.subscriptions_api_version;
        case Step::list:
            if (!page_.empty()) return page_;
            return "/subscriptions/" + subscription_ + std::string(kAssignments) + policy_version +
                   "&$filter=atScope()";
        case Step::definition:
            return sides_[side_].found->definition_id + policy_version;
        case Step::done:
            break;
    }
    return std::nullopt;
}

Result<void> Inquiry::take(unsigned status, std::string_view body) {
    if (status == 401) {
        step_ = Step::done;
        return Error{Errc::bad_response, "ARM did not accept the token (" + fault_of(status, body) +
                                             "); sign in again, as with 'az login'"};
    }
    switch (step_) {
        case Step::by_name:
            take_by_name(status, body);
            break;
        case Step::subscriptions:
            take_subscriptions(status, body);
            break;
        case Step::list:
            take_list(status, body);
            break;
        case Step::definition:
            take_definition(status, body);
            break;
        case Step::done:
            break;
    }
    return {};
}

void Inquiry::take_by_name(unsigned status, std::string_view body) {
    Side& side = sides_[side_];
    if (status == 200) {
        auto assignment = read_assignment(body);
        if (assignment) {
            side.found = std::move(*assignment);
            side.is_at_root = true;
        } else {
            side.root_fault = assignment.error().detail;
        }
    } else {
        side.root_fault = fault_of(status, body);
        // Any other 404 is of the management group, which says nothing of the assignment.
        side.root_lacks = status == 404 && read_error_code(body) == "PolicyAssignmentNotFound";
    }
    if (++side_ < sides_.size()) return;
    go_on_from_root();
}

void Inquiry::go_on_from_root() {
    if (sides_[0].found && sides_[1].found) {
        go_to_definitions();
    } else {
        step_ = subscription_.empty() ? Step::subscriptions : Step::list;
    }
}

void Inquiry::take_subscriptions(unsigned status, std::string_view body) {
    const auto ids =
        status == 200
            ? read_subscriptions(body)
            : Result<std::vector<std::string>>(Error{Errc::bad_response, fault_of(status, body)});
    if (ids && !ids->empty()) {
        subscription_ = ids->front();
        step_ = Step::list;
        return;
    }
    list_fault_ = ids ? "this account sees no enabled subscription"
                      : "the subscriptions could not be listed: " + ids.error().detail;
    go_to_definitions();
}

void Inquiry::take_list(unsigned status, std::string_view body) {
    const auto page =
        status == 200 ? read_assignments(body)
                      : Result<AssignmentPage>(Error{Errc::bad_response, fault_of(status, body)});
    if (!page) {
        list_fault_ = "what subscription " + subscription_ +
                      " inherits could not be listed: " + page.error().detail;
        return go_to_definitions();
    }
    for (const Assignment& assignment : page->assignments) {
        for (Side& side : sides_) match(assignment, side);
    }
    ++pages_;
    if (page->next_link.empty()) {
        listed_ = true;
        return go_to_definitions();
    }
    const auto target = target_on_host(page->next_link, setup_.host);
    if (target && pages_ < kMaxPages) {
        page_ = *target;
        return;
    }
    list_fault_ =
        target ? "the list of assignments did not end after " + std::to_string(kMaxPages) + " pages"
               : "the list of assignments goes on at another host, which is not followed";
    go_to_definitions();
}

bool Inquiry::looks_enforced(const Assignment& assignment) const {
    return is_default_mode(assignment) && !assignment.is_selective &&
           is_one_of(own_effect(assignment, "effect"), rules_.enforced_effects);
}

void Inquiry::match(const Assignment& assignment, Side& side) const {
    const std::string_view id = assignment.definition_id;
    const std::string_view definition = id.substr(id.rfind('/') + 1);
    const bool matches = base::ascii_iequals(assignment.name, side.rule.assignment) ||
                         is_one_of(definition, side.rule.definitions);
    if (!matches || side.is_at_root) return;
    // A tenant's own policy may enforce where the system's only records: the stronger one counts.
    if (!side.found || (looks_enforced(assignment) && !looks_enforced(*side.found))) {
        side.found = assignment;
    }
}

bool Inquiry::needs_definition(const Side& side) {
    return side.found && !side.definition_asked && own_effect(*side.found, "effect").empty();
}

void Inquiry::go_to_definitions() {
    step_ = Step::definition;
    for (side_ = 0; side_ < sides_.size(); ++side_) {
        Side& side = sides_[side_];
        if (!needs_definition(side)) continue;
        side.definition_asked = true;
        const std::string& id = side.found->definition_id;
        const bool is_path = id.find('?') == std::string::npos &&
                             target_on_host("https://" + setup_.host + id, setup_.host) == id;
        if (is_path) return;
        side.definition_fault = "the assignment names no definition";
    }
    step_ = Step::done;
}

void Inquiry::take_definition(unsigned status, std::string_view body) {
    Side& side = sides_[side_];
    if (status == 200) {
        auto definition = read_definition(body);
        if (definition) {
            side.definition = std::move(*definition);
        } else {
            side.definition_fault = definition.error().detail;
        }
    } else {
        side.definition_fault = "its definition could not be read: " + fault_of(status, body);
    }
    go_to_definitions();
}

std::string Inquiry::effect_of(const Side& side) {
    const std::string own = own_effect(*side.found, "effect");
    if (!own.empty() || !side.definition) return own;
    const std::string named = own_effect(*side.found, side.definition->parameter);
    return named.empty() ? side.definition->effect : named;
}

State Inquiry::state_of(const Side& side, const std::string& effect) const {
    if (is_one_of(effect, rules_.disabled_effects)) return State::disabled;
    if (is_one_of(effect, rules_.audited_effects)) return State::audited;
    if (!is_one_of(effect, rules_.enforced_effects)) return State::unknown;
    if (is_default_mode(*side.found)) return State::enforced;
    const bool waits = base::ascii_iequals(side.found->enforcement_mode, "DoNotEnforce");
    return waits ? State::audited : State::unknown;
}

std::string Inquiry::reason_found(const Side& side, const std::string& effect, State state) {
    const Assignment& found = *side.found;
    const std::string mode = found.enforcement_mode.empty() ? "Default" : found.enforcement_mode;
    std::string out = "assignment " + shown(found.name);
    if (!found.scope.empty()) out += " at " + shown(found.scope);
    if (effect.empty()) {
        return out + " is there, but its effect is not known: " +
               (side.definition_fault.empty() ? "neither it nor its definition says one"
                                              : side.definition_fault);
    }
    out += " has effect " + shown(effect) + " and enforcementMode " + shown(mode);
    if (state == State::unknown) out += ", which together mean nothing that armgate knows";
    if (found.is_selective) out += "; by its selectors it holds for some resources only";
    if (found.is_overridden_in_part) out += "; an override gives some resources another effect";
    return out;
}

std::string Inquiry::reason_absent(const Side& side) const {
    const std::string root =
        side.root_lacks
            ? "the tenant's root management group has no assignment " + side.rule.assignment
            : "the tenant's root management group could not be read (" + side.root_fault + ")";
    const std::string list =
        listed_ ? "subscription " + subscription_ + " inherits none" : list_fault_;
    std::string out = root + ", and " + list;
    if (listed_ && !side.root_lacks) {
        out += "; that such a list shows hidden assignments is inferred, not known";
    }
    return out;
}

Finding Inquiry::finding_of(const Side& side) const {
    Finding finding;
    if (side.found) {
        finding.assignment = side.found;
        finding.effect = effect_of(side);
        finding.state = state_of(side, finding.effect);
        finding.reason = reason_found(side, finding.effect, finding.state);
        return finding;
    }
    finding.state = listed_ || side.root_lacks ? State::not_found : State::unknown;
    finding.reason = reason_absent(side);
    return finding;
}

}  // namespace armgate::tenant
