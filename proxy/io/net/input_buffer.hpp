// Bytes read and not yet used. Holds memory only while there are bytes or a read is under way.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace armgate::io {

class InputBuffer {
  public:
    /// One TLS record's worth; grows up to the head limit where a head does not fit.
    static constexpr std::size_t kBlock = std::size_t{16} * 1024;

    /// Room for at least one byte more, half a block or more where possible.
    [[nodiscard]] std::span<char> prepare();
    void commit(std::size_t bytes) noexcept { end_ += bytes; }
    void consume(std::size_t bytes) noexcept;
    [[nodiscard]] std::string_view view() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

    /// Gives the memory back where no byte is held; what was read is zeroed, it may be a token.
    void release() noexcept;
    ~InputBuffer();

    InputBuffer() = default;
    InputBuffer(const InputBuffer&) = delete;
    InputBuffer& operator=(const InputBuffer&) = delete;

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t high_ = 0;  ///< end of what was ever written, to be zeroed
};

}  // namespace armgate::io
