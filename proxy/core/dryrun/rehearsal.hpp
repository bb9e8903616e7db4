// A whole change rehearsed: every write of a session answered as ARM would, from resources and
// tombstones kept above the real subscription (contract section 8). Decides, asks, answers; moves
// no byte. One caller at a time: io holds a lock around each call, never across a question.
#pragma once

#include "core/arm/operation.hpp"
#include "core/arm/refusal.hpp"
#include "core/base/error.hpp"
#include "core/dryrun/change.hpp"
#include "core/dryrun/recipe.hpp"
#include "core/verdict/verdict.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace armgate::dryrun {

/// `--lro`: whether operations run for a poll or two, as ARM's do, or are over at once.
enum class Lro { realistic, instant };

struct Options {
    Lro lro = Lro::realistic;
    bool ask_what_if = false;  ///< `--what-if`
};

/// One request, judged already. Views into the caller's memory.
struct Request {
    std::string_view method;
    std::string_view host;   ///< in normal form
    std::string_view path;   ///< as sent, undecoded
    std::string_view query;  ///< as sent, without `?`
    std::string_view body;   ///< whole
    std::optional<std::string_view> if_match;
    std::optional<std::string_view> if_none_match;
    const arm::Classification* what = nullptr;
    std::string_view caller;       ///< who, for systemData: a name, or an object id
    std::string_view caller_type;  ///< `User`, `Application`, `ManagedIdentity`
    std::string_view tenant;
    std::string_view object_id;
};

/// A read to be asked of the real ARM, on the request's own host, with the caller's own token.
/// `method` is GET, or POST for what-if: nothing else is ever asked.
struct Question {
    std::string method = "GET";
    std::string target;  ///< path, and query behind `?`
    std::string body;    ///< JSON; of a POST alone
    /// How long to wait before it is asked: ARM said so of an operation that runs (`--what-if`).
    unsigned after_seconds = 0;
};

/// What came of a question.
struct Reply {
    unsigned status = 0;  ///< 0: no answer
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;  ///< decoded; empty where it was longer than the limit, and `cut` is set
    bool cut = false;
};

/// A question and its reply: kept by the caller for as long as it comes back with its request.
struct Answered {
    Question question;
    Reply reply;
};

/// It goes to ARM as it is, and so does the answer.
struct Forward {};

/// Ask these, all of them, then call again with them and all that was answered before.
struct Ask {
    std::vector<Question> questions;
};

/// Answered here.
struct Done {
    arm::LocalAnswer answer;
    /// What the simulation had to invent, a sentence each, for the trace and the list of changes.
    std::vector<std::string> invented;
};

using Step = std::variant<Forward, Ask, Done>;

/// What differs from call to call and comes from io.
struct Moment {
    arm::AnswerContext context;  ///< fresh ids, and the time
    std::uint64_t seq = 0;       ///< of the request's record
    verdict::Verdict verdict;    ///< on the request itself
    std::string_view policy;
    /// By these what a request carries is judged, each write as if it came on its own. Without an
    /// identity it gets the request's verdict.
    const identity::Identity* identity = nullptr;
    arm::Cloud cloud = arm::Cloud::azure_public;
    arm::RefusalStyle refusal = arm::RefusalStyle::system;
};

class Rehearsal {
  public:
    /// Both outlive the rehearsal.
    Rehearsal(const Recipes& recipes, const arm::ArmRules& rules, Options options);
    ~Rehearsal();
    Rehearsal(Rehearsal&&) noexcept;

    /// `answered`: the questions of earlier steps for this request, in their order. No change
    /// happens before the step that is Done. Never Forward for a request that is not a read and
    /// no known reading POST: what cannot be simulated is answered with an error in ARM's shape.
    [[nodiscard]] Step step(const Request& request,
                            std::span<const Answered> answered,
                            const Moment& moment);

    /// True where `step` needs the whole body before it can tell anything.
    [[nodiscard]] static bool needs_body(const Request& request);

    /// In the order in which they were made.
    [[nodiscard]] const std::vector<Change>& changes() const noexcept;

    /// The overlay as text, to be resumed (`--overlay`).
    [[nodiscard]] std::string save() const;
    /// Errors: `config_invalid`, saying where, for a text that `save` did not write.
    [[nodiscard]] Result<void> load(std::string_view text);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace armgate::dryrun
