#include "core/report/report.hpp"

#include <algorithm>

namespace armgate::report {
namespace {

constexpr char kSeparator = '\x1f';

std::string caller_of(const identity::Identity& identity) {
    if (identity.name) return *identity.name;
    if (identity.object_id) return *identity.object_id;
    return identity.app_id.value_or("");
}

std::string tool_of(const identity::Tool& tool) {
    return tool.version ? tool.tool + " " + *tool.version : tool.tool;
}

std::string operation_of(const trace::RequestRecord& record) {
    return record.classification.operation.value_or(record.method + " " + record.path);
}

Group group_of(const trace::RequestRecord& record) {
    Group group;
    group.outcome = record.verdict.outcome;
    group.clause = record.verdict.clause;
    group.caller = caller_of(record.identity);
    group.caller_kind = identity::kind_name(record.identity.kind);
    group.app = record.identity.app.value_or(record.identity.app_id.value_or(""));
    group.tool = tool_of(record.tool);
    group.operation = operation_of(record);
    group.first = record.time;
    return group;
}

}  // namespace

void Report::add_line(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) return;
    const auto record = trace::decode(line);
    if (!record) {
        ++torn_;
        return;
    }
    ++records_;
    if (const auto* request = std::get_if<trace::RequestRecord>(&*record)) add_request(*request);
    if (std::holds_alternative<trace::SessionRecord>(*record)) ++sessions_;
    if (std::holds_alternative<trace::TunnelRecord>(*record)) ++tunnels_;
    if (const auto* gap = std::get_if<trace::GapRecord>(&*record)) lost_ += gap->lost;
}

void Report::add_request(const trace::RequestRecord& record) {
    ++requests_;
    sign_ins_.add(record);
    ++by_outcome_[static_cast<std::size_t>(record.verdict.outcome)];
    ++by_class_[static_cast<std::size_t>(record.classification.request_class)];
    const bool refused = record.action == trace::Action::refused;
    if (refused) ++refused_;
    if (record.refused_by == "arm") ++refused_by_arm_;
    if (record.action == trace::Action::failed) ++failed_;
    if (record.tool.meets_minimum == false && record.tool.minimum) {
        old_tools_[tool_of(record.tool)] = *record.tool.minimum;
    }
    if (record.verdict.outcome == verdict::Outcome::pass) return;
    Group fresh = group_of(record);
    const std::string key = std::string(verdict::clause_name(fresh.clause)) + kSeparator +
                            fresh.caller + kSeparator + fresh.tool + kSeparator + fresh.operation;
    Group& group = groups_.try_emplace(key, std::move(fresh)).first->second;
    ++group.count;
    if (refused) ++group.refused;
    group.first = std::min(group.first, record.time);
    group.last = std::max(group.last, record.time);
    const std::string resource = record.classification.resource_id.value_or("");
    const bool known = std::find(group.resources.begin(), group.resources.end(), resource) !=
                       group.resources.end();
    if (!resource.empty() && !known && group.resources.size() < kResources) {
        group.resources.push_back(resource);
    }
}

std::vector<Group> Report::findings() const {
    std::vector<Group> out;
    for (const auto& [key, group] : groups_) out.push_back(group);
    std::stable_sort(out.begin(), out.end(), [](const Group& a, const Group& b) {
        const bool a_fails = a.outcome == verdict::Outcome::fail;
        const bool b_fails = b.outcome == verdict::Outcome::fail;
        return a_fails != b_fails ? a_fails : a.count > b.count;
    });
    return out;
}

}  // namespace armgate::report
