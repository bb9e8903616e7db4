// The local certificate authority and the leaves it issues. An Authority is immutable once made:
// any number of threads may issue from one at the same time. It is name-constrained to the ARM
// hosts, so that a stolen key is worth those and not the whole web (README.md).
#pragma once

#include "certs/openssl.hpp"
#include "core/base/error.hpp"
#include "core/base/time.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::certs {

inline constexpr auto kAuthorityLife = std::chrono::hours(24) * 730;
inline constexpr auto kLeafLife = std::chrono::hours(24) * 7;

/// Certificates start this long before they are made: a client in a container or a virtual machine
/// may have a clock that is behind ours.
inline constexpr auto kBackdate = std::chrono::hours(24);

/// Subject organisation and start of the common name of every CA that armgate makes: the mark by
/// which `armgate` recognises its own in a trust store.
inline constexpr std::string_view kOrganisation = "armgate";
inline constexpr std::string_view kCommonNamePrefix = "armgate local CA";

/// A CA certificate with its key. Move-only; a moved-from one may only be destroyed.
class Authority {
  public:
    /// Takes a pair after checking it: EC P-256, key and certificate belong together, self-signed,
    /// `CA:TRUE`, may sign certificates, critical name constraints that permit DNS names only and
    /// exclude all addresses. Does not look at the dates. Error: `ca_invalid`, a clause that says
    /// what is wrong, without the file's name, which the caller knows.
    [[nodiscard]] static Result<Authority> from_pair(X509Handle certificate, KeyHandle key);

    /// True where the name constraints permit `host` (a DNS name in any case, one trailing dot
    /// allowed). Never for an address.
    [[nodiscard]] bool covers(std::string_view host) const;

    /// The permitted DNS names, in normal form.
    [[nodiscard]] const std::vector<std::string>& permitted_names() const noexcept {
        return permitted_names_;
    }

    /// The certificate as one PEM block; never the key.
    [[nodiscard]] std::string pem() const;

    /// SHA-256 of the certificate as `AB:CD:...`, as openssl prints it.
    [[nodiscard]] std::string fingerprint_sha256() const;

    /// `CN=..., O=...`, for people; printable ASCII.
    [[nodiscard]] std::string subject() const;

    [[nodiscard]] base::Timestamp not_before() const;
    [[nodiscard]] base::Timestamp not_after() const;

    /// Borrowed: valid as long as this Authority.
    [[nodiscard]] X509* certificate() const noexcept { return certificate_.get(); }
    /// Borrowed. For signing and for writing `ca.key`; never print it.
    [[nodiscard]] EVP_PKEY* key() const noexcept { return key_.get(); }

  private:
    Authority(X509Handle certificate, KeyHandle key, std::vector<std::string> names);

    X509Handle certificate_;
    KeyHandle key_;
    std::vector<std::string> permitted_names_;
};

/// A certificate for one host with a key of its own.
struct Leaf {
    X509Handle certificate;
    KeyHandle key;
    base::Timestamp not_before;
    base::Timestamp not_after;
};

/// Makes a CA that may vouch for `permitted_names` and what is below them (RFC 5280 section
/// 4.2.1.10), for kAuthorityLife from `now` on. The subject names the user and the machine.
/// Errors: `input_invalid` (no name, or one that is not a DNS name), `system` (OpenSSL).
[[nodiscard]] Result<Authority> create_authority(std::vector<std::string> permitted_names,
                                                 base::Timestamp now);

/// Issues a leaf for exactly `host` (normal form or not; never a wildcard, never an address), for
/// kLeafLife from `now` on but never beyond the CA's own dates.
/// Errors: `ca_does_not_cover`, `ca_invalid` (the CA is not valid at `now`), `system` (OpenSSL).
[[nodiscard]] Result<Leaf> issue_leaf(const Authority& authority,
                                      std::string_view host,
                                      base::Timestamp now);

}  // namespace armgate::certs
