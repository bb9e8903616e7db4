// The rules about ARM as the program ships them, loaded once for all tests.
#pragma once

#include "core/arm/rules.hpp"

namespace armgate::test {

inline const arm::ArmRules& arm_rules() {
    static const arm::ArmRules kRules = arm::load_arm_rules().value();
    return kRules;
}

}  // namespace armgate::test
