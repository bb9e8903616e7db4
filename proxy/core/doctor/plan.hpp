// What a probe is made of, worked out before it starts: its words, whether the client is new
// enough, its environment. Pure.
#pragma once

#include "core/wiring/child_environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace armgate::doctor {

/// `text` with kUrl and kWork replaced.
[[nodiscard]] std::string expand(std::string text, std::string_view url, std::string_view work);

/// The first version number (`2.91.0`) of what a client printed; empty where there is none. A JVM's
/// "Picked up JAVA_TOOL_OPTIONS" is not part of it.
[[nodiscard]] std::string first_version(std::string_view output);

/// True where `since` is empty, or `version` is of one of its release lines (first number) and not
/// older than that one's first, or of a later line than all of them.
[[nodiscard]] bool is_new_enough(std::string_view version, const std::vector<std::string>& since);

/// True where `value`, a proxy's URL, names the proxy at `address` (`127.0.0.1:8642`).
[[nodiscard]] bool names_proxy(std::string_view value, std::string_view address);

/// `environment` with the proxy at `from` replaced by the one at `to`, both `ADDR:PORT`: in the
/// variables that name a proxy, and in Java's options.
[[nodiscard]] wiring::Environment redirected(wiring::Environment environment,
                                             std::string_view from,
                                             std::string_view to);

/// The last line with text of what a client printed, for people: printable, cut, without tokens and
/// without a URL's credentials.
[[nodiscard]] std::string last_line(std::string_view output);

/// A proxy's URL without its credentials: `http://USER:PASS@127.0.0.1:8642`.
[[nodiscard]] std::string without_credentials(std::string_view url);

}  // namespace armgate::doctor
