// A wiring made real: the files it asks for written, for `run`, `env` and `doctor`.
#pragma once

#include "certs/authority.hpp"
#include "core/base/error.hpp"
#include "core/wiring/child_environment.hpp"
#include "io/system/temporary_directory.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace armgate::cli {

/// Writes one whole file of that name into the wiring's folder.
enum class Readers { everybody, owner };
using WriteFile =
    std::function<Result<void>(const std::string& name, std::string_view content, Readers readers)>;

/// Writes every file of `wiring` and prints its notices on stderr, one more where the user's own
/// trust store of Java cannot be read. Errors: those of certs/bundle.hpp and of `write`.
[[nodiscard]] Result<void> write_wiring(const wiring::Wiring& wiring,
                                        const certs::Authority& authority,
                                        const WriteFile& write);

/// What a child of this process is to have: our environment before it was wired, wired anew by
/// `request` (whose folder and wgetrc are filled in here), every file in `folder`. Errors as
/// `write_wiring`.
[[nodiscard]] Result<wiring::Environment> wire_into(const io::TemporaryDirectory& folder,
                                                    wiring::WiringRequest request,
                                                    const wiring::WiringRules& rules,
                                                    const certs::Authority& authority);

/// The wgetrc that a wget of `environment` would read: of WGETRC, else ~/.wgetrc; empty where there
/// is none that can be read.
[[nodiscard]] std::string current_wgetrc(const wiring::Environment& environment);

}  // namespace armgate::cli
