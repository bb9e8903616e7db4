// Allocations that fail when a test says so, on threads that it names. Linked into one test program
// only: it replaces operator new.
#pragma once

namespace armgate::tests::failing_memory {

/// From now on allocations of the calling thread count.
void watch_this_thread() noexcept;

/// The `count`-th allocation of watched threads from now on throws std::bad_alloc, and no other;
/// zero: none does.
void fail_at(long count) noexcept;

/// True where it came to that since `fail_at`.
[[nodiscard]] bool has_failed() noexcept;

}  // namespace armgate::tests::failing_memory
