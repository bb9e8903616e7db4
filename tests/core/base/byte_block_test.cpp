#include "core/base/byte_block.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::base {
namespace {

/// Bytes of which few are special: the borrow of one byte into the next is what may go wrong.
std::string random_bytes(std::mt19937& random, std::size_t count) {
    constexpr std::string_view kNearTheEdges(
        "\x00\x01\x1F\x20\x21\x22\x7E\x7F\x80\x81\xFF"
        "bBJ",
        14);
    std::string out(count, 'x');
    for (char& c : out) {
        if (random() % 5 == 0) c = kNearTheEdges[random() % kNearTheEdges.size()];
    }
    return out;
}

template <class IsMeant>
std::size_t first_by_byte(std::string_view bytes, IsMeant is_meant) {
    std::size_t i = 0;
    while (i < bytes.size() && !is_meant(static_cast<unsigned char>(bytes[i]))) ++i;
    return i;
}

template <class Block>
class ByteBlocks : public testing::Test {};

#if defined(__SSE2__)
using Blocks = testing::Types<EightBytes, SixteenBytes>;
#else
using Blocks = testing::Types<EightBytes>;
#endif
TYPED_TEST_SUITE(ByteBlocks, Blocks);

TYPED_TEST(ByteBlocks, FindTheFirstByteThatIsMeant) {
    std::mt19937 random(11);
    for (int i = 0; i < 200'000; ++i) {
        const std::string bytes = random_bytes(random, TypeParam::kSize);
        const auto block = TypeParam::load(bytes.data());
        for (const char wanted : {'\0', '"', '\x7F', '\x80', '\xFF'}) {
            const auto marks = block.equal(wanted);
            const std::size_t want = std::min(bytes.find(wanted), bytes.size());
            ASSERT_EQ(marks.first(), want);
            ASSERT_EQ(marks.any(), want < bytes.size());
        }
        ASSERT_EQ(block.below(' ').first(),
                  first_by_byte(bytes, [](unsigned char c) { return c < 0x20; }));
        ASSERT_EQ(block.beyond_ascii().first(),
                  first_by_byte(bytes, [](unsigned char c) { return c >= 0x80; }));
        ASSERT_EQ(block.control_or_beyond_ascii().first(),
                  first_by_byte(bytes, [](unsigned char c) { return c < 0x20 || c >= 0x80; }));
        ASSERT_EQ(block.with_bits(' ').equal('b').first(),
                  first_by_byte(bytes, [](unsigned char c) { return c == 'b' || c == 'B'; }));
        // Together: whichever comes first.
        ASSERT_EQ((block.below(' ') | block.equal('"') | block.beyond_ascii()).first(),
                  first_by_byte(bytes,
                                [](unsigned char c) { return c < 0x20 || c == '"' || c >= 0x80; }));
    }
}

TEST(EightBytes, MayBeFewer) {
    const std::vector<char> bytes{'a', 'b', 'c', 'd', 'e', 'f', 'g', '\x80'};
    for (std::size_t count = 0; count < EightBytes::kSize; ++count) {
        const std::vector<char> few(bytes.begin(),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(count));
        const auto block = EightBytes::load(few.data(), count);
        for (std::size_t i = 0; i < EightBytes::kSize; ++i) {
            const std::size_t want = i < count ? i : EightBytes::kSize;
            EXPECT_EQ(block.equal(bytes[i]).first(), want) << count;
        }
        EXPECT_EQ(block.equal('\0').first(), count);
    }
}

/// In whole blocks, in the rest of a text, and from anywhere in it; never beyond its end.
TEST(FindMarked, FindsWhatABytewiseSearchFinds) {
    std::mt19937 random(12);
    for (int i = 0; i < 100'000; ++i) {
        const std::string bytes = random_bytes(random, random() % 70);
        const std::vector<char> exact(bytes.begin(), bytes.end());  // not a byte more
        const std::string_view text(exact.data(), exact.size());
        const std::size_t from = random() % (text.size() + 1);
        const auto is_meant = [](unsigned char c) { return c < 0x20 || c == '"' || c >= 0x80; };
        ASSERT_EQ(find_marked(text, from,
                              [](auto block) {
                                  return block.below(' ') | block.equal('"') | block.beyond_ascii();
                              }),
                  from + first_by_byte(text.substr(from), is_meant));
    }
    EXPECT_EQ(find_marked({}, 0, [](auto block) { return block.equal('\0'); }), 0U);
}

}  // namespace
}  // namespace armgate::base
