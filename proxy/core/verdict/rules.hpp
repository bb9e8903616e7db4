// All rules that are data, loaded once from the files of config/rules embedded in the binary.
// Immutable afterwards and shared by const reference.
#pragma once

#include "core/arm/rules.hpp"
#include "core/base/error.hpp"
#include "core/identity/rules.hpp"
#include "core/verdict/clauses.hpp"
#include "core/verdict/verdict.hpp"

#include <cstddef>

namespace armgate::verdict {

struct Rules {
    identity::IdentityRules identity;
    arm::ArmRules arm;
    Clauses clauses;

    [[nodiscard]] const Clause& clause(ClauseId id) const {
        return clauses.at(static_cast<std::size_t>(id));
    }
};

/// Errors: `config_invalid`, naming the file and the key.
[[nodiscard]] Result<Rules> load_rules();

}  // namespace armgate::verdict
