#include "io/net/held_bytes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace armgate::io {

void wipe(std::string& text) noexcept {
    ::explicit_bzero(text.data(), text.size());
    text.clear();
}

void HeldBytes::reserve(std::size_t bytes) {
    if (bytes <= capacity_) return;
    auto larger = std::make_unique_for_overwrite<char[]>(bytes);
    if (size_ > 0) {
        std::memcpy(larger.get(), bytes_.get(), size_);
        ::explicit_bzero(bytes_.get(), size_);
    }
    bytes_ = std::move(larger);
    capacity_ = bytes;
}

void HeldBytes::append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (size_ + bytes.size() > capacity_) reserve(std::max(size_ + bytes.size(), 2 * capacity_));
    std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

void HeldBytes::assign(std::string_view bytes) {
    clear();
    append(bytes);
}

void HeldBytes::clear() noexcept {
    // OpenSSL's own goes over it eight bytes at a time: noticeable where a body is held.
    if (bytes_ != nullptr) ::explicit_bzero(bytes_.get(), size_);
    bytes_.reset();
    capacity_ = size_ = 0;
}

}  // namespace armgate::io
