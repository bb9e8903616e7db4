// JAVA_TOOL_OPTIONS: the one variable by which every Java program can be told of a proxy and of
// roots to trust. Java reads neither HTTPS_PROXY nor PEM bundles. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::wiring {

/// The options of a value as HotSpot reads it: parted by white space, `'` and `"` keep it together
/// and are taken off, nothing escapes. Source: JDK, arguments.cpp, parse_options_buffer.
[[nodiscard]] std::vector<std::string> split_java_options(std::string_view value);

/// One option so that HotSpot reads it as it is.
[[nodiscard]] std::string quote_java_option(std::string_view option);

/// The value of `-Dname=value`, the last one, which is the one in force.
[[nodiscard]] std::optional<std::string> java_property(const std::vector<std::string>& options,
                                                       std::string_view name);

/// True where an entry of `http.nonProxyHosts` (`host`, `*.suffix`, `prefix*`) covers `host`.
[[nodiscard]] bool java_pattern_covers(std::string_view pattern, std::string_view host);

/// NO_PROXY entries as patterns of `http.nonProxyHosts`; networks have none and are left out.
[[nodiscard]] std::vector<std::string> java_patterns(const std::vector<std::string>& no_proxy);

}  // namespace armgate::wiring
