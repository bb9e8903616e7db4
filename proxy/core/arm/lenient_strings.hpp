// The strings of the JSON that ARM takes: in either quotes, with line breaks in them. Pure.
#pragma once

#include "core/base/byte_block.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace armgate::arm {

/// Where a string ends, as nearly all do: in double quotes, plain ASCII without escapes, and with a
/// whole block before the end of the text. `at` stands on the opening quote; null for any other
/// string.
template <class Block = base::ByteBlock>
[[nodiscard]] const char* end_of_plain_string(const char* at, const char* end) noexcept {
    if (*at != '"') return nullptr;
    for (++at; static_cast<std::size_t>(end - at) >= Block::kSize; at += Block::kSize) {
        const Block bytes = Block::load(at);
        const auto marks = bytes.equal('"') | bytes.equal('\\') | bytes.control_or_beyond_ascii();
        if (!marks.any()) continue;
        at += marks.first();
        return *at == '"' ? at : nullptr;
    }
    return nullptr;
}

/// Reads any string of one document.
class LenientStrings {
  public:
    /// Strings with escapes are appended to `unescaped` without them.
    explicit LenientStrings(std::string& unescaped) noexcept : unescaped_(unescaped) {}

    /// `at` stands on the opening quote. Gives where the closing one stands, or null for what is no
    /// string: it has no end before `end`, a control byte other than tab and line break, or an
    /// escape that is none (NUL and lone surrogates among them).
    [[nodiscard]] const char* read(const char* at, const char* end);

    /// The latest string held escapes: it is what `unescaped` has grown by.
    [[nodiscard]] bool was_escaped() const noexcept { return was_escaped_; }
    /// Some string has bytes that may not be UTF-8.
    [[nodiscard]] bool beyond_ascii() const noexcept { return beyond_ascii_; }

  private:
    const char* read_escaped(char quote, const char* from, const char* at, const char* end);

    std::string& unescaped_;
    bool was_escaped_ = false;
    bool beyond_ascii_ = false;
};

}  // namespace armgate::arm
