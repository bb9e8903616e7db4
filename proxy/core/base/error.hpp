// The one error type of armgate: a code for machines, one sentence for people.
// Pure values, safe to copy and to pass between threads.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <boost/system/result.hpp>

namespace armgate {

/// Why something failed. Grouped by who has to act; `error_name` gives the stable spelling.
enum class Errc {
    // the user's input: exit status 2
    usage,
    config_invalid,
    input_invalid,
    // this machine: exit status 1
    file_unreadable,
    file_unwritable,
    permissions_too_wide,
    ca_invalid,
    ca_does_not_cover,
    address_in_use,
    system,
    // a message that is not well-formed HTTP/1.1: 400, connection closed
    bad_request_line,
    bad_field,
    bad_framing,
    bad_target,
    bad_host,
    head_too_large,
    body_too_large,
    chunk_invalid,
    // a well-formed request that may not be forwarded
    method_not_forwardable,
    host_mismatch,
    plain_http,
    not_a_proxy_request,
    not_rehearsed,  ///< a dry run lets nothing through to it
    // the network, at the upstream side: 502 or 504
    bad_response,
    resolve_failed,
    connect_failed,
    address_forbidden,
    tls_failed,
    certificate_rejected,
    timed_out,
    client_timed_out,  ///< at the client's side: 408
    connection_closed,
    truncated,
};

/// The code's stable name, as in logs: `bad_framing`.
[[nodiscard]] std::string_view error_name(Errc code) noexcept;

/// A failure: `detail` is one sentence, *what failed, for which thing, what to do*; it never quotes
/// the bytes that caused it, which may hold a secret.
struct Error {
    Error() = default;
    // Constructors on purpose: g++ 12 destroys an aggregate made in a co_await expression twice.
    Error(Errc error_code, std::string sentence) : code(error_code), detail(std::move(sentence)) {}

    Errc code = Errc::system;
    std::string detail;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Required by boost::system::result where `value()` is called on an error: a programmer's mistake.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

}  // namespace armgate
