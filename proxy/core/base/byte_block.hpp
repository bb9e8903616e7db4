// Text looked at many bytes at a time, for scans in which nearly every byte is an ordinary one:
// sixteen where the processor has the instructions for it in its baseline (SSE2), else eight in one
// word ("haszero" and "hasless" of Bit Twiddling Hacks).
#pragma once

#include <bit>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace armgate::base {

/// Eight bytes, the first one lowest.
class EightBytes {
  public:
    static constexpr std::size_t kSize = sizeof(std::uint64_t);

    /// The marked ones of the bytes, by their high bits: exact up to the first one; above it a
    /// borrow may mark more.
    class Marks {
      public:
        [[nodiscard]] constexpr bool any() const noexcept { return bits_ != 0; }
        /// Position of the first one; kSize where there is none.
        [[nodiscard]] constexpr std::size_t first() const noexcept {
            return static_cast<std::size_t>(std::countr_zero(bits_)) / CHAR_BIT;
        }
        [[nodiscard]] friend constexpr Marks operator|(Marks a, Marks b) noexcept {
            return Marks(a.bits_ | b.bits_);
        }

      private:
        friend class EightBytes;
        explicit constexpr Marks(std::uint64_t bits) noexcept : bits_(bits) {}
        std::uint64_t bits_;
    };

    [[nodiscard]] static EightBytes load(const char* at) noexcept {
        return EightBytes(load_word<std::uint64_t>(at));
    }

    /// Fewer than kSize; zeros follow them.
    [[nodiscard]] static EightBytes load(const char* at, std::size_t count) noexcept {
        constexpr std::size_t kHalf = sizeof(std::uint32_t);
        std::uint64_t word = 0;
        if (count >= kHalf) {  // two halves that may lie over one another
            word = load_word<std::uint32_t>(at);
            const std::uint64_t last = load_word<std::uint32_t>(at + count - kHalf);
            return EightBytes(word | last << (count - kHalf) * CHAR_BIT);
        }
        for (std::size_t i = count; i-- > 0;) {
            word = word << CHAR_BIT | static_cast<unsigned char>(at[i]);
        }
        return EightBytes(word);
    }

    [[nodiscard]] constexpr Marks equal(char c) const noexcept {
        const std::uint64_t zero_there = word_ ^ eight_of(c);
        return Marks((zero_there - eight_of('\x01')) & ~zero_there & kHighBits);
    }
    /// Bytes below `c`, which is ASCII and not NUL.
    [[nodiscard]] constexpr Marks below(char c) const noexcept {
        return Marks((word_ - eight_of(c)) & ~word_ & kHighBits);
    }
    /// Always exact.
    [[nodiscard]] constexpr Marks beyond_ascii() const noexcept { return Marks(word_ & kHighBits); }
    /// Control bytes and those beyond ASCII: in one step. DEL is not among them.
    [[nodiscard]] constexpr Marks control_or_beyond_ascii() const noexcept {
        return Marks(((word_ - eight_of(' ')) | word_) & kHighBits);
    }
    /// The bytes with the bits of `c` set: with a space, ASCII letters become lower case.
    [[nodiscard]] constexpr EightBytes with_bits(char c) const noexcept {
        return EightBytes(word_ | eight_of(c));
    }

  private:
    explicit constexpr EightBytes(std::uint64_t word) noexcept : word_(word) {}

    [[nodiscard]] static constexpr std::uint64_t eight_of(char c) noexcept {
        return 0x0101010101010101U * static_cast<unsigned char>(c);
    }
    static constexpr std::uint64_t kHighBits = 0x8080808080808080U;

    template <class Word>
    [[nodiscard]] static Word load_word(const char* at) noexcept {
        Word word = 0;
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(&word, at, sizeof word);
        } else {
            for (std::size_t i = sizeof word; i-- > 0;) {
                word = static_cast<Word>(word << CHAR_BIT | static_cast<unsigned char>(at[i]));
            }
        }
        return word;
    }

    std::uint64_t word_;
};

#if defined(__SSE2__)

/// Sixteen bytes, as EightBytes has eight. Marks are always exact.
class SixteenBytes {
  public:
    static constexpr std::size_t kSize = sizeof(__m128i);

    class Marks {
      public:
        [[nodiscard]] bool any() const noexcept { return bits() != 0; }
        [[nodiscard]] std::size_t first() const noexcept {
            return static_cast<std::size_t>(std::countr_zero(bits() | 1U << kSize));
        }
        [[nodiscard]] friend Marks operator|(Marks a, Marks b) noexcept {
            return Marks(_mm_or_si128(a.bytes_, b.bytes_));
        }

      private:
        friend class SixteenBytes;
        explicit Marks(__m128i bytes) noexcept : bytes_(bytes) {}
        [[nodiscard]] unsigned bits() const noexcept {
            return static_cast<unsigned>(_mm_movemask_epi8(bytes_));
        }
        __m128i bytes_;  ///< the high bit of a byte says whether it is marked
    };

    [[nodiscard]] static SixteenBytes load(const char* at) noexcept {
        __m128i bytes;
        std::memcpy(&bytes, at, sizeof bytes);
        return SixteenBytes(bytes);
    }

    [[nodiscard]] Marks equal(char c) const noexcept {
        return Marks(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c)));
    }
    [[nodiscard]] Marks below(char c) const noexcept {
        const auto last = static_cast<char>(c - 1);
        return Marks(_mm_cmpeq_epi8(_mm_min_epu8(bytes_, _mm_set1_epi8(last)), bytes_));
    }
    [[nodiscard]] Marks beyond_ascii() const noexcept { return Marks(bytes_); }
    [[nodiscard]] Marks control_or_beyond_ascii() const noexcept {
        return Marks(_mm_subs_epi8(bytes_, _mm_set1_epi8(' ')));  // signed, without overflow
    }
    [[nodiscard]] SixteenBytes with_bits(char c) const noexcept {
        return SixteenBytes(_mm_or_si128(bytes_, _mm_set1_epi8(c)));
    }

  private:
    explicit SixteenBytes(__m128i bytes) noexcept : bytes_(bytes) {}
    __m128i bytes_;
};

using ByteBlock = SixteenBytes;

#else

using ByteBlock = EightBytes;

#endif

/// Position of the first byte of `text`, from `from` on (at most the size), that `mark` marks; the
/// size where there is none. `mark` takes a block and gives its marks; it is told apart from others
/// by bytes alone.
template <class Mark>
[[nodiscard]] std::size_t find_marked(std::string_view text, std::size_t from, Mark mark) noexcept {
    const char* const bytes = text.data();
    for (; text.size() - from >= ByteBlock::kSize; from += ByteBlock::kSize) {
        const auto marks = mark(ByteBlock::load(bytes + from));
        if (marks.any()) return from + marks.first();
    }
    for (; text.size() - from >= EightBytes::kSize; from += EightBytes::kSize) {
        const auto marks = mark(EightBytes::load(bytes + from));
        if (marks.any()) return from + marks.first();
    }
    const std::size_t left = text.size() - from;
    const std::size_t first = mark(EightBytes::load(bytes + from, left)).first();
    return first < left ? from + first : text.size();
}

}  // namespace armgate::base
