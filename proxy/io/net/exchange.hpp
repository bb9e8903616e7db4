// One request and its response inside an intercepted connection: read the head, judge it, then
// forward it or answer it here, and record it. Holds no memory between two exchanges.
#pragma once

#include "core/dryrun/rehearsal.hpp"
#include "core/http/reader.hpp"
#include "core/http/target.hpp"
#include "core/trace/record.hpp"
#include "core/verdict/refuse.hpp"
#include "core/verdict/verdict.hpp"
#include "io/net/answer.hpp"
#include "io/net/held_bytes.hpp"
#include "io/net/input_buffer.hpp"
#include "io/net/stream.hpp"
#include "io/net/upstream.hpp"
#include "io/net/worker.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace armgate::io {

/// What an exchange works on; all of it outlives the exchange.
struct ExchangeContext {
    Worker& worker;
    Stream& client;
    InputBuffer& input;  ///< bytes of the client
    const Target& target;
    std::uint64_t connection = 0;
};

class Exchange {
  public:
    explicit Exchange(const ExchangeContext& context);
    /// A request that came to no end (memory, a stop) is recorded as failed, or counted as lost.
    /// Asio drops a coroutine without an exception where it has no memory to wait with.
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    enum class After { keep, close };

    /// Reads one request and serves it. `close`: the client closed, or the connection cannot be
    /// used again.
    [[nodiscard]] awaitable<After> run();

  private:
    enum class Head { read, none };

    [[nodiscard]] awaitable<Result<Head>> read_head();
    [[nodiscard]] Result<void> check_request();
    void start_record();
    [[nodiscard]] awaitable<After> serve();
    /// Forwards, where the mode needs no trace or the trace can be written.
    [[nodiscard]] awaitable<After> forward_traced();
    [[nodiscard]] bool trace_is_kept() const;
    [[nodiscard]] awaitable<After> answer_trace_unavailable();
    /// `reason` goes into the answer where ARM would not have refused.
    [[nodiscard]] awaitable<After> refuse(verdict::Decision decision, std::string reason);
    [[nodiscard]] awaitable<After> refuse_unreadable(Error error);
    [[nodiscard]] awaitable<After> answer(arm::LocalAnswer local, bool may_keep);
    [[nodiscard]] awaitable<bool> drain_body();
    /// `what`, and which of the two limits of a body it was.
    [[nodiscard]] std::string late_body(SteadyTime whole, std::string what) const;
    [[nodiscard]] SteadyTime body_wait(SteadyTime whole) const;
    [[nodiscard]] arm::AnswerContext answer_context(std::string_view clause) const;
    /// With the clause that decided, and the client's correlation id.
    [[nodiscard]] arm::AnswerContext refusal_context();
    [[nodiscard]] verdict::RefusalOptions refusal_options() const;

    // exchange_contents.cpp
    /// Errors: those of hold_body.
    [[nodiscard]] awaitable<Result<void>> judge();
    /// True where the whole body is held; false where it is not read, or more than the limit, of
    /// which the first part is held. Errors: the body is malformed; the client is too slow or gone.
    [[nodiscard]] awaitable<Result<bool>> hold_body(std::size_t limit);
    [[nodiscard]] bool is_encoded_body() const;
    void decide_batch(const verdict::Assessment& assessment, bool is_read);
    [[nodiscard]] awaitable<After> serve_batch();
    [[nodiscard]] arm::BatchAnswer refuse_item(std::size_t position,
                                               const std::string& correlation);
    [[nodiscard]] std::vector<arm::BatchAnswer> refuse_items(const std::string& correlation);
    [[nodiscard]] awaitable<Result<void>> relay_held_body(Upstream& upstream, std::string& out);
    [[nodiscard]] http::BodyFraming outgoing_framing() const;
    /// True: `held` is the whole answer, merged. False: it is a first part of ARM's, or nothing.
    [[nodiscard]] awaitable<Result<bool>> merge_answer(Upstream& upstream, HeldBytes& held);
    [[nodiscard]] awaitable<Result<void>> relay_held_answer(std::string& out,
                                                            const HeldBytes& held,
                                                            http::BodyFraming framing);
    void note_unmerged(const char* why);

    // exchange_rehearse.cpp
    [[nodiscard]] awaitable<After> rehearse();
    [[nodiscard]] awaitable<After> rehearse_step_by_step();
    [[nodiscard]] dryrun::Request rehearsed_request() const;
    [[nodiscard]] dryrun::Moment rehearsed_moment() const;
    [[nodiscard]] awaitable<After> forward_what_reads();
    [[nodiscard]] awaitable<Result<void>> ask_all(std::vector<dryrun::Question> questions,
                                                  std::vector<dryrun::Answered>& answered);
    [[nodiscard]] awaitable<Result<dryrun::Reply>> ask(const dryrun::Question& question);
    [[nodiscard]] std::string question_bytes(const dryrun::Question& question) const;
    [[nodiscard]] awaitable<After> answer_unheld_body();
    [[nodiscard]] awaitable<After> answer_overlay_unavailable(Error error);

    [[nodiscard]] awaitable<After> forward();
    [[nodiscard]] awaitable<After> answer_failure(Error error);
    [[nodiscard]] awaitable<Result<void>> exchange_with(Upstream& upstream);
    [[nodiscard]] awaitable<Result<void>> send_request(Upstream& upstream);
    [[nodiscard]] std::string upstream_host() const;  ///< value of Host
    [[nodiscard]] awaitable<Result<bool>> ask_to_continue(Upstream& upstream);
    // Both: true where the body goes on, false where its answer is final already. 1xx are passed
    // on.
    [[nodiscard]] awaitable<Result<bool>> upload_goes_on(Upstream& upstream);
    [[nodiscard]] awaitable<Result<bool>> await_more_body(Upstream& upstream);
    [[nodiscard]] awaitable<Result<void>> relay_request_body(Upstream& upstream, std::string out);
    [[nodiscard]] awaitable<Result<void>> to_upstream(Upstream& upstream, std::string_view bytes);
    [[nodiscard]] awaitable<Result<bool>> read_response_head(Upstream& upstream);
    /// More bytes of a body; the response's ends where its connection does, if it may.
    [[nodiscard]] awaitable<Result<void>> read_more_request();
    [[nodiscard]] Error client_stalled();
    [[nodiscard]] awaitable<Result<void>> read_more_response(Upstream& upstream);
    [[nodiscard]] awaitable<Result<void>> relay_response(Upstream& upstream);
    [[nodiscard]] awaitable<Result<void>> to_client(std::string_view bytes);
    void note_response();
    [[nodiscard]] bool may_send_again(const Error& error, UpstreamPool::Use use) const;
    [[nodiscard]] bool upstream_is_reusable(const Upstream& upstream);
    [[nodiscard]] bool client_may_go_on();
    [[nodiscard]] bool awaits_continue() const { return expects_continue_ && !continued_; }
    void write_record(trace::Action action);

    const ExchangeContext context_;
    Shared& shared_;
    const Limits& limits_;

    http::MessageReader request_;
    http::RequestTarget target_;
    base::Timestamp time_;
    SteadyTime started_;
    std::shared_ptr<trace::RequestRecord> record_;
    bool expects_continue_ = false;
    bool continued_ = false;  ///< the client has its 100

    // where the verdict hangs on the body
    HeldBytes held_body_;  ///< goes out before what is still to come
    std::string unread_;   ///< why the contents were not read
    bool by_item_ = false;
    std::vector<std::size_t> refused_items_;         ///< among the batch's own
    std::optional<http::RequestHead> smaller_head_;  ///< of a batch that goes out without some
    bool upload_over_ = false;  ///< the answer came while the held body went out

    // of the response under way
    std::optional<http::MessageReader> response_;
    SteadyTime upstream_started_;
    SteadyTime upload_until_;
    SteadyTime download_until_ = SteadyTime::max();  ///< from the response's head on
    std::size_t informational_ = 0;
    bool request_cut_ = false;      ///< the upstream answered before the body was all sent
    bool upstream_broken_ = false;  ///< it takes no more of the request
    bool response_begun_ = false;   ///< bytes of a final response went to the client
    bool client_failed_ = false;
    bool client_stalled_ = false;  ///< it is there, and sends no more of its body
    bool closes_client_ = false;   ///< the response ends by closing the connection
    bool recorded_ = false;
};

}  // namespace armgate::io
