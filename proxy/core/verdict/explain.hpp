// The verdict on one request that is described, not sent: what `armgate explain` prints. Pure:
// files, standard input and the clock are the command's business. No token or part of one, and no
// query value that may be a secret, is in anything that comes out.
#pragma once

#include "core/arm/hosts.hpp"
#include "core/base/error.hpp"
#include "core/base/redact.hpp"
#include "core/base/time.hpp"
#include "core/verdict/rules.hpp"
#include "core/verdict/verdict.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace armgate::verdict {

struct ExplainRules {
    Rules rules;
    arm::ArmHosts hosts;
    base::RedactionRules redaction;
};

/// Errors: `config_invalid`, naming file and key.
[[nodiscard]] Result<ExplainRules> load_explain_rules();

/// A URL as a request to ARM. `path` is as written, without query and fragment.
struct ExplainTarget {
    std::string path;
    std::string shown_url;  ///< as written, secrets hidden
    std::string host;       ///< in normal form
    arm::Cloud cloud = arm::Cloud::azure_public;
    Forwardable forwardable = Forwardable::yes;
};

/// `url` is `https://host[:port]/path?query`, or a bare path, which means management.azure.com. A
/// target that the proxy answers with 400 (backslash, `#`, bytes outside printable ASCII, `%00`;
/// contract section 4) is not forwardable. Errors: `input_invalid` for another scheme, for user
/// information, and for a host that is not ARM. Quotes nothing of the URL.
[[nodiscard]] Result<ExplainTarget> parse_explain_url(std::string_view url,
                                                      const ExplainRules& rules);

struct Explained {
    std::string method;
    std::string url;
    Assessment assessment;
    bool lacks_body = false;  ///< none was given, and the verdict may hang on it
};

/// One request as it is described. Views into the caller's memory.
struct ExplainRequest {
    std::string_view method;
    std::string_view url;
    std::optional<std::string_view> authorization;  ///< a whole field value
    std::optional<std::string_view> body;
};

/// Errors as `parse_explain_url`.
[[nodiscard]] Result<Explained> explain_request(const ExplainRequest& request,
                                                base::Timestamp now,
                                                const ExplainRules& rules);

/// One JSON object: method, url, class, operation, resource_id, identity, verdict, the last two as
/// in the trace (contract section 2); and `contents` as in the trace where the body holds any.
[[nodiscard]] std::string explained_json(const Explained& explained, const ExplainRules& rules);

/// Lines of `label  text`, printable ASCII only.
[[nodiscard]] std::string explained_text(const Explained& explained, const ExplainRules& rules);

/// The answer to one line of `--batch`: `{"method","url","token"?,"body"?}` gives what
/// `explained_json` gives, any other line `{"error":"..."}`. A `body` that is a string is the
/// body's text, any other value but null is the body itself. No line feed.
[[nodiscard]] std::string explain_line(std::string_view line,
                                       base::Timestamp now,
                                       const ExplainRules& rules);

}  // namespace armgate::verdict
