#include "io/net/input_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace armgate::io {

std::span<char> InputBuffer::prepare() {
    if (bytes_ == nullptr) {
        bytes_ = std::make_unique_for_overwrite<char[]>(kBlock);
        capacity_ = kBlock;
    }
    high_ = std::max(high_, end_);
    if (begin_ > 0) {
        std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (capacity_ - end_ < kBlock / 2 && end_ > 0) {
        auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
        std::memcpy(larger.get(), bytes_.get(), end_);
        ::explicit_bzero(bytes_.get(), high_);
        bytes_ = std::move(larger);
        capacity_ *= 2;
    }
    return {bytes_.get() + end_, capacity_ - end_};
}

void InputBuffer::consume(std::size_t bytes) noexcept {
    begin_ += bytes;
    if (begin_ != end_) return;
    high_ = std::max(high_, end_);
    begin_ = end_ = 0;
}

std::string_view InputBuffer::view() const noexcept {
    return {bytes_.get() + begin_, end_ - begin_};
}

void InputBuffer::release() noexcept {
    if (!empty() || bytes_ == nullptr) return;
    ::explicit_bzero(bytes_.get(), std::max(high_, end_));
    bytes_.reset();
    capacity_ = begin_ = end_ = high_ = 0;
}

InputBuffer::~InputBuffer() {
    begin_ = end_;
    high_ = std::max(high_, end_);
    release();
}

}  // namespace armgate::io
