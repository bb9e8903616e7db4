// The lines of a trace (contract section 6, docs/trace.md) as values, and their encoding: one JSON
// object a line, ASCII only, always whole. Pure. A record never holds a token or a part of one.
#pragma once

#include "core/arm/operation.hpp"
#include "core/base/redact.hpp"
#include "core/base/time.hpp"
#include "core/identity/identity.hpp"
#include "core/identity/tool.hpp"
#include "core/verdict/verdict.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::trace {

inline constexpr std::string_view kSchema = "armgate.trace/1";

/// What became of a request: a closed list.
enum class Action { forwarded, refused, simulated, failed };

[[nodiscard]] std::string_view action_name(Action action) noexcept;

struct SessionRecord {
    base::Timestamp time;
    std::string session;
    std::string mode;
};

/// The token of a retry, next to that of the request it retries.
enum class RetryToken { same, fresh };

/// `same` or `new`.
[[nodiscard]] std::string_view retry_token_name(RetryToken token) noexcept;

/// A write that was refused for MFA, sent again (trace/retry).
struct Retry {
    std::uint64_t of = 0;  ///< seq of the refused request, in the same session
    RetryToken token = RetryToken::same;
};

struct RequestRecord {
    base::Timestamp time;
    std::string session;
    std::uint64_t seq = 0;
    std::uint64_t connection = 0;

    std::optional<std::string> user_agent;
    identity::Tool tool;
    std::optional<std::string> client_request_id;
    std::optional<std::string> command;

    std::string method;
    std::string host;
    std::string path;   ///< as sent, undecoded
    std::string query;  ///< as sent; redacted when encoded
    arm::Classification classification;
    std::uint64_t request_bytes = 0;

    identity::Identity identity;
    verdict::Verdict verdict;
    std::string policy;                           ///< empty: null
    std::vector<verdict::ContentsItem> contents;  ///< what the request carries inside
    Action action = Action::failed;

    std::optional<unsigned> status;
    std::optional<std::string> request_id;
    std::optional<std::string> correlation_id;
    std::uint64_t response_bytes = 0;
    std::optional<std::string> refused_by;
    /// Why it failed or was not forwarded: an Errc name and a sentence; empty where nothing did.
    std::string error;
    std::optional<Retry> retry;

    // of a dry run
    std::vector<std::string> invented;  ///< what the answer had to make up, a sentence each
    std::size_t asked = 0;              ///< reads sent to ARM to know the answer

    std::chrono::microseconds total{0};
    std::optional<std::chrono::microseconds> upstream;
};

struct TunnelRecord {
    base::Timestamp time;
    std::string session;
    std::uint64_t connection = 0;
    std::string host;
    std::uint16_t port = 0;
    std::uint64_t bytes_sent = 0;      ///< client to server
    std::uint64_t bytes_received = 0;  ///< server to client
    std::chrono::microseconds duration{0};
    std::string error;  ///< empty: it ended in order
};

/// Each gives one line with its LF.
[[nodiscard]] std::string encode(const SessionRecord& record);
[[nodiscard]] std::string encode(const RequestRecord& record, const base::RedactionRules& rules);
[[nodiscard]] std::string encode(const TunnelRecord& record);

/// `{"record":"gap","lost":N}`: written first once a trace can be written again.
[[nodiscard]] std::string encode_gap(std::uint64_t lost);

}  // namespace armgate::trace
