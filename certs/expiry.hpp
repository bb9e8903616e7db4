// How long the CA still lasts, said in time: clients that trust it need the next one before that.
#pragma once

#include "certs/authority.hpp"

#include <optional>
#include <string>

namespace armgate::certs {

/// One sentence where the CA ends within the days of config/rules/trust.json, or has ended; nothing
/// before that.
[[nodiscard]] std::optional<std::string> expiry_notice(const Authority& authority,
                                                       base::Timestamp now);

}  // namespace armgate::certs
