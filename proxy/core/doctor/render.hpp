// The findings as text, one line a client, and as JSON. Pure.
#pragma once

#include "core/doctor/judge.hpp"

#include <string>
#include <vector>

namespace armgate::doctor {

/// One line a client, in columns: name and version, `ok`, `no` or `--`, what there is to say. Then
/// the clients that are not installed, and the count. Ends in LF.
[[nodiscard]] std::string render_text(const std::vector<Finding>& findings);

/// `{"ok":N,"failed":N,"not_probed":N,"not_installed":[...],"clients":[{...}]}`. Ends in LF.
[[nodiscard]] std::string render_json(const std::vector<Finding>& findings);

}  // namespace armgate::doctor
