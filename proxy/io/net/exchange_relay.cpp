// The bodies of an exchange on their way: the request's to the upstream, the answer's to the
// client, block by block, with what an early answer, a pause or a limit makes of them.
#include "core/http/writer.hpp"
#include "io/net/exchange.hpp"

#include <algorithm>

namespace armgate::io {
namespace {

/// Pieces up to this size are gathered with what is there, larger ones are written as they lie.
constexpr std::size_t kGatherBytes = std::size_t{4} * 1024;
constexpr std::size_t kFlushBytes = std::size_t{16} * 1024;

/// While a client pauses in its body, the upstream is looked at this often.
constexpr std::chrono::milliseconds kGlance{100};

Error client_gone() {
    return {Errc::connection_closed, "the client closed the connection before the end"};
}

}  // namespace

std::string Exchange::late_body(SteadyTime whole, std::string what) const {
    const bool too_long = std::chrono::steady_clock::now() >= whole;
    return at_limit(limits_, too_long ? &Limits::body_total : &Limits::body_progress,
                    std::move(what));
}

SteadyTime Exchange::body_wait(SteadyTime whole) const {
    return std::min(after(limits_.body_progress), whole);
}

Error Exchange::client_stalled() {
    client_stalled_ = true;
    return {Errc::client_timed_out,
            late_body(upload_until_, "the client sent no more of the request's body")};
}

awaitable<Result<void>> Exchange::relay_request_body(Upstream& upstream, std::string out) {
    const http::BodyFraming framing = outgoing_framing();
    const Result<void> held_sent = co_await relay_held_body(upstream, out);
    if (!held_sent || upload_over_) co_return held_sent;
    while (!request_.done()) {
        const Result<std::size_t> taken = request_.put(context_.input.view());
        if (!taken) {
            request_cut_ = true;
            co_return taken.error();
        }
        context_.input.consume(*taken);
        const std::string_view piece = request_.block();
        record_->request_bytes += piece.size();
        const bool as_it_lies =
            framing.kind == http::Framing::length && piece.size() > kGatherBytes;
        if (!as_it_lies) http::append_body_piece(out, piece, framing);
        const bool starved = *taken == 0 && !request_.done();
        if (as_it_lies || starved || out.size() > kFlushBytes) {
            const Result<void> flushed = co_await to_upstream(upstream, out);
            if (!flushed) co_return flushed.error();
            out.clear();
        }
        if (as_it_lies) {
            const Result<void> written = co_await to_upstream(upstream, piece);
            if (!written) co_return written.error();
        }
        if (!starved && !as_it_lies) continue;
        Result<bool> goes_on = co_await upload_goes_on(upstream);
        if (goes_on && *goes_on && starved) goes_on = co_await await_more_body(upstream);
        if (!goes_on) co_return goes_on.error();
        if (!*goes_on) {
            request_cut_ = !request_.done();
            co_return Result<void>();
        }
        if (!starved) continue;
        const Result<void> more = co_await read_more_request();
        if (!more) co_return more.error();
    }
    http::append_body_end(out, framing);
    const Result<void> flushed = co_await to_upstream(upstream, out);
    co_return flushed;
}

awaitable<Result<bool>> Exchange::upload_goes_on(Upstream& upstream) {
    while (!upstream_broken_ && (!upstream.input.empty() || upstream.stream.has_news())) {
        const Result<bool> final_head = co_await read_response_head(upstream);
        if (!final_head) co_return final_head.error();
        if (*final_head) co_return false;
    }
    co_return !upstream_broken_;
}

awaitable<Result<bool>> Exchange::await_more_body(Upstream& upstream) {
    const SteadyTime until = body_wait(upload_until_);
    for (;;) {
        const SteadyTime glance = std::min(until, after(kGlance));
        const Result<bool> came = co_await context_.client.input_came(glance);
        const bool late = came && !*came && glance == until;
        if (!came || late) {
            client_failed_ = true;
            co_return late ? client_stalled() : client_gone();
        }
        if (*came) co_return true;
        const Result<bool> goes_on = co_await upload_goes_on(upstream);
        if (!goes_on) co_return goes_on.error();
        if (!*goes_on) co_return false;
    }
}

awaitable<Result<void>> Exchange::read_more_request() {
    const std::span<char> room = context_.input.prepare();
    const SteadyTime until = body_wait(upload_until_);
    const Result<std::size_t> got = co_await context_.client.read_some(room, until);
    if (got && *got > 0) {
        context_.input.commit(*got);
        co_return Result<void>();
    }
    client_failed_ = true;
    const bool late = !got && got.error().code == Errc::timed_out;
    co_return late ? client_stalled() : client_gone();
}

awaitable<Result<void>> Exchange::to_upstream(Upstream& upstream, std::string_view bytes) {
    if (bytes.empty()) co_return Result<void>();
    const SteadyTime until = body_wait(upload_until_);
    const Result<void> written = co_await upstream.stream.write(bytes, until);
    if (written) co_return Result<void>();
    if (written.error().code == Errc::timed_out) {
        co_return Error{Errc::timed_out,
                        late_body(upload_until_, "the upstream took no more of the request")};
    }
    // It may have answered and closed before it read all (a 413, say): look for that answer.
    upstream_broken_ = true;
    co_return Result<void>();
}

awaitable<Result<void>> Exchange::relay_response(Upstream& upstream) {
    note_response();
    download_until_ = after(limits_.body_total);
    HeldBytes held;
    bool merged = false;
    if (smaller_head_) {
        const Result<bool> whole = co_await merge_answer(upstream, held);
        if (!whole) co_return whole.error();
        merged = *whole;
    }
    http::BodyFraming framing = response_->framing();
    if (merged) framing = {http::Framing::length, held.size()};
    const bool old_client = request_.request_head().minor_version == 0;
    if (old_client && framing.kind == http::Framing::chunked) {
        framing = {http::Framing::until_close, 0};  // HTTP/1.0 knows no chunks
    }
    closes_client_ = framing.kind == http::Framing::until_close || old_client;
    const bool close = closes_client_ || request_cut_ || !request_.done() || !client_may_go_on();
    std::string out;
    out.reserve(4096);
    http::append_response_head(out, response_->response_head(), record_->method, framing,
                               close ? http::Connection::close : http::Connection::keep);
    const Result<void> held_sent = co_await relay_held_answer(out, held, framing);
    if (!held_sent) co_return held_sent.error();
    while (!response_->done()) {
        const Result<std::size_t> taken = response_->put(upstream.input.view());
        if (!taken) co_return taken.error();
        upstream.input.consume(*taken);
        const std::string_view piece = response_->block();
        record_->response_bytes += piece.size();
        const bool as_it_lies =
            framing.kind != http::Framing::chunked && piece.size() > kGatherBytes;
        if (!as_it_lies) http::append_body_piece(out, piece, framing);
        const bool starved = *taken == 0 && !response_->done();
        // Before the last block leaves, the trace has the record: see after the loop.
        if (response_->done() && as_it_lies) write_record(trace::Action::forwarded);
        if (as_it_lies || starved || out.size() > kFlushBytes) {
            response_begun_ = true;
            const Result<void> flushed = co_await to_client(out);
            if (!flushed) co_return flushed.error();
            out.clear();
        }
        if (as_it_lies) {
            const Result<void> written = co_await to_client(piece);
            if (!written) co_return written.error();
        }
        if (!starved) continue;
        const Result<void> more = co_await read_more_response(upstream);
        if (!more) co_return more.error();
    }
    http::append_body_end(out, framing);
    write_record(trace::Action::forwarded);
    response_begun_ = true;
    const Result<void> flushed = co_await to_client(out);
    co_return flushed;
}

awaitable<Result<void>> Exchange::read_more_response(Upstream& upstream) {
    const std::span<char> room = upstream.input.prepare();
    const SteadyTime until = body_wait(download_until_);
    const Result<std::size_t> got = co_await upstream.stream.read_some(room, until);
    const std::string& host = context_.target.host;
    if (!got && got.error().code == Errc::timed_out) {
        co_return Error{Errc::timed_out,
                        late_body(download_until_, host + " sent no more of its answer")};
    }
    if (!got) {
        co_return Error{Errc::truncated,
                        host + " cut its answer inside the body: " + got.error().detail};
    }
    upstream.input.commit(*got);
    if (*got > 0) co_return Result<void>();
    if (!response_->put_end()) {
        co_return Error{Errc::truncated, host + " ended its answer inside the body"};
    }
    co_return Result<void>();
}

awaitable<Result<void>> Exchange::to_client(std::string_view bytes) {
    if (bytes.empty()) co_return Result<void>();
    const SteadyTime until = body_wait(download_until_);
    const Result<void> written = co_await context_.client.write(bytes, until);
    if (written) co_return Result<void>();
    client_failed_ = true;
    if (written.error().code != Errc::timed_out) co_return client_gone();
    co_return Error{Errc::client_timed_out,
                    late_body(download_until_, "the client took no more of the answer")};
}

}  // namespace armgate::io
