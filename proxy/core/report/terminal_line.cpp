#include "core/report/terminal_line.hpp"

#include "core/base/redact.hpp"

#include <algorithm>

namespace armgate::report {
namespace {

// The widest word of each column and a blank: `uncertain`, `forwarded`, a status, `OPTIONS`.
constexpr std::size_t kOutcomeColumns = 10;
constexpr std::size_t kActionColumns = 10;
constexpr std::size_t kStatusColumns = 4;
constexpr std::size_t kMethodColumns = 8;
constexpr std::size_t kClauseColumns = 17;  // `contents-not-read`, `workload-identity`
constexpr std::size_t kGap = 1;

constexpr std::size_t kMinWidthForAction = 72;
constexpr std::size_t kMinWidthForClause = 60;
constexpr std::size_t kMinWidthForStatus = 32;

// On a very wide terminal the clause stays near the path that it is about.
constexpr std::size_t kMaxPathColumns = 130;

/// In exactly `width` columns, cut at the end where it must be.
std::string column(std::string text, std::size_t width) {
    text.resize(width - kGap, ' ');
    return text + std::string(kGap, ' ');
}

std::string coloured(const std::string& word, verdict::Outcome outcome) {
    const char* code = outcome == verdict::Outcome::pass   ? "\x1b[32m"
                       : outcome == verdict::Outcome::fail ? "\x1b[31m"
                                                           : "\x1b[33m";
    return code + word + "\x1b[0m";
}

}  // namespace

std::string cut_middle(const std::string& text, std::size_t width) {
    constexpr std::string_view kDots = "...";
    if (text.size() <= width) return text;
    if (width <= kDots.size() + 2) return text.substr(0, width);
    const std::size_t kept = width - kDots.size();
    const std::size_t head = kept / 3;
    return text.substr(0, head) + std::string(kDots) + text.substr(text.size() - (kept - head));
}

std::string terminal_line(const trace::RequestRecord& record, const LineStyle& style) {
    const std::size_t width = style.width;
    const std::string outcome(verdict::outcome_name(record.verdict.outcome));
    std::string line = column(outcome, kOutcomeColumns);
    if (width >= kMinWidthForAction) {
        line += column(std::string(trace::action_name(record.action)), kActionColumns);
    }
    if (width >= kMinWidthForStatus) {
        line += column(record.status ? std::to_string(*record.status) : "---", kStatusColumns);
    }
    line += column(base::printable(record.method), kMethodColumns);
    const std::string path = base::printable(record.path);
    const std::size_t left = width > line.size() ? width - line.size() : 0;
    if (width >= kMinWidthForClause) {
        const std::size_t room = std::min(left - kClauseColumns - kGap, kMaxPathColumns);
        line += column(cut_middle(path, room), room + kGap);
        line += verdict::clause_name(record.verdict.clause);
    } else {
        line += cut_middle(path, left);
    }
    line.resize(std::min(line.size(), width));
    line.erase(line.find_last_not_of(' ') + 1);
    if (style.color == Color::off || line.size() < outcome.size()) return line;
    return coloured(outcome, record.verdict.outcome) + line.substr(outcome.size());
}

}  // namespace armgate::report
