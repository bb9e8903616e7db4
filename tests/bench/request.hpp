// The requests of the benchmark: az's fields and a bearer token of 2 KB, with claims and sizes as a
// user's token has them. Made up, valid for an hour.
#pragma once

#include <cstdint>
#include <string>

namespace armgate::bench {

/// `bytes`: how large an answer is asked for; 0 for the usual 1 KiB.
[[nodiscard]] std::string get_request(std::uint16_t port, std::uint64_t bytes);

/// The head of an answer with that many bytes of JSON, with ARM's fields.
[[nodiscard]] std::string answer_head(std::uint64_t body_bytes);

/// Whether the token proves MFA: then no body is looked at.
enum class Sender { with_mfa, without_mfa };

/// What a template is made of: machines of 1 KB each, as `az vm create` writes them, or accounts of
/// 0.3 KB with nothing in them, the most resources that so many bytes can hold.
enum class Resources { machines, accounts };

/// A whole PUT of a deployment whose template is at least `bytes` long.
[[nodiscard]] std::string put_deployment(std::uint16_t port,
                                         std::uint64_t bytes,
                                         Sender sender,
                                         Resources resources);

/// The head of an upload of that size.
[[nodiscard]] std::string put_head(std::uint16_t port, std::uint64_t bytes);

}  // namespace armgate::bench
