// The hashes behind `guid()`, `newGuid()`, `uniqueString()` and a template's hash. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace armgate::dryrun::language {

/// ARM's own 64-bit variant of MurmurHash3 with seed 0 (as in Azure.Deployments.Expression and in
/// azapi's `unique_string`): two 32-bit lanes over blocks of eight bytes.
[[nodiscard]] std::uint64_t arm_hash(std::string_view bytes) noexcept;

/// `uniqueString`: the hash in 13 characters of `a-z2-7`, its highest bits first.
[[nodiscard]] std::string unique_string(std::string_view joined);

/// `guid`: RFC 9562 version 5 within ARM's namespace 11fb06fb-712d-4ddd-98c7-e71bbd588830.
[[nodiscard]] std::string arm_guid(std::string_view joined);

}  // namespace armgate::dryrun::language
