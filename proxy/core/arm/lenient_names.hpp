// The names of an object's members, which ARM tells apart without ASCII case. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace armgate::arm {

/// One of 64 bits, the same for names that differ in ASCII case alone: what tells the cases of a
/// letter apart is shifted out. All empty names have one as well.
[[nodiscard]] constexpr std::uint64_t name_bit(char first, char last, std::size_t size) noexcept {
    const std::size_t sum = 2 * static_cast<std::size_t>(static_cast<unsigned char>(first)) +
                            6 * static_cast<std::size_t>(static_cast<unsigned char>(last)) +
                            5 * size;
    return std::uint64_t{1} << (sum % 64U);
}

[[nodiscard]] constexpr std::uint64_t name_bit(std::string_view name) noexcept {
    return name.empty() ? name_bit('"', '"', 0) : name_bit(name.front(), name.back(), name.size());
}

/// True where two of `names` are the same but for ASCII case. Sorts them where there are many.
[[nodiscard]] bool has_same_name(std::vector<std::string_view>& names);

}  // namespace armgate::arm
