#include "io/net/limits.hpp"

#include "core/base/text.hpp"

namespace armgate::io {
namespace {

using std::chrono::milliseconds;

struct Unit {
    std::string_view suffix;
    unsigned long long factor;
};

constexpr std::array<Unit, 4> kTimeUnits{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<Unit, 3> kSizeUnits{{{"KiB", 1024}, {"MiB", 1024 * 1024}, {"", 1}}};

/// `10s` with kTimeUnits, `64KiB` with kSizeUnits; zero and more than a day or a GiB are refused.
template <class Units>
std::optional<unsigned long long> parse_amount(std::string_view text, const Units& units) {
    std::size_t digits = 0;
    while (digits < text.size() && base::is_digit(text[digits])) ++digits;
    const auto number = base::parse_decimal(text.substr(0, digits));
    for (const Unit& unit : units) {
        if (unit.suffix != text.substr(digits)) continue;
        constexpr unsigned long long kMost = 1'073'741'824;
        if (!number || *number == 0 || *number > kMost / unit.factor) return std::nullopt;
        return *number * unit.factor;
    }
    return std::nullopt;
}

}  // namespace

const std::vector<LimitName>& limit_names() {
    static const std::vector<LimitName> names{
        {"client-head", "CONNECT head, and a request head once begun", &Limits::client_head},
        {"client-idle", "between two requests of a connection", &Limits::client_idle},
        {"client-tls", "TLS handshake with the client", &Limits::client_tls},
        {"connect", "connecting to a host", &Limits::connect},
        {"upstream-tls", "TLS handshake with the upstream", &Limits::upstream_tls},
        {"body-progress", "one block of a body, either way", &Limits::body_progress},
        {"response-head", "the upstream's answer", &Limits::response_head},
        {"expect-continue", "the upstream's 100 Continue", &Limits::expect_continue},
        {"tls-shutdown", "sending close_notify", &Limits::tls_shutdown},
        {"linger", "reading on after an answer that closes", &Limits::linger},
        {"upstream-idle", "a pooled upstream connection", &Limits::upstream_idle},
        {"tunnel-idle", "a tunnel in which nothing moves", &Limits::tunnel_idle},
        {"stop-grace", "busy requests at a stop", &Limits::stop_grace},
        {"resolved-life", "addresses of a name are reused", &Limits::resolved_life},
        {"drain-bytes", "body of a refused request that is read", &Limits::drain_bytes},
        {"held-body-bytes", "body that is read before it is judged", &Limits::held_body_bytes},
        {"rehearsed-body-bytes", "body of a write in a dry run", &Limits::rehearsed_body_bytes},
        {"asked-answer-bytes", "answer of ARM's that a dry run reads", &Limits::asked_answer_bytes},
        {"idle-upstreams", "pooled connections a host and thread", &Limits::idle_upstreams},
        {"client-hello-bytes", "first bytes of a tunnel held back", &Limits::client_hello_bytes},
    };
    return names;
}

Result<void> set_limit(Limits& limits, std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    const std::string_view name = assignment.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : assignment.substr(equals + 1);
    for (const LimitName& known : limit_names()) {
        if (known.name != name) continue;
        if (const auto* time = std::get_if<milliseconds Limits::*>(&known.member)) {
            const auto amount = parse_amount(value, kTimeUnits);
            if (amount) limits.*(*time) = milliseconds(*amount);
            if (amount) return {};
            return Error{Errc::usage, "--limit " + std::string(name) +
                                          ": expected a time such as 500ms, 10s, 2m or 1h"};
        }
        const auto amount = parse_amount(value, kSizeUnits);
        if (amount) limits.*std::get<std::size_t Limits::*>(known.member) = *amount;
        if (amount) return {};
        return Error{Errc::usage,
                     "--limit " + std::string(name) + ": expected a number such as 64 or 64KiB"};
    }
    std::string all;
    for (const LimitName& known : limit_names()) all += " " + std::string(known.name);
    return Error{Errc::usage, "--limit: there is no limit of that name. Limits:" + all};
}

}  // namespace armgate::io
