#include "core/report/summary.hpp"

#include "core/report/terminal_line.hpp"

#include <algorithm>

namespace armgate::report {
namespace {

constexpr std::size_t kListed = 4;
constexpr std::size_t kSignInLines = 2;  // what is left of ten lines

std::string plural(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string what_of(const trace::RequestRecord& record) {
    return record.classification.operation.value_or(record.method + " " + record.path);
}

/// Left-aligned in `width`; a terminal's columns are ASCII here, operations have no other bytes.
std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}

}  // namespace

void Summary::add(const trace::RequestRecord& record) {
    ++requests_;
    sign_ins_.add(record);
    const bool is_read = record.classification.request_class == arm::RequestClass::read;
    if (!is_read) ++writes_;
    if (record.action == trace::Action::refused) ++refused_;
    if (record.action == trace::Action::failed) ++failed_;
    ++by_outcome_[static_cast<std::size_t>(record.verdict.outcome)];
    if (record.verdict.clause == verdict::ClauseId::unknown_identity ||
        record.verdict.clause == verdict::ClauseId::unusable_token) {
        unknown_caller_ = true;
    }
    if (record.verdict.outcome != verdict::Outcome::fail) return;
    if (first_user_.empty()) first_user_ = record.identity.name.value_or("");
    const std::string operation = what_of(record);
    const auto known = std::find_if(
        failing_operations_.begin(), failing_operations_.end(),
        [&](const Failing& f) { return f.operation == operation && f.tool == record.tool.tool; });
    if (known != failing_operations_.end()) {
        ++known->count;
    } else if (failing_operations_.size() < kListed) {
        failing_operations_.push_back({operation, record.tool.tool, 1});
    } else {
        ++more_failing_;
    }
}

void Summary::add_untrusting(std::string who, std::string remedy) {
    // The first one is what gets mended first; all were said when they happened.
    if (untrusting_.empty()) untrusting_.push_back({std::move(who), std::move(remedy)});
}

bool Summary::gate_fires(FailOn gate) const noexcept {
    switch (gate) {
        case FailOn::never:
            return false;
        case FailOn::fail:
            return failing() > 0;
        case FailOn::uncertain:
            return failing() + uncertain() > 0;
        case FailOn::write:
            return writes_ > 0;
    }
    return false;
}

std::vector<std::string> Summary::lines(verdict::Mode mode) const {
    std::vector<std::string> out;
    if (requests_ == 0 && !untrusting_.empty()) {
        out.push_back("no ARM request came through armgate: " + untrusting_.front().who +
                      " does not trust its CA");
        out.push_back("next: set " + untrusting_.front().remedy);
        return out;
    }
    if (requests_ == 0 && without_credentials_) {
        out.emplace_back(
            "no ARM request came through armgate: a client did not send the proxy's credentials");
        out.emplace_back("next: try again with 'armgate run --no-proxy-auth'");
        return out;
    }
    if (requests_ == 0) {
        out.emplace_back("no ARM request came through armgate");
        out.emplace_back(
            "the command may not have called ARM, or its client ignores HTTPS_PROXY; see README");
        return out;
    }
    out.push_back(plural(requests_, "ARM request") + ", " + plural(writes_, "write") + ": " +
                  std::to_string(by_outcome_[0]) + " pass, " + std::to_string(failing()) +
                  " fail, " + std::to_string(uncertain()) + " uncertain" +
                  (refused_ > 0 ? "; " + std::to_string(refused_) + " refused" : "") +
                  (failed_ > 0 ? "; " + std::to_string(failed_) + " did not get through" : ""));
    for (const Failing& failing : failing_operations_) {
        out.push_back("  fail  " + base::printable(failing.operation) +
                      (failing.count > 1 ? " (" + std::to_string(failing.count) + " times)" : "") +
                      (failing.tool.empty() ? "" : ", through " + base::printable(failing.tool)));
    }
    if (more_failing_ > 0) out.push_back("  and " + plural(more_failing_, "more request"));
    for (const std::string& line : sign_ins_.lines(kSignInLines)) out.push_back("  " + line);
    if (!untrusting_.empty()) {
        out.push_back("  not seen: calls of " + untrusting_.front().who +
                      ", which does not trust armgate's CA; it lacks " +
                      untrusting_.front().remedy);
    }
    if (mode == verdict::Mode::dry_run) {
        out.emplace_back("dry run: no PUT, PATCH, DELETE or acting POST left this machine");
    }
    if (failing() > 0) {
        const std::string who = first_user_.empty() ? "this user" : base::printable(first_user_);
        out.push_back("next: MFA enforcement would refuse these for " + who +
                      "; sign in with MFA, or use a workload identity");
    } else if (unknown_caller_) {
        out.emplace_back(
            "next: a caller could not be told; look at its token with 'armgate token'");
    } else if (mode == verdict::Mode::observe && writes_ > 0 && uncertain() == 0) {
        out.emplace_back("next: nothing; MFA enforcement would refuse none of these");
    }
    return out;
}

std::string request_line(const trace::RequestRecord& record) {
    const std::string status = record.status ? std::to_string(*record.status) : "---";
    return padded(std::string(verdict::outcome_name(record.verdict.outcome)), 10) +
           padded(std::string(trace::action_name(record.action)), 10) + status + "  " +
           padded(base::printable(record.method), 7) + base::printable(what_of(record)) + "  [" +
           std::string(verdict::clause_name(record.verdict.clause)) + "]";
}

}  // namespace armgate::report
