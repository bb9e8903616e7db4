// DNS names as certificates hold them: one normal form, and the subtree rule of name constraints.
// Pure values, safe on any thread. Addresses are never names here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace armgate::certs {

/// Lower case, one trailing dot off. Nothing where `name` is not a DNS name: labels of 1 to 63
/// letters, digits, `-` (not at an end) and `_`, 253 bytes in all, and a last label that is not a
/// number (that would be an IPv4 address).
[[nodiscard]] std::optional<std::string> normal_dns_name(std::string_view name);

/// True where `host` is `constraint` or lies below it, label by label (RFC 5280 section 4.2.1.10).
/// Both in normal form.
[[nodiscard]] bool is_within(std::string_view host, std::string_view constraint) noexcept;

}  // namespace armgate::certs
