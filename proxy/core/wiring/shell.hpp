// Variables as text for a shell: what `armgate env` prints. Pure.
#pragma once

#include "core/base/error.hpp"
#include "core/wiring/child_environment.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace armgate::wiring {

enum class Shell { bash, fish, powershell, dotenv, json };

/// A variable without a value is unset.
using Assignments = std::map<std::string, std::optional<std::string>>;

/// Holds, while a shell is wired, what `--undo` gives back: a JSON object of old values.
inline constexpr std::string_view kSaved = "ARMGATE_SAVED";

/// One statement a line, quoted so that a value means itself; ends in LF. `dotenv` cannot unset: it
/// gives an empty value.
[[nodiscard]] std::string print_assignments(const Assignments& assignments, Shell shell);

/// `set`, and kSaved with what `current` has of those names.
[[nodiscard]] Assignments assignments_for(const Environment& set, const Environment& current);

/// What gives `current` back what its kSaved holds. Error: `input_invalid` where it has none, or
/// one that armgate did not write.
[[nodiscard]] Result<Assignments> undo_assignments(const Environment& current);

/// `current` as it was before it was wired; unchanged where it was not.
[[nodiscard]] Environment unwired(const Environment& current);

/// `http://[USER:PASS@]HOST:PORT`; `credentials` is `USER:PASS`, percent-encoded here.
[[nodiscard]] std::string proxy_url(std::string_view host_and_port,
                                    const std::optional<std::string>& credentials);

}  // namespace armgate::wiring
