// What ARM answers about policy assignments, read strictly as JSON and leniently as to its members:
// what is missing is empty, what is not understood is an error. Pure.
#pragma once

#include "core/base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::tenant {

/// One policy assignment. All texts are ARM's own, unchecked: made printable before they are shown.
struct Assignment {
    std::string id;
    std::string name;
    std::string definition_id;
    std::string scope;
    std::string enforcement_mode;                   ///< empty: not said, which means Default
    std::map<std::string, std::string> parameters;  ///< lower case; those whose value is text
    std::optional<std::string> overriding_effect;   ///< an override without selectors
    bool is_selective = false;                      ///< for some resources or locations only
    bool is_overridden_in_part = false;             ///< another effect for some resources
};

struct AssignmentPage {
    std::vector<Assignment> assignments;
    std::string next_link;  ///< empty: the last page
};

struct Definition {
    std::string effect;     ///< literal, or the default of its parameter; may be empty
    std::string parameter;  ///< lower case: the parameter that holds it; empty for a literal
};

/// Errors of all: `bad_response` where the text is not a JSON object of that form.
[[nodiscard]] Result<Assignment> read_assignment(std::string_view body);
[[nodiscard]] Result<AssignmentPage> read_assignments(std::string_view body);
[[nodiscard]] Result<Definition> read_definition(std::string_view body);
/// The ids of the enabled subscriptions of one page.
[[nodiscard]] Result<std::vector<std::string>> read_subscriptions(std::string_view body);

/// `error.code` of an ARM error: letters, digits, `.`, `_`, `-`, at most 64; empty otherwise.
[[nodiscard]] std::string read_error_code(std::string_view body);

/// A GUID's form: 36 characters, hexadecimal with dashes in their places.
[[nodiscard]] bool is_guid(std::string_view text) noexcept;

/// The target of `link`, an https URL of exactly `host`; nothing for any other.
[[nodiscard]] std::optional<std::string> target_on_host(std::string_view link,
                                                        std::string_view host);

}  // namespace armgate::tenant
