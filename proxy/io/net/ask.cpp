#include "io/net/ask.hpp"

#include "core/http/hops.hpp"
#include "core/http/reader.hpp"
#include "io/net/held_bytes.hpp"

#include <algorithm>

namespace armgate::io {
namespace {

/// What one answer may take: silence of `wait` at most, and all of it until `until`.
struct Patience {
    const Limits& limits;
    std::chrono::milliseconds Limits::*wait;
    SteadyTime until;
};

awaitable<Result<void>> read_more(Upstream& upstream, Patience patience) {
    const std::span<char> room = upstream.input.prepare();
    const SteadyTime until = std::min(after(patience.limits.*patience.wait), patience.until);
    const Result<std::size_t> got = co_await upstream.stream.read_some(room, until);
    if (!got && got.error().code == Errc::timed_out) {
        const bool trickles = until == patience.until;
        co_return Error{Errc::timed_out,
                        at_limit(patience.limits, trickles ? &Limits::body_total : patience.wait,
                                 "the host did not answer in time")};
    }
    if (!got) co_return got.error();
    if (*got == 0) co_return Error{Errc::truncated, "the host cut its answer"};
    upstream.input.commit(*got);
    co_return Result<void>();
}

/// Reads on until the head of the final answer is there.
awaitable<Result<void>> read_final_head(Upstream& upstream,
                                        http::MessageReader& reader,
                                        std::string_view method,
                                        const Limits& limits) {
    std::size_t informational = 0;
    const SteadyTime until = after(limits.body_total);
    for (;;) {
        const Result<std::size_t> taken = reader.put(upstream.input.view());
        if (!taken) co_return Error{Errc::bad_response, taken.error().detail};
        upstream.input.consume(*taken);
        if (reader.head_done()) {
            const unsigned status = reader.response_head().status;
            if (status >= 200) co_return Result<void>();
            if (status == 101 || ++informational > limits.informational) {
                co_return Error{Errc::bad_response, "the host sent an answer that is none"};
            }
            reader = http::MessageReader::response(method);
            continue;
        }
        const bool begun = !upstream.input.empty();
        const Patience patience{limits, &Limits::response_head, until};
        const Result<void> more = co_await read_more(upstream, patience);
        if (more) continue;
        const bool lost = more.error().code == Errc::truncated && !begun;
        if (!lost) co_return more.error();
        co_return Error{Errc::connection_closed, "the host closed the connection"};
    }
}

}  // namespace

awaitable<Result<WholeAnswer>> ask_upstream(Upstream& upstream,
                                            std::string& request,
                                            std::string_view method,
                                            std::size_t max_bytes,
                                            const Limits& limits) {
    const Result<void> sent = co_await upstream.stream.write(request, after(limits.body_progress));
    wipe(request);
    if (!sent) co_return sent.error();
    http::MessageReader reader = http::MessageReader::response(method);
    const Result<void> begun = co_await read_final_head(upstream, reader, method, limits);
    if (!begun) co_return begun.error();
    WholeAnswer answer;
    answer.body += reader.block();
    bool ended_by_close = false;
    const SteadyTime until = after(limits.body_total);
    while (!reader.done()) {
        const Result<std::size_t> taken = reader.put(upstream.input.view());
        if (!taken) co_return Error{Errc::bad_response, taken.error().detail};
        upstream.input.consume(*taken);
        answer.body += reader.block();
        if (answer.body.size() > max_bytes) {
            co_return Error{Errc::body_too_large, "the answer is too long"};
        }
        if (*taken > 0 || reader.done()) continue;
        const Patience patience{limits, &Limits::body_progress, until};
        const Result<void> more = co_await read_more(upstream, patience);
        if (more) continue;
        // A body without a length ends with its connection; any other is cut by that.
        if (more.error().code != Errc::truncated || !reader.put_end()) co_return more.error();
        ended_by_close = true;
    }
    answer.head = std::move(reader.response_head());
    answer.reusable = !ended_by_close && upstream.input.empty() &&
                      http::is_keep_alive(answer.head.fields, answer.head.minor_version);
    co_return std::move(answer);
}

}  // namespace armgate::io
