// Tells a build with a sanitizer: those keep their own account of memory, and read the program's
// file to name a line.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ARMGATE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ARMGATE_SANITIZED 1
#endif
#endif

namespace armgate::io {

#if defined(ARMGATE_SANITIZED)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace armgate::io
