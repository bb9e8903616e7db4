// Texts, and places in them, that live as long as their store: many small ones in few pieces of
// memory. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>

namespace armgate::base {

class TextStore {
  public:
    /// A copy of `text` that stays where it is.
    [[nodiscard]] std::string_view keep(std::string_view text) {
        if (text.empty()) return {};
        auto* const copy = static_cast<char*>(memory_.allocate(text.size(), alignof(char)));
        std::copy(text.begin(), text.end(), copy);
        return {copy, text.size()};
    }

    /// Room for `count` places, all zero.
    [[nodiscard]] std::span<std::uint32_t> places(std::size_t count) {
        if (count == 0) return {};
        auto* const first = static_cast<std::uint32_t*>(
            memory_.allocate(count * sizeof(std::uint32_t), alignof(std::uint32_t)));
        std::uninitialized_value_construct_n(first, count);
        return {first, count};
    }

  private:
    std::pmr::monotonic_buffer_resource memory_;
};

}  // namespace armgate::base
