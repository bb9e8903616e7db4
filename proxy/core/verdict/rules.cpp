#include "core/verdict/rules.hpp"

#include <utility>

namespace armgate::verdict {

Result<Rules> load_rules() {
    auto identity = identity::load_identity_rules();
    if (!identity) return identity.error();
    auto arm = arm::load_arm_rules();
    if (!arm) return arm.error();
    auto clauses = load_clauses();
    if (!clauses) return clauses.error();
    return Rules{*std::move(identity), *std::move(arm), *std::move(clauses)};
}

}  // namespace armgate::verdict
