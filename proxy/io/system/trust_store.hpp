// The system's trust store itself: what is there, and the two changes that `armgate ca trust` and
// `ca untrust` make, by a rule of core/trust. Needs root for the changes. Blocking; a change may
// take seconds, and leaves the store whole if it is interrupted: the system's own programs write
// it.
#pragma once

#include "certs/openssl.hpp"
#include "core/base/error.hpp"
#include "core/trust/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace armgate::io {

[[nodiscard]] trust::SystemFacts look_at_system(const trust::StoreRules& rules);

/// A file in the store's folder whose name is one of armgate's.
struct Anchor {
    std::string file;
    std::string subject;  ///< empty where it is no certificate
    bool is_ours =
        false;  ///< it holds exactly the certificate that its name tells of, armgate's own
};

/// Those files, by name; none where the folder is not there.
[[nodiscard]] std::vector<Anchor> anchors_in(const trust::StoreRule& store);

struct StoreChange {
    const trust::StoreRule& store;
    std::string tool_path;  ///< a PATH value
    std::string file;       ///< the anchor's name in the store's folder
    std::string ca_path;    ///< for messages of the command
};

/// Puts `pem` into the store and has the system take it up. Where the system's program fails, what
/// was put is taken out again. Errors: `file_unwritable`, `system`.
[[nodiscard]] Result<void> put_into_store(const StoreChange& change, std::string_view pem);

/// Takes the file out, where it is there, and has the system forget it. The caller has made sure
/// that it is armgate's own. Errors: `file_unwritable`, `file_unreadable`, `system`.
[[nodiscard]] Result<void> take_out_of_store(const StoreChange& change);

}  // namespace armgate::io
