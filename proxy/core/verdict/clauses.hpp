// The closed list of clauses as data: what each means to people. Pure.
#pragma once

#include "core/base/error.hpp"
#include "core/verdict/verdict.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::verdict {

/// What stands in a clause's rule for what a request and its token have there.
inline constexpr std::array<std::string_view, 6> kRulePlaces{"{method}", "{operation}", "{idtyp}",
                                                             "{amr}",    "{acrs}",      "{reason}"};

/// One clause as config/rules/clauses.json holds it.
struct Clause {
    std::string name;
    Outcome outcome = Outcome::uncertain;  ///< for `contents`: its usual one, see `judge`
    std::string certainty;  ///< the mark of facts: certain, reported, inferred, unverified
    std::vector<std::string> inferred_for;  ///< methods and operations of which it is less certain
    std::string explanation;                ///< one sentence for people
    std::string rule;                       ///< when it applies, with kRulePlaces
    std::string action;                     ///< what to do
    std::string source;
};

/// For people, of all that the clause is said of: `certain; inferred for PATCH, ...`.
[[nodiscard]] std::string certainty_text(const Clause& clause);

/// How certain the clause is of this request. `operation` may be empty.
[[nodiscard]] std::string_view certainty_of(const Clause& clause,
                                            std::string_view method,
                                            std::string_view operation) noexcept;

using Clauses = std::array<Clause, kClauseCount>;  ///< indexed by ClauseId

/// Each clause of the contract exactly once. Errors: `config_invalid`, naming the key; an unknown
/// or missing clause, outcome, certainty or key is an error.
[[nodiscard]] Result<Clauses> parse_clauses(std::string_view text);

/// The embedded file. Errors as `parse_clauses`.
[[nodiscard]] Result<Clauses> load_clauses();

}  // namespace armgate::verdict
