// A change with its secrets hidden, and the fields that it touches. Everything the renderers show
// of a body comes from here. Pure.
#pragma once

#include "core/dryrun/change.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace armgate::dryrun {

/// One field of a diff; absent on one side: it is added or goes. Values are redacted already: both
/// may read the same where a secret changed.
struct FieldChange {
    std::string path;  ///< `properties.subnets["web"].properties.addressPrefix`, printable ASCII
    std::optional<nlohmann::json> before;
    std::optional<nlohmann::json> after;
};

struct ShownChange {
    std::optional<nlohmann::json> before;  ///< redacted; absent: none, or not JSON
    std::optional<nlohmann::json> after;
    std::vector<FieldChange> fields;  ///< of an update whose two sides are known
    std::vector<std::string> notes;   ///< what cannot be shown, a sentence each
};

/// Parses, redacts and compares. Provider-made members are no part of `fields`; null and absent are
/// the same, as ARM drops nulls.
[[nodiscard]] ShownChange show_change(const Change& change, const ChangeRules& rules);

/// Of `after`, the fields that tell what is created; as additions.
[[nodiscard]] std::vector<FieldChange> key_fields(const Change& change,
                                                  const ShownChange& shown,
                                                  const ChangeRules& rules);

/// A value on one line: JSON in printable ASCII, cut after `limit` bytes (0: never).
[[nodiscard]] std::string value_text(const nlohmann::json& value, std::size_t limit);

/// `path: before -> after`, or `path: value` where one side is absent; a secret that changed reads
/// `path: [redacted], changed`.
[[nodiscard]] std::string field_text(const FieldChange& field, std::size_t value_limit);

/// `+`, `-` or `~`.
[[nodiscard]] char field_mark(const FieldChange& field) noexcept;

}  // namespace armgate::dryrun
