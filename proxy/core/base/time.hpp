// Points in time as values. Core never reads a clock: io passes a Timestamp in.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace armgate::base {

/// UTC with microseconds, the resolution of the trace.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// `2026-11-24T10:00:00.123456Z` (RFC 3339).
[[nodiscard]] std::string format_rfc3339(Timestamp time);

/// `2026-11-24T10:00:00Z`: whole seconds, as token expiry is shown.
[[nodiscard]] std::string format_rfc3339_seconds(Timestamp time);

/// `20261124T100000Z`, for file names and ARM's routing id.
[[nodiscard]] std::string format_compact(Timestamp time);

/// `Tue, 24 Nov 2026 10:00:00 GMT` (IMF-fixdate, RFC 9110 section 5.6.7).
[[nodiscard]] std::string format_http_date(Timestamp time);

/// What `format_rfc3339` writes, with any number of fraction digits up to six; nothing otherwise.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace armgate::base
