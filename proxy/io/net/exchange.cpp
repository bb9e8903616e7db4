#include "io/net/exchange.hpp"

#include "core/http/hops.hpp"
#include "core/http/request_check.hpp"
#include "io/net/request_record.hpp"
#include "io/system/clock.hpp"
#include "io/system/log.hpp"

namespace armgate::io {
Exchange::Exchange(const ExchangeContext& context)
    : context_(context),
      shared_(context.worker.shared),
      limits_(shared_.settings.limits),
      request_(http::MessageReader::request()),
      time_(now()),
      started_(std::chrono::steady_clock::now()),
      record_(std::make_shared<trace::RequestRecord>()) {
}

awaitable<Exchange::After> Exchange::run() {
    Result<Head> head = co_await read_head();
    if (!head) {
        const After closed = co_await refuse_unreadable(head.error());
        co_return closed;
    }
    if (*head == Head::none) co_return After::close;
    upload_until_ = after(limits_.body_total);
    if (auto checked = check_request(); !checked) {
        const After closed = co_await refuse_unreadable(checked.error());
        co_return closed;
    }
    const Result<void> judged = co_await judge();
    if (!judged && client_failed_) {
        const After cut = co_await answer_failure(judged.error());
        co_return cut;
    }
    if (!judged) {
        const After closed = co_await refuse_unreadable(judged.error());
        co_return closed;
    }
    const After served = co_await serve();
    co_return served;
}

awaitable<Exchange::After> Exchange::serve() {
    if (by_item_ && !refused_items_.empty()) {
        const After answered = co_await serve_batch();
        co_return answered;
    }
    const verdict::Decision decision = verdict::decide(
        shared_.settings.mode, record_->verdict, record_->identity, shared_.settings.uncertain);
    if (decision != verdict::Decision::forward && !by_item_) {
        if (record_->verdict.clause == verdict::ClauseId::contents_not_read && !unread_.empty()) {
            record_->error = std::string(error_name(Errc::input_invalid)) + ": " + unread_;
        }
        const After refused = co_await refuse(decision, std::string());
        co_return refused;
    }
    if (shared_.dry_run != nullptr) {
        const After rehearsed = co_await rehearse();
        co_return rehearsed;
    }
    const After forwarded = co_await forward_traced();
    co_return forwarded;
}

awaitable<Exchange::After> Exchange::forward_traced() {
    if (!trace_is_kept()) {
        const After unavailable = co_await answer_trace_unavailable();
        co_return unavailable;
    }
    const After forwarded = co_await forward();
    co_return forwarded;
}

bool Exchange::trace_is_kept() const {
    const bool is_read = record_->classification.request_class == arm::RequestClass::read;
    if (is_read || shared_.settings.mode == verdict::Mode::observe) return true;
    return shared_.trace == nullptr || shared_.trace->is_writable();
}

awaitable<Exchange::After> Exchange::answer_trace_unavailable() {
    record_->error = "file_unwritable: the trace cannot be written";
    record_->action = trace::Action::failed;
    const arm::AnswerContext context = answer_context({});
    arm::LocalAnswer unavailable =
        arm::arm_error(503, "TraceUnavailable",
                       "armgate cannot write its trace, so it lets no write out. Free the disk or "
                       "name another file with --trace, then try again.",
                       context);
    const After done = co_await answer(std::move(unavailable), true);
    co_return done;
}

awaitable<Result<Exchange::Head>> Exchange::read_head() {
    const SteadyTime until = after(limits_.client_head);
    for (;;) {
        const Result<std::size_t> taken = request_.put(context_.input.view());
        if (!taken) co_return taken.error();
        context_.input.consume(*taken);
        if (request_.head_done()) co_return Head::read;

        const std::span<char> room = context_.input.prepare();
        const Result<std::size_t> got = co_await context_.client.read_some(room, until);
        const bool late = !got && got.error().code == Errc::timed_out && !context_.input.empty();
        if (late) {
            co_return Error{Errc::client_timed_out,
                            at_limit(limits_, &Limits::client_head,
                                     "the request head took too long to arrive")};
        }
        if (!got && got.error().code == Errc::timed_out &&
            !context_.client.deadline().is_stopping()) {
            log_info(at_limit(limits_, &Limits::client_head,
                              "a client began to send and never got as far as a byte"));
        }
        if (!got || *got == 0) co_return Head::none;  // closed between two requests, or half a head
        context_.input.commit(*got);
    }
}

Result<void> Exchange::check_request() {
    const http::RequestHead& head = request_.request_head();
    if (!verdict::is_known_method(head.method)) {
        return Error{Errc::method_not_forwardable,
                     "the method is none of GET, HEAD, OPTIONS, PUT, PATCH, DELETE and POST"};
    }
    const Target& to = context_.target;
    const auto target = http::check_request(head, to.host, to.port);
    if (!target) return target.error();
    target_ = *target;
    expects_continue_ = head.fields.count("Expect") == 1 && head.minor_version == 1;
    return {};
}

void Exchange::start_record() {
    record_->time = time_;
    note_head(*record_, request_.request_head(), context_.connection, shared_);
    record_->host = context_.target.host;
}

arm::AnswerContext Exchange::answer_context(std::string_view clause) const {
    return new_answer_context(now(), clause);
}

arm::AnswerContext Exchange::refusal_context() {
    arm::AnswerContext context = answer_context(verdict::clause_name(record_->verdict.clause));
    const auto sent_id = request_.request_head().fields.find("x-ms-correlation-request-id");
    if (sent_id) context.correlation_id = http::field_safe(*sent_id);
    return context;
}

verdict::RefusalOptions Exchange::refusal_options() const {
    return {shared_.settings.refusal, shared_.settings.deployment_refusal, record_->identity};
}

awaitable<Exchange::After> Exchange::refuse(verdict::Decision decision, std::string reason) {
    record_->action = trace::Action::refused;
    const arm::AnswerContext context = refusal_context();
    const arm::Classification& what = record_->classification;
    verdict::Refused refused;
    if (what.operation) refused.operation = *what.operation;
    if (what.resource_id) refused.resource_id = *what.resource_id;
    refused.resource_name = what.resource_name;
    refused.is_delete = what.request_class == arm::RequestClass::del;
    refused.verdict = record_->verdict;
    refused.inside = record_->contents;
    arm::LocalAnswer refusal =
        verdict::refuse(refused, decision, refusal_options(), context, shared_.rules.arm);
    if (!reason.empty()) refusal.fields.emplace_back("x-armgate-reason", std::move(reason));
    const After done = co_await answer(std::move(refusal), true);
    co_return done;
}

awaitable<Exchange::After> Exchange::refuse_unreadable(Error error) {
    if (record_->seq == 0) {
        http::RequestHead& head = request_.request_head();
        if (!request_.head_done()) keep_request_line(head, context_.input.view());
        start_record();
        note_unforwardable(*record_, head, shared_.hosts.cloud_of(context_.target.host), shared_);
    } else {  // its body, of which nothing whole went out
        record_->verdict = verdict::Verdict();
        record_->policy.clear();
    }
    record_->action = trace::Action::refused;
    record_->error = std::string(error_name(error.code)) + ": " + error.detail;
    const arm::AnswerContext context =
        answer_context(verdict::clause_name(verdict::ClauseId::not_forwardable));
    arm::LocalAnswer refusal =
        arm::arm_error(status_of(error.code), arm_code_of(error.code), sentence_of(error), context);
    // What follows a request that was not understood may be a part of it: never read on.
    const After done = co_await answer(std::move(refusal), false);
    co_return done;
}

awaitable<Exchange::After> Exchange::answer(arm::LocalAnswer local, bool may_keep) {
    const bool too_much = request_.framing().kind == http::Framing::length &&
                          request_.framing().length > limits_.drain_bytes;
    // After a final answer to Expect it is open whether the body still comes (RFC 9110 10.1.1).
    const bool keep =
        may_keep && !too_much && !(awaits_continue() && !request_.done()) && client_may_go_on();
    const auto connection = keep ? http::Connection::keep : http::Connection::close;
    const std::string& method = record_->method;
    // The body is read after the record is written, if at all: its declared length stands for it.
    if (record_->request_bytes == 0) record_->request_bytes = request_.framing().length;
    record_->status = local.status;
    for (const auto& [name, value] : local.fields) {
        if (name == "x-ms-request-id") record_->request_id = value;
        if (name == "x-ms-correlation-request-id") record_->correlation_id = value;
    }
    record_->response_bytes = method == "HEAD" ? 0 : local.body.size();
    const std::string bytes = serialise(local, method, connection);
    write_record(record_->action);
    const Result<void> sent = co_await context_.client.write(bytes, after(limits_.body_progress));
    if (!sent) co_return After::close;
    if (keep) {
        const bool drained = co_await drain_body();
        if (drained) co_return After::keep;
    }
    co_await close_lingering(context_.client, limits_);
    co_return After::close;
}

awaitable<bool> Exchange::drain_body() {
    std::size_t drained = 0;
    const SteadyTime until = after(limits_.drain);
    while (!request_.done()) {
        const Result<std::size_t> taken = request_.put(context_.input.view());
        if (!taken) co_return false;
        context_.input.consume(*taken);
        drained += *taken;
        if (drained > limits_.drain_bytes) {
            log_info(at_limit(limits_, &Limits::drain_bytes, "a refused body was read no further"));
            co_return false;
        }
        if (*taken > 0) continue;
        const std::span<char> room = context_.input.prepare();
        const Result<std::size_t> got = co_await context_.client.read_some(room, until);
        if (!got && got.error().code == Errc::timed_out) {
            log_info(at_limit(limits_, &Limits::drain, "a refused body was read no further"));
        }
        if (!got || *got == 0) co_return false;
        context_.input.commit(*got);
    }
    co_return true;
}

bool Exchange::client_may_go_on() {
    const http::RequestHead& head = request_.request_head();
    return head.minor_version == 1 && http::is_keep_alive(head.fields, head.minor_version);
}

void Exchange::write_record(trace::Action action) {
    if (recorded_) return;
    record_->action = action;
    const SteadyTime end = std::chrono::steady_clock::now();
    record_->total = std::chrono::duration_cast<std::chrono::microseconds>(end - started_);
    if (upstream_started_ != SteadyTime()) {
        record_->upstream =
            std::chrono::duration_cast<std::chrono::microseconds>(end - upstream_started_);
    }
    if (record_->classification.request_class != arm::RequestClass::read) {
        shared_.retries.link(*record_, request_.request_head().fields.find_all("Authorization"));
    }
    publish(record_, shared_);
    recorded_ = true;
}

Exchange::~Exchange() {
    if (recorded_ || record_->seq == 0) return;
    try {
        record_->error = "system: the request was dropped before its end";
        write_record(trace::Action::failed);
    } catch (const std::exception&) {
        if (shared_.trace != nullptr) shared_.trace->count_lost("no memory");
    }
}

}  // namespace armgate::io
