#include "core/dryrun/rehearsal.hpp"

#include "core/dryrun/saving.hpp"
#include "core/dryrun/template/rules.hpp"
#include "core/dryrun/turn.hpp"

#include <utility>

namespace armgate::dryrun {

struct Rehearsal::State {
    const Recipes& recipes;
    const arm::ArmRules& arm;
    Options options;
    DryRunRules rules;
    language::LanguageRules template_rules;
    World world;
    std::unordered_map<std::string, std::string> groups;
    std::unordered_map<std::string, std::vector<RealLock>> locks;
};

Rehearsal::Rehearsal(const Recipes& recipes, const arm::ArmRules& rules, Options options)
    : state_(new State{recipes,
                       rules,
                       options,
                       load_dryrun_rules().value(),
                       language::load_language_rules().value(),
                       {},
                       {},
                       {}}) {
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

Step Rehearsal::step(const Request& request,
                     std::span<const Answered> answered,
                     const Moment& moment) {
    Inquiry inquiry(answered);
    const Knowledge knowledge{state_->recipes,        state_->arm,     state_->rules,
                              state_->template_rules, state_->options, state_->groups,
                              state_->locks};
    Turn turn(knowledge, state_->world, inquiry, request, moment);
    Step step = turn.run();
    if (std::holds_alternative<Ask>(step)) return Ask{inquiry.questions()};
    return step;
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
