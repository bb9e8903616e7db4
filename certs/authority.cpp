#include "certs/authority.hpp"

#include "certs/identify.hpp"
#include "certs/names.hpp"
#include "certs/x509_parts.hpp"

#include <algorithm>
#include <array>
#include <pwd.h>
#include <unistd.h>

namespace armgate::certs {
namespace {

constexpr int kDigitalSignature = 0;
constexpr int kCertificateSign = 5;

/// What of `text` may stand in a subject: printable ASCII without what a reader could take for
/// the name's own syntax; `?` for the rest.
std::string plain_text(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : text.substr(0, limit)) {
        const bool plain = c > ' ' && c < '\x7F' && c != ',' && c != '=' && c != '(' && c != ')';
        out.push_back(plain ? c : '?');
    }
    return out;
}

std::string user_name() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr) {
        return entry.pw_name;
    }
    return "uid" + std::to_string(geteuid());
}

std::string host_name() {
    std::array<char, 256> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) return "localhost";
    return buffer.data();
}

/// "armgate local CA (user@machine, 2026-11-24)", within the 64 characters of RFC 5280's
/// ub-common-name.
std::string common_name(base::Timestamp now) {
    constexpr std::size_t kLimit = 16;
    return std::string(kCommonNamePrefix) + " (" + plain_text(user_name(), kLimit) + "@" +
           plain_text(host_name(), kLimit) + ", " + base::format_rfc3339(now).substr(0, 10) + ")";
}

Error openssl_failed(std::string_view what) {
    return Error{Errc::system, std::string(what) + " failed in OpenSSL: " + drain_errors() + "."};
}

/// Normal form, without repetitions, in the order given. A `*.` in front is taken off: below a
/// name is always permitted.
Result<std::vector<std::string>> normal_names(const std::vector<std::string>& names) {
    std::vector<std::string> out;
    for (std::string_view name : names) {
        if (name.starts_with("*.")) name.remove_prefix(2);
        auto normal = normal_dns_name(name);
        if (!normal) {
            return Error{Errc::input_invalid,
                         "A CA cannot be made for '" + plain_text(name, 64) +
                             "': it is not a DNS name (an address cannot be intercepted); name a "
                             "host."};
        }
        if (std::find(out.begin(), out.end(), *normal) == out.end()) {
            out.push_back(std::move(*normal));
        }
    }
    if (out.empty()) {
        return Error{Errc::input_invalid,
                     "A CA cannot be made without a host: it must be constrained; name at least "
                     "one."};
    }
    return out;
}

bool fill_authority(X509* cert,
                    EVP_PKEY* key,
                    const std::vector<std::string>& names,
                    base::Timestamp now) {
    X509_NAME* subject = X509_get_subject_name(cert);
    return add_name_part(subject, NID_organizationName, kOrganisation) &&
           add_name_part(subject, NID_commonName, common_name(now)) &&
           X509_set_issuer_name(cert, subject) == 1 && add_basic_constraints_ca(cert) &&
           add_key_usage(cert, kCertificateSign) &&
           // Verifiers apply a CA's extended key usage to what it issues: no code or mail signing.
           add_server_auth(cert) && add_subject_key_id(cert) && add_name_constraints(cert, names) &&
           X509_sign(cert, key, EVP_sha256()) > 0;
}

bool fill_leaf(X509* cert, const Authority& authority, const std::string& host) {
    constexpr std::size_t kCommonNameLimit = 64;
    X509_NAME* subject = X509_get_subject_name(cert);
    if (!add_name_part(subject, NID_organizationName, kOrganisation)) return false;
    // Clients match the SAN; the common name is for people, and left out where it has no room.
    if (host.size() <= kCommonNameLimit && !add_name_part(subject, NID_commonName, host)) {
        return false;
    }
    return X509_set_issuer_name(cert, X509_get_subject_name(authority.certificate())) == 1 &&
           add_basic_constraints_leaf(cert) && add_key_usage(cert, kDigitalSignature) &&
           add_server_auth(cert) && add_subject_key_id(cert) &&
           add_authority_key_id(cert, authority.certificate()) && add_dns_san(cert, host) &&
           X509_sign(cert, authority.key(), EVP_sha256()) > 0;
}

/// What keeps the pair from being a CA of ours; empty where nothing does.
std::string_view pair_fault(X509* cert, EVP_PKEY* key, const std::vector<std::string>& names) {
    if (!is_p256(key)) return "the key is not an EC P-256 key";
    if (X509_check_private_key(cert, key) != 1) return "the key and the certificate do not match";
    if (X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) != 0 ||
        X509_verify(cert, key) != 1) {
        return "the certificate is not signed by its own key";
    }
    const bool is_ca = X509_check_ca(cert) == 1 && is_critical(cert, NID_basic_constraints) &&
                       (X509_get_key_usage(cert) & KU_KEY_CERT_SIGN) != 0 &&
                       X509_get0_subject_key_id(cert) != nullptr;
    if (!is_ca) return "the certificate is not one of a CA";
    if (names.empty() || !is_critical(cert, NID_name_constraints) ||
        !excludes_all_addresses(cert)) {
        return "the certificate has no name constraints, so armgate did not make it";
    }
    return {};
}

}  // namespace

Authority::Authority(X509Handle certificate, KeyHandle key, std::vector<std::string> names)
    : certificate_(std::move(certificate)),
      key_(std::move(key)),
      permitted_names_(std::move(names)) {
}

Result<Authority> Authority::from_pair(X509Handle certificate, KeyHandle key) {
    initialise_openssl();
    auto names = permitted_dns_names(certificate.get());
    for (std::string& name : names) {
        auto normal = normal_dns_name(name);
        if (!normal)
            return Error{Errc::ca_invalid, "its name constraints hold an empty or bad name"};
        name = std::move(*normal);
    }
    const std::string_view fault = pair_fault(certificate.get(), key.get(), names);
    (void)drain_errors();
    if (!fault.empty()) return Error{Errc::ca_invalid, std::string(fault)};
    return Authority(std::move(certificate), std::move(key), std::move(names));
}

bool Authority::covers(std::string_view host) const {
    const auto normal = normal_dns_name(host);
    return normal && std::any_of(permitted_names_.begin(), permitted_names_.end(),
                                 [&](const auto& name) { return is_within(*normal, name); });
}

std::string Authority::pem() const {
    std::string pem = certificate_pem(certificate_.get());
    (void)drain_errors();
    return pem;
}

std::string Authority::fingerprint_sha256() const {
    return certs::fingerprint_sha256(certificate_.get());
}

std::string Authority::subject() const {
    return subject_text(certificate_.get());
}

base::Timestamp Authority::not_before() const {
    return to_timestamp(X509_get0_notBefore(certificate_.get()));
}

base::Timestamp Authority::not_after() const {
    return to_timestamp(X509_get0_notAfter(certificate_.get()));
}

Result<Authority> create_authority(std::vector<std::string> permitted_names, base::Timestamp now) {
    initialise_openssl();
    auto names = normal_names(permitted_names);
    if (!names) return names.error();
    KeyHandle key = make_p256_key();
    if (!key) return openssl_failed("Making the CA's key");
    X509Handle cert = begin_certificate(key.get(), {now - kBackdate, now + kAuthorityLife});
    if (!cert || !fill_authority(cert.get(), key.get(), *names, now)) {
        return openssl_failed("Making the CA's certificate");
    }
    auto authority = Authority::from_pair(std::move(cert), std::move(key));
    if (!authority) {
        return Error{Errc::system,
                     "The CA just made is not usable: " + authority.error().detail + "."};
    }
    return authority;
}

Result<Leaf> issue_leaf(const Authority& authority, std::string_view host, base::Timestamp now) {
    initialise_openssl();
    const auto name = normal_dns_name(host);
    if (!name || !authority.covers(*name)) {
        const std::string shown = plain_text(host, 253);
        return Error{Errc::ca_does_not_cover, "The CA does not cover '" + shown +
                                                  "': run 'armgate ca rotate --intercept " + shown +
                                                  "'."};
    }
    const base::Timestamp ca_start = authority.not_before();
    const base::Timestamp ca_end = authority.not_after();
    if (now < ca_start || now >= ca_end) {
        return Error{Errc::ca_invalid, "The CA is valid from " +
                                           base::format_rfc3339_seconds(ca_start) + " to " +
                                           base::format_rfc3339_seconds(ca_end) +
                                           " only, which is not now: check this machine's clock, "
                                           "else run 'armgate ca rotate'."};
    }
    const Validity validity{std::max(now - kBackdate, ca_start), std::min(now + kLeafLife, ca_end)};
    KeyHandle key = make_p256_key();
    if (!key) return openssl_failed("Making the key for " + *name);
    X509Handle cert = begin_certificate(key.get(), validity);
    if (!cert || !fill_leaf(cert.get(), authority, *name)) {
        return openssl_failed("Making the certificate for " + *name);
    }
    (void)drain_errors();
    return Leaf{std::move(cert), std::move(key), validity.not_before, validity.not_after};
}

}  // namespace armgate::certs
