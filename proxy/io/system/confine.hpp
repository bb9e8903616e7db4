// A proxy that serves gives up what it does not need any more: new privileges (no_new_privs), files
// (Landlock), and starting or looking into other programs (seccomp). Best effort: a kernel without
// one of these runs the proxy as before, and the returned text says so. Blocking; before threads
// start, since each of these holds for the calling thread and for those it starts later.
#pragma once

#include "core/base/error.hpp"

#include <string>
#include <vector>

namespace armgate::io {

struct Confinement {
    std::vector<std::string>
        read;  ///< files and folders with what is below; those missing are skipped
    std::vector<std::string> write;  ///< folders in which files may be made, read, written, removed
};

/// What `proxy` needs while it serves: the resolver's files by config/rules/confinement.json, and
/// the folders of the files that it writes anew while it serves (an empty name: none): trace,
/// overlay, list of changes. Error: `config_invalid`.
[[nodiscard]] Result<Confinement> confinement_of_proxy(const std::vector<std::string>& written);

/// Gives the rest up, for good. The text says for a log what holds from now on and what this kernel
/// does not have. Does nothing in a build with a sanitizer, which reads files when it reports.
[[nodiscard]] std::string confine(const Confinement& needs);

}  // namespace armgate::io
