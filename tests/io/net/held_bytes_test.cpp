#include "io/net/held_bytes.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::io {
namespace {

TEST(HeldBytes, HoldsWhatWasAppendedHoweverItGrew) {
    HeldBytes held;
    EXPECT_TRUE(held.empty());
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        const std::string piece(static_cast<std::size_t>(i % 37), static_cast<char>('a' + i % 26));
        held.append(piece);
        expected += piece;
    }
    EXPECT_EQ(held.view(), expected);
    EXPECT_EQ(held.size(), expected.size());
    held.clear();
    EXPECT_TRUE(held.empty());
    EXPECT_EQ(held.view(), "");
    held.assign("again");
    EXPECT_EQ(held.view(), "again");
}

TEST(HeldBytes, ReservedRoomIsNotMoved) {
    HeldBytes held;
    held.reserve(100);
    held.append("x");
    const char* const at = held.view().data();
    held.append(std::string(99, 'y'));
    EXPECT_EQ(held.view().data(), at);
    held.reserve(10);  // never smaller
    EXPECT_EQ(held.size(), 100U);
}

TEST(HeldBytes, WipeLeavesNothingInTheStringsMemory) {
    std::string text(64, 's');
    const char* const bytes = text.data();
    wipe(text);
    EXPECT_TRUE(text.empty());
    text.resize(0);
    for (std::size_t i = 1; i < 64; ++i) EXPECT_EQ(bytes[i], '\0') << i;  // within its capacity
}

}  // namespace
}  // namespace armgate::io
