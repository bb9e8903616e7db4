#include "core/http/request_check.hpp"

#include "core/http/hops.hpp"

namespace armgate::http {

Result<RequestTarget> check_request(const RequestHead& head,
                                    std::string_view host,
                                    std::uint16_t port) {
    const auto target = parse_request_target(head.target);
    if (!target) return target.error();
    if (target->path == "*" && head.method != "OPTIONS") {
        return Error{Errc::bad_target,
                     "the request target * is for OPTIONS alone (RFC 9112 section 3.2.4)"};
    }
    if (head.fields.count("Host") != 1) {
        return Error{Errc::bad_host, "the request has no Host field, or several (RFC 9112 3.2)"};
    }
    const std::string_view named = *head.fields.find("Host");
    if (!is_host_value(named)) {
        return Error{Errc::bad_host, "Host is not one host with an optional port (RFC 9112 3.2)"};
    }
    if (!names_host(named, host, port)) {
        return Error{Errc::host_mismatch, "Host names another host than CONNECT did"};
    }
    if (target->absolute_host && !names_host(*target->absolute_host, host, port)) {
        return Error{Errc::host_mismatch, "the request target names another host than CONNECT did"};
    }
    if (const auto hops = check_request_hops(head); !hops) return hops.error();
    return *target;
}

}  // namespace armgate::http
