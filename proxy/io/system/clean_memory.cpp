#include "io/system/clean_memory.hpp"

#include "io/system/sanitizers.hpp"

#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>

#include <openssl/crypto.h>

#if defined(ARMGATE_SANITIZED)

bool armgate::io::clean_freed_memory() noexcept {
    return false;
}

#else

namespace {

/// The usable size, not the one asked for: a string grows into what is left without asking.
void clean_and_free(void* block) noexcept {
    if (block == nullptr) return;
    ::explicit_bzero(block, ::malloc_usable_size(block));
    std::free(block);
}

void* openssl_malloc(std::size_t bytes, const char*, int) {
    return std::malloc(bytes);
}

void openssl_free(void* block, const char*, int) {
    clean_and_free(block);
}

/// Never in place: realloc would leave what it moves away from as it was.
void* openssl_realloc(void* block, std::size_t bytes, const char*, int) {
    if (block == nullptr) return std::malloc(bytes);
    const std::size_t held = ::malloc_usable_size(block);
    if (bytes == 0) {
        clean_and_free(block);
        return nullptr;
    }
    void* moved = std::malloc(bytes);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, block, held < bytes ? held : bytes);
    clean_and_free(block);
    return moved;
}

}  // namespace

bool armgate::io::clean_freed_memory() noexcept {
    return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;
}

// The library's operator new takes its memory from malloc, and its array forms and sized forms come
// down to these two (libstdc++, libc++).
void operator delete(void* block) noexcept {
    clean_and_free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    clean_and_free(block);
}

void operator delete(void* block, std::align_val_t) noexcept {
    clean_and_free(block);
}

void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
    clean_and_free(block);
}

#endif
