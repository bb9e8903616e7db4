// Dates as .NET writes them and durations of ISO 8601, for `utcNow` and the dateTime functions.
// Pure.
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace armgate::dryrun::language {

/// `form`: one letter of the standard forms (d, D, g, G, m, o, r, s, t, T, u, y) or a row of custom
/// ones (`yyyy-MM-dd`), in the invariant culture. Nothing for a form that is neither.
[[nodiscard]] std::optional<std::string> format_date(base::Timestamp time, std::string_view form);

/// ISO 8601 in its basic and extended forms, a space for the `T`, with a zone or in UTC.
[[nodiscard]] std::optional<base::Timestamp> parse_date(std::string_view text);

/// `time` and a duration (`P3Y`, `-P9D`, `PT1H30M`); nothing where it is none or leads out of the
/// years 1 to 9999.
[[nodiscard]] std::optional<base::Timestamp> add_duration(base::Timestamp time,
                                                          std::string_view duration);

}  // namespace armgate::dryrun::language
