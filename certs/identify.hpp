// What a certificate says of itself: for messages, and to know armgate's own CAs wherever they are
// met. Pure; safe on any thread.
#pragma once

#include "certs/openssl.hpp"

#include <string>

namespace armgate::certs {

/// SHA-256 of the certificate as `AB:CD:...`, as openssl prints it.
[[nodiscard]] std::string fingerprint_sha256(const X509* certificate);

/// `CN=..., O=...`, for people; printable ASCII.
[[nodiscard]] std::string subject_text(const X509* certificate);

/// True for a CA that some armgate made, by its common name.
[[nodiscard]] bool is_armgate_ca(const X509* certificate);

}  // namespace armgate::certs
