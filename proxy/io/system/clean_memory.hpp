// Memory is zeroed when it is given back: tokens pass through strings, parsers and TLS buffers of
// four libraries, and wiping each place by hand would miss the next one. Replaces the global
// operator delete of every program that links this unit; OpenSSL gets the same by a call. Costs a
// memset of what is freed. Left out under sanitizers, which keep an account of their own.
#pragma once

namespace armgate::io {

/// Makes OpenSSL free as we do. Call before anything uses OpenSSL; later it has no effect. True
/// where what is freed from now on is zeroed.
bool clean_freed_memory() noexcept;

}  // namespace armgate::io
