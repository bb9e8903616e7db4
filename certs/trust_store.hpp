// Java's trust store: Java reads no PEM bundle, so it gets the same certificates as a JKS file, the
// one format that every Java from 1.2 on reads and that needs no help of OpenSSL to write. Public
// certificates only, never a key. Blocking file calls, for start-up; no shared state.
#pragma once

#include "certs/authority.hpp"

#include <string>
#include <string_view>

namespace armgate::certs {

/// The password of every JDK's own store, which keeps nothing secret either.
inline constexpr std::string_view kStorePassword = "changeit";

/// A JKS key store with every certificate of `pem` and the CA (alias `armgate`), each once, as
/// trusted ones. Same input, same bytes. A block that OpenSSL cannot read is left out, as Java
/// would refuse the whole file for it. `password` (ASCII) only seals the file against damage.
/// Error: `system`.
[[nodiscard]] Result<std::string> java_trust_store(std::string_view pem,
                                                   const Authority& authority,
                                                   std::string_view password = kStorePassword);

/// The trusted certificates of a user's own store, JKS or PKCS #12, as PEM; keys are left out. With
/// an empty `password` the usual ones are tried, and a JKS is read unchecked, as Java does.
/// Errors: `file_unreadable`, `input_invalid` (another format, a wrong password, a cipher that
/// OpenSSL does not know); both name the file.
[[nodiscard]] Result<std::string> read_java_trust_store(const std::string& path,
                                                        const std::string& password);

}  // namespace armgate::certs
