// One request as one line of a terminal: columns that stay in place from line to line, and never
// wider than the terminal, so that nothing wraps. Pure: width in, line out.
#pragma once

#include "core/trace/record.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace armgate::report {

enum class Color { off, on };

struct LineStyle {
    std::size_t width = 80;  ///< columns
    Color color = Color::off;
};

/// Outcome, action, status, method, path, clause, without LF; printable ASCII and, with colours,
/// SGR sequences round the outcome. The path gives up its middle first; below 72 columns the action
/// goes, below 60 the clause, below 32 the status.
[[nodiscard]] std::string terminal_line(const trace::RequestRecord& record, const LineStyle& style);

/// `text` in at most `width` columns: `...` stands for the middle; the end, which names the
/// resource, keeps more than the start.
[[nodiscard]] std::string cut_middle(const std::string& text, std::size_t width);

}  // namespace armgate::report
