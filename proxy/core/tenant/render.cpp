#include "core/tenant/render.hpp"

#include "core/base/redact.hpp"

#include <nlohmann/json.hpp>

namespace armgate::tenant {
namespace {

using nlohmann::ordered_json;

constexpr const char* kCertainty =
    "how sure reported: that these assignments enforce mandatory MFA is seen by others, not "
    "documented by Microsoft\n";

const char* state_text(State state) {
    switch (state) {
        case State::enforced:
            return "enforced";
        case State::audited:
            return "audited only";
        case State::disabled:
            return "disabled";
        case State::not_found:
            return "not found";
        case State::unknown:
            return "cannot be told";
        case State::out_of_scope:
            return "out of scope";
    }
    return "cannot be told";
}

std::string line_of(const char* what, const Finding& finding) {
    return std::string(what) + state_text(finding.state) + ": " + base::printable(finding.reason) +
           "\n";
}

ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json finding_json(const Finding& finding) {
    const Assignment assignment = finding.assignment.value_or(Assignment());
    const bool selective = assignment.is_selective || assignment.is_overridden_in_part;
    ordered_json out = {{"state", state_name(finding.state)},
                        {"assignment", text_or_null(assignment.name)},
                        {"assignment_id", text_or_null(assignment.id)},
                        {"definition_id", text_or_null(assignment.definition_id)},
                        {"scope", text_or_null(assignment.scope)},
                        {"effect", text_or_null(finding.effect)},
                        {"enforcement_mode", text_or_null(assignment.enforcement_mode)},
                        {"for_some_resources_only", nullptr},
                        {"reason", finding.reason}};
    if (finding.assignment) out["for_some_resources_only"] = selective;
    return out;
}

}  // namespace

bool is_told(const Answer& answer) noexcept {
    return answer.writes.state != State::unknown && answer.deletes.state != State::unknown;
}

Answer out_of_scope(const std::string& cloud, const std::string& host) {
    Finding finding;
    finding.state = State::out_of_scope;
    finding.reason = "mandatory MFA is enforced in the public cloud alone; nothing was asked";
    return {cloud, host, {}, {}, finding, finding};
}

std::string answer_text(const Answer& answer) {
    std::string out;
    if (!answer.tenant.empty()) out += "tenant   " + base::printable(answer.tenant) + "\n";
    if (!answer.asked_as.empty()) out += "asked as " + base::printable(answer.asked_as) + "\n";
    out +=
        "at       " + base::printable(answer.host) + " (" + base::printable(answer.cloud) + ")\n";
    out += line_of("writes   ", answer.writes) + line_of("deletes  ", answer.deletes);
    if (answer.writes.state != State::out_of_scope) out += kCertainty;
    return out;
}

std::string answer_json(const Answer& answer) {
    const ordered_json out = {{"schema", "armgate.tenant/1"},
                              {"cloud", answer.cloud},
                              {"host", answer.host},
                              {"tenant", text_or_null(answer.tenant)},
                              {"asked_as", text_or_null(answer.asked_as)},
                              {"certainty", "reported"},
                              {"writes", finding_json(answer.writes)},
                              {"deletes", finding_json(answer.deletes)}};
    return out.dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace armgate::tenant
