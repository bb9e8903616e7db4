// Takes the JSON that ARM takes apart into nodes (core/arm/lenient_json). Pure.
#pragma once

#include "core/arm/lenient_json.hpp"

namespace armgate::arm {

struct JsonReading {
    const char* why = nullptr;  ///< the text is not read; null where it is
    /// The text has bytes that were not looked at: they may not be UTF-8, or be NUL.
    bool unchecked = false;
};

/// Reads `parts.source`, which is no longer than `limits.bytes`, into the rest of `parts`.
[[nodiscard]] JsonReading read_json(JsonParts& parts, const JsonLimits& limits);

}  // namespace armgate::arm
