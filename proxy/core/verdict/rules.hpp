// All rules that are data, loaded once from the files of config/rules embedded in the binary.
// Immutable afterwards and shared by const reference.
#pragma once

#include "core/arm/rules.hpp"
#include "core/base/error.hpp"
#include "core/identity/rules.hpp"
#include "core/verdict/verdict.hpp"

#include <array>
#include <string>

namespace armgate::verdict {

/// One clause as config/rules/clauses.json holds it.
struct Clause {
    std::string name;
    Outcome outcome = Outcome::uncertain;
    std::string certainty;    ///< the mark of facts: certain, reported, inferred, unverified
    std::string explanation;  ///< one sentence for people
    std::string action;       ///< what to do
    std::string source;
};

struct Rules {
    identity::IdentityRules identity;
    arm::ArmRules arm;
    std::array<Clause, kClauseCount> clauses;  ///< indexed by ClauseId

    [[nodiscard]] const Clause& clause(ClauseId id) const {
        return clauses.at(static_cast<std::size_t>(id));
    }
};

/// Errors: `config_invalid`, naming the file and the key.
[[nodiscard]] Result<Rules> load_rules();

}  // namespace armgate::verdict
