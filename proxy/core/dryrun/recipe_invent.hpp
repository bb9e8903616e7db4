// Values that only Azure could give, made up so that nobody takes them for real: each depends on
// nothing but the resource's id and a label, so that a repeated run gives the same. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace armgate::dryrun {

/// 64 bits of `id` (without case, as ids compare) and `label`. No cryptography: nothing secret
/// hangs on it.
[[nodiscard]] std::uint64_t invented_number(std::string_view id, std::string_view label) noexcept;

/// A GUID that starts with `a43a7e00-` and has version 8 (RFC 9562 section 5.8), which no service
/// gives out at random.
[[nodiscard]] std::string invented_guid(std::string_view id, std::string_view label);

/// Eight hexadecimal digits, as in the names that services make.
[[nodiscard]] std::string invented_hash(std::string_view id, std::string_view label);

/// Base64 of `bytes` bytes of plain text that says what it is: no key at all. `bytes` is at most
/// 128.
[[nodiscard]] std::string invented_key(std::string_view label, std::size_t bytes);

/// An address of 203.0.113.0/24, which is for documentation (RFC 5737).
[[nodiscard]] std::string invented_public_address(std::string_view id, std::string_view label);

/// An address of 10.0.0.0/24 from .4 on, where Azure's subnets start.
[[nodiscard]] std::string invented_private_address(std::string_view id, std::string_view label);

}  // namespace armgate::dryrun
