// The two formats of a report. The traces are a file of somebody's: its texts are made printable.
#include "core/base/redact.hpp"
#include "core/report/report.hpp"

#include <nlohmann/json.hpp>

namespace armgate::report {
namespace {

std::string right_aligned(std::size_t number) {
    std::string text = std::to_string(number);
    if (text.size() < 6) text.insert(0, 6 - text.size(), ' ');
    return text;
}

std::string describe_caller(const Group& group) {
    std::string out = group.caller.empty() ? "an unknown caller" : base::printable(group.caller);
    out += " (" + group.caller_kind;
    if (!group.app.empty()) out += ", " + base::printable(group.app);
    return out + ")";
}

std::string describe(const Group& group) {
    std::string out = right_aligned(group.count) + "  " + base::printable(group.operation);
    if (!group.tool.empty()) out += "  through " + base::printable(group.tool);
    out += "\n        by " + describe_caller(group);
    if (group.refused > 0) out += "; " + std::to_string(group.refused) + " refused";
    for (const std::string& resource : group.resources)
        out += "\n        on " + base::printable(resource);
    return out + "\n";
}

/// One section: the groups of one outcome, by clause, each clause with what to do.
std::string section(const std::vector<Group>& groups,
                    verdict::Outcome outcome,
                    const std::string& title,
                    const verdict::Rules& rules) {
    std::string out;
    for (std::size_t i = 0; i < verdict::kClauseCount; ++i) {
        const auto id = static_cast<verdict::ClauseId>(i);
        std::string rows;
        for (const Group& group : groups) {
            if (group.outcome == outcome && group.clause == id) rows += describe(group);
        }
        if (rows.empty()) continue;
        const verdict::Clause& clause = rules.clause(id);
        out += "\n  " + clause.name + " (" + verdict::certainty_text(clause) +
               "): " + clause.explanation + "\n" + rows + "    next: " + clause.action + "\n";
    }
    return out.empty() ? out : "\n" + title + out;
}

nlohmann::ordered_json group_json(const Group& group, const verdict::Rules& rules) {
    const verdict::Clause& clause = rules.clause(group.clause);
    return {{"outcome", verdict::outcome_name(group.outcome)},
            {"clause", clause.name},
            {"certainty", verdict::certainty_of(clause, "", group.operation)},
            {"caller", group.caller},
            {"caller_kind", group.caller_kind},
            {"app", group.app},
            {"tool", group.tool},
            {"operation", group.operation},
            {"count", group.count},
            {"refused", group.refused},
            {"resources", group.resources},
            {"first", base::format_rfc3339(group.first)},
            {"last", base::format_rfc3339(group.last)},
            {"next", clause.action}};
}

}  // namespace

std::string Report::text(const verdict::Rules& rules) const {
    const auto count = [](std::size_t n, const char* noun) {
        return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
    };
    const std::size_t reads = by_class_[static_cast<std::size_t>(arm::RequestClass::read)];
    std::string out = count(requests_, "ARM request") + " in " + count(sessions_, "session") +
                      ": " + count(reads, "read") + ", " + count(requests_ - reads, "write") +
                      "\n" + std::to_string(by_outcome_[0]) + " pass, " +
                      std::to_string(by_outcome_[1]) + " fail, " + std::to_string(by_outcome_[2]) +
                      " uncertain; " + std::to_string(refused_) + " refused by armgate, " +
                      std::to_string(refused_by_arm_) + " by ARM, " + std::to_string(failed_) +
                      " did not get through\n";
    const std::vector<Group> groups = findings();
    out += section(groups, verdict::Outcome::fail, "Would be refused by MFA enforcement:", rules);
    out += section(groups, verdict::Outcome::uncertain, "Uncertain:", rules);
    const std::vector<std::string> sign_ins = sign_ins_.lines(SignIns::kTools + 1);
    if (!sign_ins.empty()) out += "\nRefused writes, by tool:\n";
    for (const std::string& line : sign_ins) out += "  " + line + "\n";
    if (!old_tools_.empty()) out += "\nToo old to answer ARM's challenge:\n";
    for (const auto& [tool, minimum] : old_tools_) {
        out += "  " + base::printable(tool) + ": needs " + base::printable(minimum) + "\n";
    }
    if (groups.empty() && requests_ > 0) {
        out += "\nNothing to do: MFA enforcement would refuse none of these.\n";
    }
    if (torn_ > 0) out += "\n" + count(torn_, "line") + " not read: torn, or not of a trace\n";
    if (lost_ > 0) {
        out += "\n" + count(static_cast<std::size_t>(lost_), "record") +
               " lost while a trace could not be written\n";
    }
    return out;
}

std::string Report::json(const verdict::Rules& rules) const {
    nlohmann::ordered_json classes = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < 5; ++i) {
        classes[std::string(arm::class_name(static_cast<arm::RequestClass>(i)))] = by_class_[i];
    }
    nlohmann::ordered_json findings_json = nlohmann::ordered_json::array();
    for (const Group& group : findings()) findings_json.push_back(group_json(group, rules));
    nlohmann::ordered_json tools = nlohmann::ordered_json::array();
    for (const auto& [tool, minimum] : old_tools_) {
        tools.push_back({{"tool", tool}, {"minimum", minimum}});
    }
    nlohmann::ordered_json sign_ins = nlohmann::ordered_json::array();
    for (const auto& [tool, counts] : sign_ins_.by_tool()) {
        sign_ins.push_back({{"tool", tool},
                            {"recovered", counts.recovered},
                            {"gave_up", counts.gave_up},
                            {"got_through_otherwise", counts.otherwise},
                            {"sent_again_with_same_token", counts.same_token}});
    }
    const nlohmann::ordered_json out = {
        {"schema", "armgate.report/1"},
        {"sessions", sessions_},
        {"requests", requests_},
        {"tunnels", tunnels_},
        {"by_outcome",
         {{"pass", by_outcome_[0]}, {"fail", by_outcome_[1]}, {"uncertain", by_outcome_[2]}}},
        {"by_class", classes},
        {"refused", refused_},
        {"refused_by_arm", refused_by_arm_},
        {"failed", failed_},
        {"refused_writes", sign_ins},
        {"findings", findings_json},
        {"tools_below_minimum", tools},
        {"torn_lines", torn_},
        {"lost_records", lost_}};
    return out.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace armgate::report
