// A seccomp filter that denies what a proxy never does: start programs, look into other processes,
// load code into the kernel, mount. A list of what is denied, not of what is allowed: the C library
// and its resolver may use any other call on the next system.
#pragma once

namespace armgate::io {

/// Denies those calls (EPERM) to the calling thread and those it starts later. Needs no_new_privs.
/// False where this kernel or this processor has no such filter here.
[[nodiscard]] bool deny_system_calls() noexcept;

}  // namespace armgate::io
