#include "core/base/eight_bytes.hpp"

#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace armgate::base {
namespace {

/// Bytes of which few are special: the borrow of one byte into the next is what may go wrong.
std::string random_bytes(std::mt19937& random) {
    constexpr std::string_view kNearTheEdges(
        "\x00\x01\x1F\x20\x21\x22\x7E\x7F\x80\x81\xFF"
        "bBJ",
        14);
    std::string out(kEightBytes, 'x');
    for (char& c : out) {
        if (random() % 3 == 0) c = kNearTheEdges[random() % kNearTheEdges.size()];
    }
    return out;
}

template <class IsMeant>
std::optional<std::size_t> first_by_byte(const std::string& bytes, IsMeant is_meant) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (is_meant(static_cast<unsigned char>(bytes[i]))) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> first_of(std::uint64_t marks) {
    return marks == 0 ? std::nullopt : std::optional(first_marked(marks));
}

TEST(EightBytes, FindTheFirstByteThatIsMeant) {
    std::mt19937 random(11);
    for (int i = 0; i < 200'000; ++i) {
        const std::string bytes = random_bytes(random);
        const std::uint64_t word = load_eight(bytes.data());
        for (const unsigned char wanted : {0x00, 0x22, 0x7F, 0x80, 0xFF}) {
            ASSERT_EQ(first_of(mark_byte(word, static_cast<char>(wanted))),
                      first_by_byte(bytes, [&](unsigned char c) { return c == wanted; }));
        }
        ASSERT_EQ(first_of(mark_below(word, ' ')),
                  first_by_byte(bytes, [](unsigned char c) { return c < 0x20; }));
        ASSERT_EQ(first_of(mark_beyond_ascii(word)),
                  first_by_byte(bytes, [](unsigned char c) { return c >= 0x80; }));
        // Together: whichever comes first.
        ASSERT_EQ(first_of(mark_below(word, ' ') | mark_byte(word, '"') | mark_beyond_ascii(word)),
                  first_by_byte(bytes,
                                [](unsigned char c) { return c < 0x20 || c == '"' || c >= 0x80; }));
    }
}

}  // namespace
}  // namespace armgate::base
