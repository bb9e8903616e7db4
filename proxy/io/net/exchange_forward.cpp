// The forwarding half of an exchange: the request's head to the upstream, the answer's head back,
// and what becomes of both connections. The bodies are in exchange_relay.cpp.
#include "core/arm/challenge.hpp"
#include "core/http/hops.hpp"
#include "core/http/writer.hpp"
#include "io/net/exchange.hpp"
#include "io/system/clock.hpp"

namespace armgate::io {

awaitable<Exchange::After> Exchange::forward() {
    auto use = UpstreamPool::Use::pooled_or_fresh;
    for (;;) {
        upstream_started_ = std::chrono::steady_clock::now();
        Result<std::unique_ptr<Upstream>> upstream =
            co_await context_.worker.pool.acquire(context_.target, use);
        if (!upstream) {
            const After failed = co_await answer_failure(upstream.error());
            co_return failed;
        }
        Result<void> exchanged = co_await exchange_with(**upstream);
        if (exchanged) {
            if (upstream_is_reusable(**upstream))
                context_.worker.pool.release(std::move(*upstream));
            const bool keep =
                request_.done() && !request_cut_ && !closes_client_ && client_may_go_on();
            if (keep) co_return After::keep;
            co_await close_lingering(context_.client, limits_);
            co_return After::close;
        }
        (*upstream)->stream.close();
        if (may_send_again(exchanged.error(), use)) {
            use = UpstreamPool::Use::fresh;
            response_.reset();
            continue;
        }
        // The client's own framing was at fault, which showed when its message was on the way: the
        // upstream's connection is cut, so that no whole message came of it.
        if (exchanged.error().code == Errc::chunk_invalid && !response_begun_) {
            const After refused = co_await refuse_unreadable(exchanged.error());
            co_return refused;
        }
        const After failed = co_await answer_failure(exchanged.error());
        co_return failed;
    }
}

bool Exchange::may_send_again(const Error& error, UpstreamPool::Use use) const {
    // A write is sent at most once, whatever RFC 9110 section 9.2.2 allows: PUT and DELETE start
    // long operations at ARM. A read goes out again once, if nothing of an answer came.
    const bool is_read = record_->classification.request_class == arm::RequestClass::read;
    // `truncated` would mean that some bytes of one did.
    const bool lost = error.code == Errc::connection_closed && !response_->head_done();
    return use == UpstreamPool::Use::pooled_or_fresh && is_read && lost && !client_failed_ &&
           request_.framing().kind == http::Framing::none && informational_ == 0;
}

bool Exchange::upstream_is_reusable(const Upstream& upstream) {
    const http::ResponseHead& head = response_->response_head();
    return response_->done() && request_.done() && !request_cut_ && !upstream_broken_ &&
           response_->framing().kind != http::Framing::until_close && upstream.input.empty() &&
           http::is_keep_alive(head.fields, head.minor_version);
}

awaitable<Exchange::After> Exchange::answer_failure(Error error) {
    record_->error = std::string(error_name(error.code)) + ": " + error.detail;
    if ((client_failed_ && !client_stalled_) || response_begun_) {
        // A cut stays a cut: no end of body, no close_notify.
        write_record(trace::Action::failed);
        context_.client.close();
        co_return After::close;
    }
    const arm::AnswerContext context = answer_context({});
    arm::LocalAnswer local =
        arm::arm_error(status_of(error.code), arm_code_of(error.code), sentence_of(error), context);
    record_->action = trace::Action::failed;
    const After done = co_await answer(std::move(local), !request_cut_ && !client_stalled_);
    co_return done;
}

awaitable<Result<void>> Exchange::exchange_with(Upstream& upstream) {
    response_.emplace(http::MessageReader::response(record_->method));
    Result<void> sent = co_await send_request(upstream);
    if (!sent) co_return sent.error();
    while (!response_->head_done()) {
        const Result<bool> final_head = co_await read_response_head(upstream);
        if (!final_head) co_return final_head.error();
        if (*final_head) break;
    }
    const Result<void> relayed = co_await relay_response(upstream);
    co_return relayed;
}

awaitable<Result<void>> Exchange::send_request(Upstream& upstream) {
    std::string out;
    out.reserve(4096);
    http::append_request_head(out, smaller_head_ ? *smaller_head_ : request_.request_head(),
                              target_.origin, upstream_host(), outgoing_framing());
    if (awaits_continue() && !request_.done()) {
        const Result<void> head_sent = co_await to_upstream(upstream, out);
        if (!head_sent) co_return head_sent.error();
        out.clear();
        const Result<bool> go_on = co_await ask_to_continue(upstream);
        if (!go_on) co_return go_on.error();
        if (!*go_on) {
            request_cut_ = true;
            co_return Result<void>();
        }
    }
    const Result<void> relayed = co_await relay_request_body(upstream, std::move(out));
    co_return relayed;
}

std::string Exchange::upstream_host() const {
    std::string host = context_.target.host;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    if (context_.target.port != 443) host += ":" + std::to_string(context_.target.port);
    return host;
}

awaitable<Result<bool>> Exchange::ask_to_continue(Upstream& upstream) {
    const SteadyTime until = after(limits_.expect_continue);
    for (;;) {
        if (upstream.input.empty()) {
            const Result<bool> came = co_await upstream.stream.input_came(until);
            if (!came) co_return came.error();
            if (!*came) break;
        }
        const Result<bool> final_head = co_await read_response_head(upstream);
        if (!final_head) co_return final_head.error();
        if (*final_head) co_return false;
        if (continued_) co_return true;
    }
    // The upstream does not know Expect, or is slow: the client is told to go on (RFC 9110 10.1.1).
    continued_ = true;
    const Result<void> told = co_await to_client("HTTP/1.1 100 Continue\r\n\r\n");
    if (!told) co_return told.error();
    co_return true;
}

awaitable<Result<bool>> Exchange::read_response_head(Upstream& upstream) {
    const SteadyTime until = after(limits_.response_head);
    while (!response_->head_done()) {
        const Result<std::size_t> taken = response_->put(upstream.input.view());
        // Whatever is wrong with an answer, its client did nothing wrong: never a 400 or 431.
        if (!taken) co_return Error{Errc::bad_response, taken.error().detail};
        upstream.input.consume(*taken);
        if (response_->head_done()) break;
        const std::span<char> room = upstream.input.prepare();
        const Result<std::size_t> got = co_await upstream.stream.read_some(room, until);
        if (!got && got.error().code == Errc::timed_out) {
            co_return Error{Errc::timed_out,
                            at_limit(limits_, &Limits::response_head,
                                     context_.target.host + " did not answer in time")};
        }
        if (!got || *got == 0) {
            const bool begun = !upstream.input.empty();
            co_return Error{begun ? Errc::truncated : Errc::connection_closed,
                            context_.target.host + (begun ? " cut its answer inside the head"
                                                          : " closed the connection without an "
                                                            "answer")};
        }
        upstream.input.commit(*got);
    }
    const http::ResponseHead& head = response_->response_head();
    if (head.status >= 200) co_return true;
    if (head.status == 101) {
        co_return Error{Errc::bad_response, "the upstream switched protocols without being asked"};
    }
    if (++informational_ > limits_.informational) {
        co_return Error{Errc::bad_response, at_limit(limits_, &Limits::informational,
                                                     "the upstream sent too many 1xx answers")};
    }
    // A 100 is for a client that asked; the others are for any HTTP/1.1 client.
    const bool wanted = head.status == 100 ? expects_continue_ && !continued_
                                           : request_.request_head().minor_version == 1;
    if (head.status == 100) continued_ = true;
    if (wanted) {
        std::string out;
        http::append_response_head(out, head, record_->method, {}, http::Connection::keep);
        const Result<void> passed = co_await to_client(out);
        if (!passed) co_return passed.error();
    }
    response_.emplace(http::MessageReader::response(record_->method));
    co_return false;
}

void Exchange::note_response() {
    const http::ResponseHead& head = response_->response_head();
    record_->status = head.status;
    const auto note = [&head](std::string_view name) {
        const auto value = head.fields.find(name);
        return value ? std::optional<std::string>(*value) : std::nullopt;
    };
    record_->request_id = note("x-ms-request-id");
    record_->correlation_id = note("x-ms-correlation-request-id");
    const auto challenge = head.fields.find("WWW-Authenticate");
    if (head.status == 401 && challenge && arm::is_mfa_challenge(*challenge)) {
        record_->refused_by = "arm";
    }
}

}  // namespace armgate::io
