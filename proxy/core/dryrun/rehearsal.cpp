#include "core/dryrun/rehearsal.hpp"

#include "core/dryrun/saving.hpp"
#include "core/dryrun/turn.hpp"

#include <map>
#include <utility>

namespace armgate::dryrun {
namespace {

/// Requests that have asked and not come back: their clients are gone.
constexpr std::size_t kMaxAsking = 4096;

}  // namespace

struct Rehearsal::State {
    const Recipes& recipes;
    const arm::ArmRules& arm;
    Options options;
    DryRunRules rules;
    World world;
    std::unordered_map<std::string, std::string> groups;
    std::map<std::uint64_t, std::vector<Question>> asked;  ///< by the request's seq
};

Rehearsal::Rehearsal(const Recipes& recipes, const arm::ArmRules& rules, Options options)
    : state_(new State{recipes, rules, options, load_dryrun_rules().value(), {}, {}, {}}) {
}
Rehearsal::~Rehearsal() = default;
Rehearsal::Rehearsal(Rehearsal&&) noexcept = default;

bool Rehearsal::needs_body(const Request& request) {
    const arm::RequestClass what = arm::class_of_method(request.method);
    return what == arm::RequestClass::write || what == arm::RequestClass::action;
}

const std::vector<Change>& Rehearsal::changes() const noexcept {
    return state_->world.changes;
}

Step Rehearsal::step(const Request& request, std::span<const Reply> replies, const Moment& moment) {
    auto asked = state_->asked.find(moment.seq);
    if (replies.empty() && asked != state_->asked.end()) {
        state_->asked.erase(asked);
        asked = state_->asked.end();
    }
    const std::vector<Question> none;
    const std::vector<Question>& earlier = asked == state_->asked.end() ? none : asked->second;
    Inquiry inquiry(earlier, replies);
    const Knowledge knowledge{state_->recipes, state_->arm, state_->rules, state_->options,
                              state_->groups};
    Turn turn(knowledge, state_->world, inquiry, request, moment);
    Step step = turn.run();
    if (!std::holds_alternative<Ask>(step)) {
        if (asked != state_->asked.end()) state_->asked.erase(asked);
        return step;
    }
    Ask ask{inquiry.questions()};
    if (state_->asked.size() >= kMaxAsking) state_->asked.erase(state_->asked.begin());
    std::vector<Question>& all = state_->asked[moment.seq];
    all.insert(all.end(), ask.questions.begin(), ask.questions.end());
    return ask;
}

std::string Rehearsal::save() const {
    return save_world(state_->world);
}

Result<void> Rehearsal::load(std::string_view text) {
    auto world = load_world(text, state_->arm.operations);
    if (!world) return world.error();
    state_->world = std::move(*world);
    return {};
}

}  // namespace armgate::dryrun
