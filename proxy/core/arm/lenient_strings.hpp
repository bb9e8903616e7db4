// The strings of the JSON that ARM takes: in either quotes, with line breaks in them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace armgate::arm {

/// Reads the strings of one document. A string without escapes is a view into the text; the others
/// are views into `unescaped`, which is made at the first of them and outlives the reader.
class LenientStrings {
  public:
    /// `bytes`: of the whole text; its strings are never longer when they are unescaped.
    LenientStrings(std::unique_ptr<char[]>& unescaped, std::size_t bytes) noexcept
        : unescaped_(unescaped), bytes_(bytes) {}

    /// `at` stands on the opening quote, and afterwards behind the closing one. False for what is
    /// no string: it has no end before `end`, a control byte other than tab and line break, or an
    /// escape that is none (NUL and lone surrogates among them).
    [[nodiscard]] bool read(const char*& at, const char* end, std::string_view& out);

  private:
    bool read_escaped(
        char quote, const char* from, const char*& at, const char* end, std::string_view& out);

    std::unique_ptr<char[]>& unescaped_;
    std::size_t bytes_;
    char* free_ = nullptr;  ///< where the next unescaped string goes
};

}  // namespace armgate::arm
