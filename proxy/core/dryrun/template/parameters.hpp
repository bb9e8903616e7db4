// The parameters of a template: what is declared, what is given, and what ARM says where the two do
// not agree. Pure.
#pragma once

#include "core/dryrun/template/evaluator.hpp"

#include <string>
#include <string_view>

namespace armgate::dryrun::language {

/// What a parameter or output is declared as, references to the template's definitions followed.
struct DeclaredType {
    std::string name;  ///< `string`, `securestring`, ... in lower case; empty where there is none
    bool nullable = false;
    const Json* allowed = nullptr;
    const Json* min_length = nullptr;
    const Json* max_length = nullptr;
    const Json* min_value = nullptr;
    const Json* max_value = nullptr;

    [[nodiscard]] bool is_secure() const noexcept;
};

/// `definitions` of the template, or null.
[[nodiscard]] DeclaredType declared_type(const Json& declared, const Json* definitions);

/// As ARM writes it in an answer: `SecureString`.
[[nodiscard]] std::string answered_type(const DeclaredType& type);

/// Evaluates and checks all of them. Faults: a value that is missing, not declared, or that its
/// declaration does not allow.
void check_parameters(Evaluator& evaluator);

/// `{name: {type, value}}` as the answer lists them; secure ones without their value.
[[nodiscard]] Json answered_parameters(Evaluator& evaluator);

}  // namespace armgate::dryrun::language
