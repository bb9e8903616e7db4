// What must never leave the process in text: tokens, signatures, keys (contract section 6). Pure.
#pragma once

#include "core/base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::base {

/// Query parameters whose values may be shown, in lower case; every other value is hidden.
struct RedactionRules {
    std::vector<std::string> shown_query_values;
};

/// From `text`, as config/rules/redaction.json. Errors: `config_invalid`, naming file and key.
[[nodiscard]] Result<RedactionRules> parse_redaction_rules(std::string_view text);

/// The embedded file. Errors as `parse_redaction_rules`.
[[nodiscard]] Result<RedactionRules> load_redaction_rules();

/// `query` without its `?`, as sent: values become `REDACTED` unless the rules list the name. An
/// unusual name, and a part without `=`, may itself be a secret and is hidden too. A listed value
/// is hidden where it could hold a further parameter.
[[nodiscard]] std::string redact_query(std::string_view query, const RedactionRules& rules);

/// True where `redact_text` would change `text`.
[[nodiscard]] bool holds_secret(std::string_view text) noexcept;

/// `text` with everything that looks like a JWT (`eyJ...`) or a bearer credential (`Bearer xxx`)
/// replaced by `[redacted]`.
[[nodiscard]] std::string redact_text(std::string_view text);

/// `redact_text` of what another wrote, as a terminal may get it: `?` for every byte that is not
/// printable ASCII, escape sequences among them.
[[nodiscard]] std::string printable(std::string_view text);

/// Appends `redact_text` of `text` as a JSON string, as `append_json_string` does.
void append_redacted_json(std::string& out, std::string_view text);

/// The same, or `null`.
void append_redacted_json(std::string& out, const std::optional<std::string>& text);

}  // namespace armgate::base
