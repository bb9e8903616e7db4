// If-Match and If-None-Match of a write, as resource providers judge them (resource provider
// contract, Addendum on ETags; facts 8.3). Pure.
#pragma once

#include <optional>
#include <string_view>

namespace armgate::dryrun {

struct Conditions {
    std::optional<std::string_view> if_match;
    std::optional<std::string_view> if_none_match;
};

/// What the write finds. `etag` is empty for a resource that has none: its provider then knows no
/// ETags, and only `*` is judged.
struct Subject {
    bool exists = false;
    std::string_view etag;
};

enum class Met { yes, if_match_failed, if_none_match_failed };

/// PUT, PATCH or DELETE. PATCH and DELETE of what is absent are judged by that alone (404, 204).
[[nodiscard]] Met judge_conditions(std::string_view method,
                                   const Conditions& conditions,
                                   const Subject& subject) noexcept;

/// True where `field` lists `etag`, or is `*`; weak and strong ones compare alike, and quotes may
/// be left out, as clients do.
[[nodiscard]] bool matches_etag(std::string_view field, std::string_view etag) noexcept;

}  // namespace armgate::dryrun
