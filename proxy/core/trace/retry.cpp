#include "core/trace/retry.hpp"

namespace armgate::trace {
namespace {

/// Whose request it is, as far as a record tells: a caller that signs in again stays the same.
bool is_same_caller(const RequestRecord& a, const RequestRecord& b) {
    return a.identity.object_id == b.identity.object_id && a.identity.tenant == b.identity.tenant;
}

/// A client request id is the client's own word that it is the same request; some clients make a
/// new one for each try, and a command that is started again has another.
bool has_same_request_id(const RequestRecord& a, const RequestRecord& b) {
    return a.client_request_id && a.client_request_id == b.client_request_id;
}

/// A retry comes after the refusal was answered: what was under way by then does not answer it.
bool is_in_time(const RequestRecord& refusal, const RequestRecord& retry) {
    const auto since = retry.time - (refusal.time + refusal.total);
    return since.count() >= 0 && since <= kRetryLimit;
}

bool is_retry(const RequestRecord& refusal, const RequestRecord& retry) {
    return refusal.method == retry.method && refusal.path == retry.path &&
           refusal.host == retry.host && refusal.tool.tool == retry.tool.tool &&
           is_in_time(refusal, retry) &&
           (has_same_request_id(refusal, retry) || is_same_caller(refusal, retry));
}

bool has_same_claims(const identity::Identity& a, const identity::Identity& b) {
    return a.kind == b.kind && a.amr == b.amr && a.acrs == b.acrs && a.expires == b.expires &&
           a.object_id == b.object_id && a.tenant == b.tenant && a.app_id == b.app_id;
}

}  // namespace

bool is_mfa_refusal(const RequestRecord& record) noexcept {
    if (record.refused_by == "arm") return true;
    return record.action == Action::refused && record.status == 401U &&
           record.verdict.clause != verdict::ClauseId::unusable_token &&
           record.verdict.clause != verdict::ClauseId::not_forwardable;
}

bool got_through(const RequestRecord& record) noexcept {
    const bool went = record.action == Action::forwarded || record.action == Action::simulated;
    return went && record.status != 401U;
}

RefusalMemory::Refusals::iterator RefusalMemory::refusal_of(const RequestRecord& record) {
    auto found = refusals_.end();
    for (auto at = refusals_.begin(); at != refusals_.end(); ++at) {
        if (!is_retry(at->record, record)) continue;
        if (has_same_request_id(at->record, record)) return at;
        found = at;  // the newest, where no id decides
    }
    return found;
}

void RefusalMemory::take(RequestRecord& record, const std::optional<TokenDigest>& digest) {
    if (record.classification.request_class == arm::RequestClass::read) return;
    const auto refusal = refusal_of(record);
    const bool retries = refusal != refusals_.end();
    if (retries) {
        const bool same = digest && refusal->digest
                              ? *digest == *refusal->digest
                              : has_same_claims(record.identity, refusal->record.identity);
        record.retry = Retry{refusal->record.seq, same ? RetryToken::same : RetryToken::fresh};
        // Another failure answers nothing: the next try is one of the same refusal still.
        if (got_through(record) || is_mfa_refusal(record)) refusals_.erase(refusal);
    }
    if (is_mfa_refusal(record)) remember(record, digest);
}

void RefusalMemory::remember(const RequestRecord& record,
                             const std::optional<TokenDigest>& digest) {
    if (refusals_.size() == kRemembered) refusals_.pop_front();
    Refusal& refusal = refusals_.emplace_back();
    refusal.digest = digest;
    RequestRecord& kept = refusal.record;
    kept.time = record.time;
    kept.total = record.total;
    kept.seq = record.seq;
    kept.tool.tool = record.tool.tool;
    kept.client_request_id = record.client_request_id;
    kept.method = record.method;
    kept.host = record.host;
    kept.path = record.path;
    kept.identity = record.identity;
}

}  // namespace armgate::trace
