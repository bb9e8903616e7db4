// The wall clock, the steady clock and random ids: what core gets as values.
#pragma once

#include "core/base/time.hpp"

#include <chrono>
#include <string>

namespace armgate::io {

[[nodiscard]] base::Timestamp now();

/// Random (version 4) GUID in lower case, 36 characters.
[[nodiscard]] std::string new_guid();

/// `bytes` random bytes as lower-case hexadecimal, for credentials and session ids.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace armgate::io
