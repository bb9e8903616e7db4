// Reads trace lines back into records: the inverse of encode, for reports. A line may be torn, or
// written by a later version: what is not known is skipped, what is missing keeps its default.
// Pure.
#pragma once

#include "core/trace/record.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace armgate::trace {

struct GapRecord {
    std::uint64_t lost = 0;
};

using Record = std::variant<SessionRecord, RequestRecord, TunnelRecord, GapRecord>;

/// One line without its LF; nothing where it is no whole record of this schema.
[[nodiscard]] std::optional<Record> decode(std::string_view line);

}  // namespace armgate::trace
