#include "io/net/limits.hpp"

#include "core/arm/batch.hpp"
#include "core/arm/contents.hpp"
#include "core/arm/lenient_json.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/http/chunked.hpp"
#include "core/http/field_syntax.hpp"
#include "core/http/reader.hpp"
#include "core/identity/token.hpp"
#include "core/verdict/refuse.hpp"
#include "io/net/resolver.hpp"

#include <utility>

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

/// The largest unit that divides `amount`.
template <class Units>
std::string amount_text(unsigned long long amount, const Units& units, std::string_view smallest) {
    std::string_view suffix = smallest;
    unsigned long long factor = 1;
    for (const Unit& unit : units) {
        if (amount % unit.factor != 0 || unit.factor <= factor) continue;
        suffix = unit.suffix;
        factor = unit.factor;
    }
    return std::to_string(amount / factor) + std::string(suffix);
}

}  // namespace

const std::vector<LimitName>& limit_names() {
    static const std::vector<LimitName> names{
        {"client-head", "the CONNECT head; a request head once begun",
         "408 with a record, and the connection is closed", &Limits::client_head},
        {"client-idle", "between two requests of a connection", "the connection is closed",
         &Limits::client_idle},
        {"client-tls", "the TLS handshake with the client", "the connection is closed, a log line",
         &Limits::client_tls},
        {"connect", "looking up and connecting to a host, or asking the upstream proxy for it",
         "504 with a record", &Limits::connect},
        {"upstream-tls", "the TLS handshake with the upstream", "504 with a record",
         &Limits::upstream_tls},
        {"body-progress", "one block of a body, either way: silence, or a peer that takes nothing",
         "a client that sends no more: 408; an upstream: 504, or the answer is cut; a record",
         &Limits::body_progress},
        {"body-total", "a whole body, either way: one that trickles ends here",
         "as for `body-progress`", &Limits::body_total},
        {"response-head", "the upstream's answer, up to the end of its head", "504 with a record",
         &Limits::response_head},
        {"expect-continue",
         "the upstream's 100 Continue; the first bytes in a tunnel to an address",
         "the client is told to go on; the tunnel is relayed", &Limits::expect_continue},
        {"tls-shutdown", "sending close_notify", "the connection is closed without it",
         &Limits::tls_shutdown},
        {"linger", "reading on after an answer that closes", "the connection is closed",
         &Limits::linger},
        {"drain", "reading the body of a request that was refused", "the connection is closed",
         &Limits::drain},
        {"upstream-idle", "a pooled upstream connection", "it is closed", &Limits::upstream_idle},
        {"tunnel-idle", "a tunnel in which nothing moves", "it is closed, with a record",
         &Limits::tunnel_idle},
        {"client-hello", "a TLS ClientHello in a tunnel, once begun",
         "the tunnel is closed, with a record", &Limits::client_hello},
        {"stop-grace", "busy requests at a stop", "they are cut, with a record",
         &Limits::stop_grace},
        {"resolved-life", "the addresses of a name are used again for so long",
         "the name is looked up anew; a failure is never remembered", &Limits::resolved_life},
        {"drain-bytes", "the body of a refused request that is read",
         "the connection is closed after the answer", &Limits::drain_bytes},
        {"held-body-bytes", "a body that is held back until it is judged",
         "it is streamed and judged as `contents-not-read`", &Limits::held_body_bytes},
        {"rehearsed-body-bytes", "the body of a write in a dry run", "413 with a record",
         &Limits::rehearsed_body_bytes},
        {"asked-answer-bytes", "an answer of ARM's that a dry run has to read or merge",
         "an error that says what could not be read, with a record", &Limits::asked_answer_bytes},
        {"idle-upstreams", "pooled upstream connections a host and thread",
         "a further one is closed", &Limits::idle_upstreams},
        {"client-hello-bytes", "the first bytes of a tunnel that are held back",
         "the tunnel is closed, with a record", &Limits::client_hello_bytes},
        {"informational", "1xx answers of the upstream to one request", "502 with a record",
         &Limits::informational},
        {"connections",
         "clients connected at once; fewer where the limit of open files needs it (two a client)",
         "further ones wait until one of them ends, a log line", &Limits::connections},
    };
    return names;
}

const std::vector<FixedLimit>& fixed_limits() {
    constexpr std::string_view kNotRead = "the contents are not read: `contents-not-read`";
    static const std::vector<FixedLimit> limits{
        {"head-bytes", http::kMaxHeadBytes, "a head, either way",
         "431 with a record and closed; an upstream's: 502"},
        {"fields", http::kMaxFields, "the fields of a head, either way",
         "431 with a record and closed; an upstream's: 502"},
        {"chunk-head-bytes", http::kMaxChunkHeadBytes,
         "the line before a chunk, and all trailers together",
         "400 with a record and closed; an upstream's: 502 or a cut"},
        {"token-bytes", identity::kMaxTokenBytes, "an Authorization value", "`unusable-token`"},
        {"token-depth", base::kTokenDepth, "levels of a token's JSON", "`unusable-token`"},
        {"body-bytes", arm::kMaxBodyBytes, "a body whose contents are read", kNotRead},
        {"body-depth", arm::kMaxBodyDepth, "levels of a body's JSON", kNotRead},
        {"body-values", arm::kMaxBodyValues, "values of a body's JSON", kNotRead},
        {"contents", arm::kMaxCarried,
         "requests that one body carries, and the work of telling them", kNotRead},
        {"contents-text", arm::kMaxCarriedText,
         "bytes of the names, types and ids of all that one body carries", kNotRead},
        {"merged-items", verdict::kMaxMergedItems, "items of a batch that is refused in part",
         "it is refused whole"},
        {"batch-answer-bytes", arm::kMaxBatchAnswerBytes,
         "the upstream's answer to a batch that went out in part", "it is passed on unmerged"},
        {"lookups", static_cast<std::size_t>(kMaxLookups), "names looked up at once",
         "502 with a record"},
    };
    return limits;
}

std::string limit_value(const Limits& limits, LimitMember member) {
    if (const auto* time = std::get_if<milliseconds Limits::*>(&member)) {
        const auto count = static_cast<unsigned long long>((limits.*(*time)).count());
        return amount_text(count, kTimeUnits, "ms");
    }
    return amount_text(limits.*std::get<std::size_t Limits::*>(member), kSizeUnits, "");
}

std::string at_limit(const Limits& limits, LimitMember member, std::string what) {
    for (const LimitName& known : limit_names()) {
        if (known.member != member) continue;
        return std::move(what) + " (limit " + std::string(known.name) + "=" +
               limit_value(limits, member) + ")";
    }
    return what;
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
    for (const FixedLimit& fixed : fixed_limits()) {
        if (fixed.name != name) continue;
        return Error{Errc::usage, "--limit " + std::string(name) + ": this one is fixed"};
    }
    std::string all;
    for (const LimitName& known : limit_names()) all += " " + std::string(known.name);
    return Error{Errc::usage, "--limit: there is no limit of that name. Limits:" + all};
}

}  // namespace armgate::io
