#include "core/report/sign_ins.hpp"

#include "core/base/redact.hpp"
#include "core/trace/retry.hpp"

#include <algorithm>

namespace armgate::report {
namespace {

void append(std::string& out, std::size_t count, const char* what) {
    if (count == 0) return;
    out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + what;
}

std::string described(const std::string& who, const SignInCounts& counts) {
    std::string what;
    append(what, counts.recovered, "recovered by signing in again");
    append(what, counts.gave_up, "gave up");
    append(what, counts.otherwise, "got through in another way");
    if (counts.same_token > 0) {
        what += " (" + std::to_string(counts.same_token) + " sent again with the same token)";
    }
    return who + ": " + what;
}

}  // namespace

void SignIns::add(const trace::RequestRecord& record) {
    const bool refused = trace::is_mfa_refusal(record);
    if (!refused && !record.retry) return;
    std::string tool = record.tool.tool;
    if (tallies_.size() >= kTools && !tallies_.contains(tool)) tool.clear();
    Tally& tally = tallies_[tool];
    if (record.retry && record.retry->token == trace::RetryToken::same) ++tally.counts.same_token;
    if (refused && !record.retry) ++tally.refused;
    // Of a trace that is read later a refusal may say anything of how it ended.
    if (refused || !trace::got_through(record)) return;
    const bool signed_in = record.retry->token == trace::RetryToken::fresh &&
                           record.verdict.clause == verdict::ClauseId::user_with_mfa;
    ++(signed_in ? tally.counts.recovered : tally.counts.otherwise);
}

std::map<std::string, SignInCounts> SignIns::by_tool() const {
    std::map<std::string, SignInCounts> out;
    for (const auto& [tool, tally] : tallies_) {
        SignInCounts counts = tally.counts;
        // A trace may have lost the refusal that a retry names.
        const std::size_t through = counts.recovered + counts.otherwise;
        counts.gave_up = tally.refused - std::min(tally.refused, through);
        out[tool] = counts;
    }
    return out;
}

std::vector<std::string> SignIns::lines(std::size_t most) const {
    std::vector<std::string> out;
    const auto tools = by_tool();
    SignInCounts rest;
    std::size_t left_out = 0;
    for (const auto& [tool, counts] : tools) {
        if (out.size() + 1 < most || tools.size() <= most) {
            out.push_back(
                described(tool.empty() ? "an unknown tool" : base::printable(tool), counts));
            continue;
        }
        ++left_out;
        rest.recovered += counts.recovered;
        rest.gave_up += counts.gave_up;
        rest.otherwise += counts.otherwise;
        rest.same_token += counts.same_token;
    }
    if (left_out > 0) out.push_back(described(std::to_string(left_out) + " other tools", rest));
    return out;
}

}  // namespace armgate::report
