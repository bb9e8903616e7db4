#include "faults/failing_memory.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace armgate::tests::failing_memory {
namespace {

thread_local bool watched = false;
std::atomic<long> left{0};
std::atomic<bool> failed{false};

}  // namespace

void watch_this_thread() noexcept {
    watched = true;
}

void fail_at(long count) noexcept {
    failed = false;
    left = count;
}

bool has_failed() noexcept {
    return failed;
}

void* allocate(std::size_t size) {
    if (watched && left > 0 && left.fetch_sub(1) == 1) {
        failed = true;
        throw std::bad_alloc();
    }
    void* const out = std::malloc(size > 0 ? size : 1);
    if (out == nullptr) throw std::bad_alloc();
    return out;
}

}  // namespace armgate::tests::failing_memory

void* operator new(std::size_t size) {
    return armgate::tests::failing_memory::allocate(size);
}
void* operator new[](std::size_t size) {
    return armgate::tests::failing_memory::allocate(size);
}
void operator delete(void* at) noexcept {
    std::free(at);
}
void operator delete[](void* at) noexcept {
    std::free(at);
}
void operator delete(void* at, std::size_t) noexcept {
    std::free(at);
}
void operator delete[](void* at, std::size_t) noexcept {
    std::free(at);
}
