#include "core/verdict/verdict.hpp"

#include <array>

namespace armgate::verdict {
namespace {

constexpr std::array<std::string_view, kClauseCount> kClauseNames{"read",
                                                                  "other-cloud",
                                                                  "no-token",
                                                                  "unusable-token",
                                                                  "unknown-identity",
                                                                  "workload-identity",
                                                                  "user-with-mfa",
                                                                  "exempt-type",
                                                                  "exempt-delete",
                                                                  "contents",
                                                                  "contents-not-read",
                                                                  "tags-only",
                                                                  "post-action",
                                                                  "tenant-scope",
                                                                  "not-forwardable",
                                                                  "user-without-mfa"};

}  // namespace

std::string_view clause_name(ClauseId clause) noexcept {
    const auto index = static_cast<std::size_t>(clause);
    return index < kClauseNames.size() ? kClauseNames[index] : std::string_view{};
}

std::string_view outcome_name(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::pass:
            return "pass";
        case Outcome::fail:
            return "fail";
        case Outcome::uncertain:
            break;
    }
    return "uncertain";
}

std::string_view mode_name(Mode mode) noexcept {
    switch (mode) {
        case Mode::observe:
            return "observe";
        case Mode::enforce:
            return "enforce";
        case Mode::dry_run:
            break;
    }
    return "dry-run";
}

}  // namespace armgate::verdict
