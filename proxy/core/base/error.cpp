#include "core/base/error.hpp"

#include <stdexcept>

namespace armgate {

std::string_view error_name(Errc code) noexcept {
    switch (code) {
        case Errc::usage:
            return "usage";
        case Errc::config_invalid:
            return "config_invalid";
        case Errc::input_invalid:
            return "input_invalid";
        case Errc::file_unreadable:
            return "file_unreadable";
        case Errc::file_unwritable:
            return "file_unwritable";
        case Errc::permissions_too_wide:
            return "permissions_too_wide";
        case Errc::ca_invalid:
            return "ca_invalid";
        case Errc::ca_does_not_cover:
            return "ca_does_not_cover";
        case Errc::address_in_use:
            return "address_in_use";
        case Errc::system:
            return "system";
        case Errc::bad_request_line:
            return "bad_request_line";
        case Errc::bad_field:
            return "bad_field";
        case Errc::bad_framing:
            return "bad_framing";
        case Errc::bad_target:
            return "bad_target";
        case Errc::bad_host:
            return "bad_host";
        case Errc::head_too_large:
            return "head_too_large";
        case Errc::body_too_large:
            return "body_too_large";
        case Errc::chunk_invalid:
            return "chunk_invalid";
        case Errc::method_not_forwardable:
            return "method_not_forwardable";
        case Errc::host_mismatch:
            return "host_mismatch";
        case Errc::plain_http:
            return "plain_http";
        case Errc::not_rehearsed:
            return "not_rehearsed";
        case Errc::not_a_proxy_request:
            return "not_a_proxy_request";
        case Errc::bad_response:
            return "bad_response";
        case Errc::resolve_failed:
            return "resolve_failed";
        case Errc::connect_failed:
            return "connect_failed";
        case Errc::address_forbidden:
            return "address_forbidden";
        case Errc::tls_failed:
            return "tls_failed";
        case Errc::certificate_rejected:
            return "certificate_rejected";
        case Errc::timed_out:
            return "timed_out";
        case Errc::client_timed_out:
            return "client_timed_out";
        case Errc::connection_closed:
            return "connection_closed";
        case Errc::truncated:
            return "truncated";
    }
    return "unknown";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error(std::string(error_name(error.code)) + ": " + error.detail);
}

}  // namespace armgate
