// The chunked transfer coding (RFC 9112 section 7.1) taken apart. Ours and not Beast's: 1.81 limits
// neither chunk heads nor trailers, and in a debug build it ends the process where a last chunk
// comes byte by byte. The same bytes give the same result however they are cut. Pure.
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace armgate::http {

/// The longest chunk head, and the longest trailer section, in bytes with their line ends.
inline constexpr std::size_t kMaxChunkHeadBytes = std::size_t{8} * 1024;

class ChunkedReader {
  public:
    struct Step {
        std::size_t taken = 0;
        std::string_view block;  ///< body bytes, a view into those offered
    };

    /// Offers all bytes that are there; what is not taken has to be offered again together with
    /// more. Takes one block of body at most. Error: `chunk_invalid`, for all that two parsers
    /// could read in two ways: a size that is not 1 to 16 hexadecimal digits, a control or 8-bit
    /// byte in an extension, a line that does not end in CRLF, a chunk longer or shorter than its
    /// size, a malformed trailer field or one that speaks of framing, and more bytes than the
    /// limit.
    [[nodiscard]] Result<Step> put(std::string_view bytes);

    /// True once the empty line that ends the trailer section was taken.
    [[nodiscard]] bool done() const noexcept { return state_ == State::done; }

  private:
    enum class State { head, data, data_end, trailer, done };

    [[nodiscard]] Result<std::size_t> put_line(std::string_view bytes);
    [[nodiscard]] Result<void> read_head(std::string_view line);
    [[nodiscard]] Result<void> read_trailer(std::string_view line);

    State state_ = State::head;
    std::uint64_t left_ = 0;         ///< bytes of the chunk still to come
    std::size_t scanned_ = 0;        ///< bytes of an unfinished line already looked at
    std::size_t trailer_bytes_ = 0;  ///< of the trailer lines taken
};

}  // namespace armgate::http
