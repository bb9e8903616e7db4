// Diagnostics for people, on stderr, one line each behind `armgate: `. Never given a token, a query
// value or a body: no level prints one. Thread-safe.
#pragma once

#include <string_view>

namespace armgate::io {

enum class LogLevel { error, warn, info, debug };

void set_log_level(LogLevel level);
void log_error(std::string_view message);
void log_warn(std::string_view message);
void log_info(std::string_view message);
void log_debug(std::string_view message);

}  // namespace armgate::io
