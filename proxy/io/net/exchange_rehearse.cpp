// What an exchange does in a dry run: asks the rehearsal, asks the real ARM what the rehearsal has
// to know, and answers. Only what the rehearsal says reads goes out.
#include "core/base/text.hpp"
#include "core/http/writer.hpp"
#include "io/dryrun/dry_run.hpp"
#include "io/net/ask.hpp"
#include "io/net/exchange.hpp"

#include <algorithm>

namespace armgate::io {
namespace {

/// Asks that follow one another for one request: a what-if is polled, a long list has pages.
constexpr int kMaxRounds = 100;

std::string_view caller_type(identity::IdentityKind kind) noexcept {
    switch (kind) {
        case identity::IdentityKind::service_principal:
            return "Application";
        case identity::IdentityKind::managed_identity:
            return "ManagedIdentity";
        default:
            return "User";
    }
}

bool is_what_if(std::string_view target) noexcept {
    constexpr std::string_view kAction = "/whatif";
    const std::string_view path = target.substr(0, target.find('?'));
    return path.size() > kAction.size() &&
           base::ascii_iequals(path.substr(path.size() - kAction.size()), kAction);
}

/// Fields of the client's that ARM has to see to answer as it would answer the client.
constexpr std::string_view kPassedOn[] = {"Authorization", "x-ms-authorization-auxiliary",
                                          "User-Agent", "x-ms-correlation-request-id"};

}  // namespace

dryrun::Request Exchange::rehearsed_request() const {
    const http::FieldList& fields = request_.request_head().fields;
    const identity::Identity& who = record_->identity;
    dryrun::Request out;
    out.method = record_->method;
    out.host = context_.target.host;
    out.path = target_.path;
    out.query = target_.query;
    out.body = held_body_.view();
    out.if_match = fields.find("If-Match");
    out.if_none_match = fields.find("If-None-Match");
    out.what = &record_->classification;
    for (const auto* caller : {&who.name, &who.app_id, &who.object_id}) {
        if (out.caller.empty() && *caller) out.caller = **caller;
    }
    out.caller_type = caller_type(who.kind);
    if (who.tenant) out.tenant = *who.tenant;
    if (who.object_id) out.object_id = *who.object_id;
    return out;
}

awaitable<Exchange::After> Exchange::rehearse() {
    if (record_->classification.request_class != arm::RequestClass::read) {
        const verdict::ClauseId clause = record_->verdict.clause;
        // ARM would not look at such a request; a client that can will come back with a new token.
        if (clause == verdict::ClauseId::no_token || clause == verdict::ClauseId::unusable_token) {
            const After refused = co_await refuse(verdict::Decision::refuse_token, std::string());
            co_return refused;
        }
        if (!trace_is_kept()) {
            const After unavailable = co_await answer_trace_unavailable();
            co_return unavailable;
        }
        const Result<bool> held = co_await hold_body(limits_.rehearsed_body_bytes);
        if (!held) {
            if (client_failed_) {
                const After cut = co_await answer_failure(held.error());
                co_return cut;
            }
            const After closed = co_await refuse_unreadable(held.error());
            co_return closed;
        }
        if (!*held) {
            const After refused = co_await answer_unheld_body();
            co_return refused;
        }
    }
    const After done = co_await rehearse_step_by_step();
    co_return done;
}

dryrun::Moment Exchange::rehearsed_moment() const {
    dryrun::Moment moment;
    moment.context = answer_context({});
    const auto sent_id = request_.request_head().fields.find("x-ms-correlation-request-id");
    if (sent_id) moment.context.correlation_id = http::field_safe(*sent_id);
    moment.seq = record_->seq;
    moment.verdict = record_->verdict;
    moment.policy = record_->policy;
    moment.identity = &record_->identity;
    moment.cloud = shared_.hosts.cloud_of(context_.target.host);
    moment.refusal = shared_.settings.refusal;
    return moment;
}

awaitable<Exchange::After> Exchange::rehearse_step_by_step() {
    std::vector<dryrun::Answered> answered;
    const dryrun::Moment moment = rehearsed_moment();
    for (int round = 0; round < kMaxRounds; ++round) {
        Result<dryrun::Step> step = shared_.dry_run->step(rehearsed_request(), answered, moment);
        if (!step) {
            const After failed = co_await answer_overlay_unavailable(step.error());
            co_return failed;
        }
        if (std::holds_alternative<dryrun::Forward>(*step)) {
            const After forwarded = co_await forward_what_reads();
            co_return forwarded;
        }
        if (auto* done = std::get_if<dryrun::Done>(&*step)) {
            record_->action = trace::Action::simulated;
            record_->invented = std::move(done->invented);
            arm::LocalAnswer local = std::move(done->answer);
            const After done_here = co_await answer(std::move(local), true);
            co_return done_here;
        }
        std::vector<dryrun::Question> questions = std::move(std::get<dryrun::Ask>(*step).questions);
        const Result<void> asked = co_await ask_all(std::move(questions), answered);
        if (!asked) {
            const After failed = co_await answer_failure(asked.error());
            co_return failed;
        }
    }
    const Error endless(Errc::bad_response,
                        "the answer hangs on more of Resource Manager's pages than are read");
    const After failed = co_await answer_failure(endless);
    co_return failed;
}

awaitable<Exchange::After> Exchange::forward_what_reads() {
    // The rehearsal says so, and the class has to agree: two walls before a write gets out.
    const arm::RequestClass what = record_->classification.request_class;
    if (what != arm::RequestClass::read && what != arm::RequestClass::action) {
        const Error closed(Errc::system, "a dry run lets no write out");
        const After failed = co_await answer_failure(closed);
        co_return failed;
    }
    const After forwarded = co_await forward();
    co_return forwarded;
}

awaitable<Result<void>> Exchange::ask_all(std::vector<dryrun::Question> questions,
                                          std::vector<dryrun::Answered>& answered) {
    if (upstream_started_ == SteadyTime()) upstream_started_ = std::chrono::steady_clock::now();
    for (dryrun::Question& question : questions) {
        ++record_->asked;
        if (question.after_seconds > 0) {
            asio::steady_timer pause(context_.worker.context);
            pause.expires_after(std::chrono::seconds(question.after_seconds));
            const auto [waited] = co_await pause.async_wait(kTuple);
            if (waited) co_return Error{Errc::timed_out, "the proxy is stopping"};
        }
        Result<dryrun::Reply> reply = co_await ask(question);
        if (!reply) co_return reply.error();
        answered.push_back({std::move(question), std::move(*reply)});
    }
    co_return Result<void>();
}

std::string Exchange::question_bytes(const dryrun::Question& question) const {
    http::RequestHead head;
    head.method = question.method;
    for (const std::string_view name : kPassedOn) {
        for (const std::string_view value : request_.request_head().fields.find_all(name)) {
            head.fields.add(name, value);
        }
    }
    head.fields.add("Accept", "application/json");
    http::BodyFraming framing;
    if (question.method == "POST") {
        head.fields.add("Content-Type", "application/json");
        framing = {http::Framing::length, question.body.size()};
    }
    std::string out;
    out.reserve(4096 + question.body.size());
    http::append_request_head(out, head, question.target, upstream_host(), framing);
    return out += question.body;
}

awaitable<Result<dryrun::Reply>> Exchange::ask(const dryrun::Question& question) {
    // The last line of defence: whatever the rehearsal asks, it is a read.
    const bool reads =
        question.method == "GET" || (question.method == "POST" && is_what_if(question.target));
    if (!reads) co_return Error{Errc::system, "the rehearsal asked for what is no read"};
    auto use = UpstreamPool::Use::pooled_or_fresh;
    for (;;) {
        Result<std::unique_ptr<Upstream>> upstream =
            co_await context_.worker.pool.acquire(context_.target, use);
        if (!upstream) co_return upstream.error();
        std::string request = question_bytes(question);
        Result<WholeAnswer> whole = co_await ask_upstream(**upstream, request, question.method,
                                                          limits_.asked_answer_bytes, limits_);
        dryrun::Reply reply;
        if (!whole && whole.error().code == Errc::body_too_large) {
            reply.status = 200;
            reply.cut = true;
            co_return reply;
        }
        const bool again = !whole && whole.error().code == Errc::connection_closed &&
                           use == UpstreamPool::Use::pooled_or_fresh;
        if (again) {
            use = UpstreamPool::Use::fresh;
            continue;
        }
        if (!whole) co_return whole.error();
        if (whole->reusable) context_.worker.pool.release(std::move(*upstream));
        reply.status = whole->head.status;
        for (std::size_t i = 0; i < whole->head.fields.size(); ++i) {
            const http::Field field = whole->head.fields[i];
            reply.fields.emplace_back(field.name, field.value);
        }
        reply.body = std::move(whole->body);
        co_return reply;
    }
}

awaitable<Exchange::After> Exchange::answer_unheld_body() {
    record_->action = trace::Action::failed;
    const bool encoded = is_encoded_body();
    const std::string why =
        encoded ? "In a dry run armgate has to read what is written, and this body is compressed."
                : "In a dry run armgate has to read what is written, and this body is larger than "
                  "the limit rehearsed-body-bytes. Raise it with --limit rehearsed-body-bytes=N.";
    record_->error = std::string(error_name(Errc::input_invalid)) + ": " + why;
    const arm::AnswerContext context = answer_context({});
    arm::LocalAnswer local =
        arm::arm_error(encoded ? 415 : 413,
                       encoded ? "UnsupportedMediaType" : "RequestContentTooLarge", why, context);
    const After done = co_await answer(std::move(local), false);
    co_return done;
}

awaitable<Exchange::After> Exchange::answer_overlay_unavailable(Error error) {
    record_->action = trace::Action::failed;
    record_->error = std::string(error_name(error.code)) + ": " + error.detail;
    const arm::AnswerContext context = answer_context({});
    arm::LocalAnswer local = arm::arm_error(
        503, "OverlayUnavailable",
        "armgate cannot keep the overlay's file, so it rehearses no write: " + error.detail,
        context);
    const After done = co_await answer(std::move(local), true);
    co_return done;
}

}  // namespace armgate::io
