// `armgate ca trust|untrust`: the persistent CA in the system's trust store and out again.
#pragma once

#include "certs/authority.hpp"
#include "cli/command.hpp"

#include <string>

namespace armgate::cli {

/// Adds both actions to `ca`.
void add_trust_actions(CLI::App& ca, Chosen& chosen);

/// Where the system's store holds this CA, as a path; else says that it does not. For `ca show`.
[[nodiscard]] std::string describe_trust(const certs::Authority& authority);

/// A sentence where the system's store holds a CA of armgate's other than this one; else empty.
[[nodiscard]] std::string left_in_store(const certs::Authority& authority);

}  // namespace armgate::cli
