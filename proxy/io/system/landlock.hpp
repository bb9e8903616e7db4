// Landlock (https://docs.kernel.org/userspace-api/landlock.html) through its system calls: glibc
// has no wrappers, and the headers of older distributions lack the newer rights. Linux only; on a
// kernel without it nothing happens.
#pragma once

#include <string>
#include <vector>

namespace armgate::io {

/// Restricts the calling thread, and those it starts later, to reading below `read` and to files
/// below the folders `write`; nothing can be executed. Needs no_new_privs. Returns the version of
/// Landlock that is in force now; 0 where this kernel has none, or did not take the rules.
[[nodiscard]] int restrict_files(const std::vector<std::string>& read,
                                 const std::vector<std::string>& write);

}  // namespace armgate::io
