// The bundle that clients are pointed at: what the user trusted before, plus our CA. Also where the
// system keeps its roots. Blocking file calls, for start-up; no shared state.
#pragma once

#include "certs/authority.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::certs {

/// The bound on any bundle read: Debian's roots are 0.2 MB, company bundles a few MB.
inline constexpr std::size_t kBundleLimitBytes = 16UL * 1024 * 1024;

/// The PEM blocks of `text` that are certificates (`CERTIFICATE`, `X509 CERTIFICATE`,
/// `TRUSTED CERTIFICATE`), each ended by one LF, CR LF made LF. Anything else, private keys above
/// all, is left out.
[[nodiscard]] std::vector<std::string> certificate_blocks(std::string_view text);

/// The first of `candidates` that is a readable file with a certificate.
/// Error: `file_unreadable`.
[[nodiscard]] Result<std::string> first_roots_file(const std::vector<std::string>& candidates);

/// The path of the system's roots, by the list of config/rules/trust.json; never the environment's
/// SSL_CERT_FILE. Error: `file_unreadable` (says to install ca-certificates).
[[nodiscard]] Result<std::string> system_roots_path();

/// The certificates of `user_bundle_path` (what the user's variable named before; the system's
/// roots where it is not given), then our CA, once. Error: `file_unreadable`, `input_invalid` (no
/// certificate in it); both name the file.
[[nodiscard]] Result<std::string> combined_bundle(
    const std::optional<std::string>& user_bundle_path, const Authority& authority);

}  // namespace armgate::certs
