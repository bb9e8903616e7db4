// The persistent CA: `ca.key` and `ca.pem` in one folder (contract section 3, --ca-dir). The pair
// is used whole or not at all, and never replaced in silence: clients trust what is there. Blocking
// file calls, for start-up; several processes may start at once.
#pragma once

#include "certs/authority.hpp"

#include <string>
#include <vector>

namespace armgate::certs {

/// The CA of `dir`, made at first use. Makes the folder (and its parents) 0700, `ca.key` 0600
/// whatever the umask, and `ca.pem`, under a lock, so that first starts at once share one CA.
///
/// A start that was cut short leaves `.ca.key.new` and `.ca.pem.new`; the next start finishes that
/// very CA where the key is already in place, else removes them and begins again. Any other half or
/// mismatched pair is an error that names the file, never a silently new CA.
///
/// `names`: what the CA must cover, as for create_authority.
/// Errors: `permissions_too_wide` (the folder or `ca.pem` can be written, or `ca.key` read, by
/// others), `ca_invalid` (halved, foreign, mismatched, expired), `ca_does_not_cover`,
/// `file_unreadable`, `file_unwritable`, `input_invalid`, `system`.
[[nodiscard]] Result<Authority> open_or_create_authority(const std::string& dir,
                                                         const std::vector<std::string>& names,
                                                         base::Timestamp now);

/// The CA that is there, without making or changing anything: for `ca show`, `env`. Errors as
/// above; `file_unreadable` where there is none.
[[nodiscard]] Result<Authority> open_authority(const std::string& dir, base::Timestamp now);

/// Makes a new CA for `names` in place of whatever pair is there, valid or not: `ca rotate`.
/// Errors as open_or_create_authority, less `ca_invalid` and `ca_does_not_cover`.
[[nodiscard]] Result<Authority> replace_authority(const std::string& dir,
                                                  const std::vector<std::string>& names,
                                                  base::Timestamp now);

/// Writes what clients read, 0644, each in one step: `bundle.pem`, `bundle.jks` (the same for
/// Java), and `ca.pem` where `dir` holds no `ca.key` (else `ca.pem` belongs to that pair). `dir`
/// exists. Errors: `file_unreadable` (the folder), `file_unwritable`, `system`.
[[nodiscard]] Result<void> write_public_files(const std::string& dir,
                                              const Authority& authority,
                                              const std::string& bundle);

}  // namespace armgate::certs
