// A body, or a piece of one, that is held back until it can be judged or changed. Bodies carry
// secrets: the memory is overwritten with zeros when it is given back, and when it grows.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace armgate::io {

/// A held body goes out in blocks of this size: between two of them an early answer is seen.
inline constexpr std::size_t kHeldBlock = std::size_t{16} * 1024;

/// Overwrites what a string holds with zeros.
void wipe(std::string& text) noexcept;

class HeldBytes {
  public:
    HeldBytes() = default;
    ~HeldBytes() { clear(); }
    HeldBytes(const HeldBytes&) = delete;
    HeldBytes& operator=(const HeldBytes&) = delete;

    /// Room for `bytes` in all, so that no append up to there moves what is held.
    void reserve(std::size_t bytes);
    void append(std::string_view bytes);
    void assign(std::string_view bytes);
    void clear() noexcept;

    [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

}  // namespace armgate::io
