// Text looked at eight bytes at a time, for scans in which nearly every byte is an ordinary one
// ("haszero" and "hasless" of Bit Twiddling Hacks). A mark is the high bit of a byte. What marks a
// byte is exact up to the first marked one; above it a borrow may mark more.
#pragma once

#include <bit>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace armgate::base {

inline constexpr std::size_t kEightBytes = sizeof(std::uint64_t);

/// The byte `c` eight times.
[[nodiscard]] constexpr std::uint64_t eight_of(char c) noexcept {
    return 0x0101010101010101U * static_cast<unsigned char>(c);
}

inline constexpr std::uint64_t kHighBits = eight_of('\x80');

/// The eight bytes at `at`, the first one lowest.
[[nodiscard]] inline std::uint64_t load_eight(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

/// Marks bytes that are `c`.
[[nodiscard]] constexpr std::uint64_t mark_byte(std::uint64_t word, char c) noexcept {
    const std::uint64_t zero_there = word ^ eight_of(c);
    return (zero_there - eight_of('\x01')) & ~zero_there & kHighBits;
}

/// Marks bytes below `c`, which is ASCII.
[[nodiscard]] constexpr std::uint64_t mark_below(std::uint64_t word, char c) noexcept {
    return (word - eight_of(c)) & ~word & kHighBits;
}

/// Marks bytes outside ASCII. Always exact.
[[nodiscard]] constexpr std::uint64_t mark_beyond_ascii(std::uint64_t word) noexcept {
    return word & kHighBits;
}

/// Position of the first marked byte; some byte is marked.
[[nodiscard]] constexpr std::size_t first_marked(std::uint64_t marks) noexcept {
    return static_cast<std::size_t>(std::countr_zero(marks)) / CHAR_BIT;
}

}  // namespace armgate::base
