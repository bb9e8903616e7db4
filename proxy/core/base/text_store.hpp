// Texts that live as long as their store: many small ones in few pieces of memory. Pure.
#pragma once

#include <algorithm>
#include <memory_resource>
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

  private:
    std::pmr::monotonic_buffer_resource memory_;
};

}  // namespace armgate::base
