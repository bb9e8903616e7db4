// Which tool sent a request, from its User-Agent (facts section 7), and whether it is new enough to
// handle ARM's claims challenge. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace armgate::identity {

struct IdentityRules;

/// `tool` is the stable id, e.g. `azure-cli`, `azure-powershell`, `terraform-provider-azurerm`,
/// `curl`; empty where there is no User-Agent. A field is absent where it is not known.
struct Tool {
    std::string tool;
    std::optional<std::string> version;
    std::optional<std::string> minimum;  ///< documented minimum version, where there is one
    std::optional<bool> meets_minimum;   ///< absent without a version or a minimum
};

[[nodiscard]] Tool identify_tool(std::string_view user_agent, const IdentityRules& rules);

}  // namespace armgate::identity
