// What an exchange does where the verdict hangs on the body: it is held back until it is judged,
// and a batch is decided item by item.
#include "core/arm/batch.hpp"
#include "core/base/text.hpp"
#include "core/http/writer.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/refuse.hpp"
#include "io/net/exchange.hpp"
#include "io/net/request_record.hpp"
#include "io/system/clock.hpp"

namespace armgate::io {
namespace {

bool is_encoded(const http::FieldList& fields) {
    for (const std::string_view value : fields.find_all("Content-Encoding")) {
        if (!base::ascii_iequals(value, "identity")) return true;
    }
    return false;
}

/// An answer that is compressed cannot be merged: it is asked for as it is.
http::RequestHead without_compression(const http::RequestHead& head) {
    http::RequestHead out;
    out.method = head.method;
    out.target = head.target;
    out.minor_version = head.minor_version;
    for (std::size_t i = 0; i < head.fields.size(); ++i) {
        const http::Field field = head.fields[i];
        const bool encoding = base::ascii_iequals(field.name, "Accept-Encoding");
        out.fields.add(field.name, encoding ? "identity" : field.value);
    }
    return out;
}

}  // namespace

awaitable<Result<void>> Exchange::judge() {
    start_record();
    const std::vector<std::string_view> authorization =
        request_.request_head().fields.find_all("Authorization");
    if (target_.absolute_host) {
        record_->path = target_.path;
        record_->query = target_.query;
    }
    verdict::RequestView view;
    view.method = record_->method;
    view.path = target_.path;
    view.host = context_.target.host;
    view.cloud = shared_.hosts.cloud_of(context_.target.host);
    view.authorization = authorization;
    if (authorization.size() == 1) {
        view.claims = context_.worker.claims.claims_of(authorization.front());
    }
    verdict::Assessment assessment = verdict::assess(view, record_->time, shared_.rules);
    view.claims = nullptr;  // the memo may drop them while the body comes
    if (verdict::hangs_on_body(view, assessment)) {
        const Result<bool> held = co_await hold_body(limits_.held_body_bytes);
        if (!held) {
            note_assessment(*record_, std::move(assessment), shared_);
            co_return held.error();
        }
        if (*held) {
            view.body = held_body_.view();
            verdict::judge_body(view, assessment, shared_.rules);
            unread_ = assessment.contents_unread;
        }
        decide_batch(assessment, *held && unread_.empty());
    }
    note_assessment(*record_, std::move(assessment), shared_);
    co_return Result<void>();
}

bool Exchange::is_encoded_body() const {
    return is_encoded(request_.request_head().fields);
}

awaitable<Result<bool>> Exchange::hold_body(std::size_t limit) {
    const http::BodyFraming framing = request_.framing();
    if (is_encoded_body()) {
        unread_ = "The body is compressed.";
        co_return false;
    }
    if (framing.kind == http::Framing::length && framing.length <= limit) {
        held_body_.reserve(framing.length);
    }
    const bool too_long = framing.kind == http::Framing::length && framing.length > limit;
    if (!too_long && expects_continue_ && !request_.done()) {
        continued_ = true;
        const Result<void> told = co_await to_client("HTTP/1.1 100 Continue\r\n\r\n");
        if (!told) co_return told.error();
    }
    while (!too_long && !request_.done() && held_body_.size() <= limit) {
        const Result<std::size_t> taken = request_.put(context_.input.view());
        if (!taken) co_return taken.error();
        context_.input.consume(*taken);
        const std::string_view piece = request_.block();
        record_->request_bytes += piece.size();
        held_body_.append(piece);
        if (*taken > 0 || request_.done()) continue;
        const Result<void> more = co_await read_more_request();
        if (!more) co_return more.error();
    }
    if (!too_long && held_body_.size() <= limit) co_return true;
    unread_ =
        at_limit(limits_, &Limits::held_body_bytes, "The body is larger than what is read") + ".";
    co_return false;
}

void Exchange::decide_batch(const verdict::Assessment& assessment, bool is_read) {
    if (!is_read || assessment.request.carries != arm::Carries::batch) return;
    by_item_ = true;
    refused_items_ =
        verdict::refused_items(shared_.settings.mode, assessment, shared_.settings.uncertain);
}

arm::BatchAnswer Exchange::refuse_item(std::size_t position, const std::string& correlation) {
    const verdict::ContentsItem& item = record_->contents[position];
    arm::AnswerContext context = answer_context(verdict::clause_name(item.verdict.clause));
    context.correlation_id = correlation;
    const verdict::Decision decision = verdict::decide(
        shared_.settings.mode, item.verdict, record_->identity, shared_.settings.uncertain);
    arm::LocalAnswer answer =
        verdict::refuse(verdict::refused_item(record_->contents, position), decision,
                        refusal_options(), context, shared_.rules.arm);
    return verdict::item_answer(item, std::move(answer));
}

std::vector<arm::BatchAnswer> Exchange::refuse_items(const std::string& correlation) {
    const std::vector<std::size_t> own = verdict::own_items(record_->contents);
    std::vector<arm::BatchAnswer> out;
    out.reserve(refused_items_.size());
    for (const std::size_t refused : refused_items_) {
        out.push_back(refuse_item(own.at(refused), correlation));
    }
    return out;
}

awaitable<Exchange::After> Exchange::serve_batch() {
    const std::size_t count = verdict::own_items(record_->contents).size();
    if (refused_items_.size() == count) {
        record_->action = trace::Action::refused;
        const arm::AnswerContext context = refusal_context();
        const auto refused = refuse_items(context.correlation_id);
        arm::LocalAnswer envelope = arm::ok_answer(arm::batch_answer(refused), context);
        const After done = co_await answer(std::move(envelope), true);
        co_return done;
    }
    Result<std::string> smaller = Error{Errc::input_invalid, {}};
    if (count <= verdict::kMaxMergedItems) {
        smaller = arm::batch_without(held_body_.view(), refused_items_);
    }
    if (!smaller) {
        // Nothing of it may go out, and to answer for ARM is not possible: all of it is refused.
        const char* reason =
            "The batch holds items that need MFA and more than 20 items, which Resource Manager "
            "answers later: it is refused whole (limit merged-items). Send the items that need MFA "
            "on their own.";
        record_->error = std::string(error_name(Errc::input_invalid)) + ": " + reason;
        const After done = co_await refuse(verdict::Decision::refuse_mfa, reason);
        co_return done;
    }
    held_body_.assign(*smaller);
    wipe(*smaller);
    smaller_head_ = without_compression(request_.request_head());
    const After forwarded = co_await forward_traced();
    co_return forwarded;
}

awaitable<Result<void>> Exchange::relay_held_body(Upstream& upstream, std::string& out) {
    const http::BodyFraming framing = outgoing_framing();
    std::string_view rest = held_body_.view();
    while (!rest.empty()) {
        const std::string_view block = rest.substr(0, kHeldBlock);
        rest.remove_prefix(block.size());
        http::append_piece_head(out, block.size(), framing);
        const Result<void> head_sent = co_await to_upstream(upstream, out);
        if (!head_sent) co_return head_sent.error();
        out.clear();
        const Result<void> block_sent = co_await to_upstream(upstream, block);
        if (!block_sent) co_return block_sent.error();
        http::append_piece_end(out, framing);
        const Result<bool> goes_on = co_await upload_goes_on(upstream);
        if (!goes_on) co_return goes_on.error();
        if (!*goes_on) {
            request_cut_ = !rest.empty() || !request_.done();
            upload_over_ = true;
            break;
        }
    }
    held_body_.clear();
    co_return Result<void>();
}

http::BodyFraming Exchange::outgoing_framing() const {
    http::BodyFraming framing = request_.framing();
    const bool is_shorter = smaller_head_ && framing.kind == http::Framing::length;
    if (is_shorter) framing.length = held_body_.size();
    return framing;
}

awaitable<Result<bool>> Exchange::merge_answer(Upstream& upstream, HeldBytes& held) {
    const http::ResponseHead& head = response_->response_head();
    if (head.status != 200) {
        note_unmerged("Resource Manager answered the smaller batch with another status than 200");
        co_return false;
    }
    if (is_encoded(head.fields)) {
        note_unmerged("Resource Manager answered the smaller batch compressed");
        co_return false;
    }
    while (!response_->done()) {
        const Result<std::size_t> taken = response_->put(upstream.input.view());
        if (!taken) co_return Error{Errc::bad_response, taken.error().detail};
        upstream.input.consume(*taken);
        held.append(response_->block());
        if (held.size() > arm::kMaxBatchAnswerBytes) {
            note_unmerged(
                "Resource Manager's answer to the smaller batch is too large (limit "
                "batch-answer-bytes)");
            co_return false;
        }
        if (*taken > 0 || response_->done()) continue;
        const Result<void> more = co_await read_more_response(upstream);
        if (!more) co_return more.error();
    }
    const auto refused = refuse_items(record_->correlation_id.value_or(""));
    std::vector<std::string_view> names;
    for (const std::size_t position : verdict::own_items(record_->contents)) {
        names.emplace_back(record_->contents[position].name);
    }
    Result<std::string> merged = arm::merge_batch_answer(held.view(), names, refused);
    if (!merged) {
        note_unmerged("Resource Manager's answer to the smaller batch cannot be read");
        co_return false;
    }
    held.assign(*merged);
    wipe(*merged);
    co_return true;
}

awaitable<Result<void>> Exchange::relay_held_answer(std::string& out,
                                                    const HeldBytes& held,
                                                    http::BodyFraming framing) {
    record_->response_bytes += held.size();
    std::string_view rest = held.view();
    while (!rest.empty()) {
        const std::string_view block = rest.substr(0, kHeldBlock);
        rest.remove_prefix(block.size());
        http::append_body_piece(out, block, framing);
        if (rest.empty()) break;  // the last one leaves after the record is written
        response_begun_ = true;
        const Result<void> flushed = co_await to_client(out);
        if (!flushed) co_return flushed.error();
        out.clear();
    }
    co_return Result<void>();
}

void Exchange::note_unmerged(const char* why) {
    record_->error = std::string(error_name(Errc::bad_response)) + ": " + why +
                     "; the client got it unchanged, without the answers to the items that were "
                     "refused";
}

}  // namespace armgate::io
