#include "io/net/answer.hpp"

#include "io/system/clock.hpp"

#include <array>

namespace armgate::io {

std::string serialise(const arm::LocalAnswer& answer,
                      std::string_view request_method,
                      http::Connection connection) {
    http::ResponseHead head;
    head.status = answer.status;
    head.reason = http::reason_phrase(answer.status);
    for (const auto& [name, value] : answer.fields) head.fields.add(name, http::field_safe(value));
    http::BodyFraming framing{http::Framing::length, answer.body.size()};
    std::string out;
    http::append_response_head(out, head, request_method, framing, connection);
    if (request_method != "HEAD") out += answer.body;
    return out;
}

arm::AnswerContext new_answer_context(base::Timestamp now, std::string_view clause) {
    arm::AnswerContext context;
    context.request_id = new_guid();
    context.correlation_id = context.request_id;
    context.routing_id = new_guid();
    context.now = now;
    context.clause = clause;
    return context;
}

unsigned status_of(Errc code) noexcept {
    switch (code) {
        case Errc::head_too_large:
            return 431;
        case Errc::body_too_large:
            return 413;
        case Errc::host_mismatch:
            return 421;
        case Errc::plain_http:
            return 403;
        case Errc::bad_response:
        case Errc::resolve_failed:
        case Errc::connect_failed:
        case Errc::address_forbidden:
        case Errc::tls_failed:
        case Errc::certificate_rejected:
        case Errc::connection_closed:
        case Errc::truncated:
            return 502;
        case Errc::timed_out:
            return 504;
        case Errc::client_timed_out:
            return 408;
        default:
            return 400;
    }
}

std::string sentence_of(const Error& error) {
    return "armgate: " + error.detail + (error.detail.ends_with('.') ? "" : ".");
}

std::string_view arm_code_of(Errc code) noexcept {
    if (code == Errc::not_a_proxy_request) return "NotAProxyRequest";
    switch (status_of(code)) {
        case 403:
            return "PlainHttpRefused";
        case 408:
            return "RequestTimeout";
        case 421:
            return "MisdirectedRequest";
        case 413:
            return "RequestEntityTooLarge";
        case 431:
            return "RequestHeaderFieldsTooLarge";
        case 502:
            return "BadGateway";
        case 504:
            return "GatewayTimeout";
        default:
            return "BadRequest";
    }
}

awaitable<void> close_lingering(Stream& stream, const Limits& limits) {
    co_await stream.finish(after(limits.tls_shutdown));
    const SteadyTime until = after(limits.linger);
    std::array<char, 4096> unread{};
    std::size_t total = 0;
    while (total < limits.drain_bytes) {
        const Result<std::size_t> got = co_await stream.read_some(unread, until);
        if (!got || *got == 0) break;
        total += *got;
    }
    stream.close();
}

}  // namespace armgate::io
