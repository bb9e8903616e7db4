// Evaluates the expressions of one template: its parameters, variables, functions, loops and
// lambdas. What cannot be known is unknown; what ARM would refuse is a fault of the session.
#pragma once

#include "core/arm/template_scope.hpp"
#include "core/dryrun/template/session.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace armgate::dryrun::language {

/// One loop that is being run through.
struct Loop {
    std::string name;
    std::int64_t index = 0;
    enum class Over { resources, properties } over = Over::resources;
};

/// A parameter or variable, evaluated when it is first asked for.
struct Slot {
    enum class State { waiting, busy, done } state = State::waiting;
    Json value;
};

/// What a name in a template's own resources stands for.
struct Declared {
    std::string id;
    std::string type;
    std::string name;
    std::string api_version;
};

/// Looks up the resources of a template by symbolic name, name or `{type}/{name}`.
class ResourceNames {
  public:
    virtual ~ResourceNames() = default;
    [[nodiscard]] virtual std::vector<Declared> named(std::string_view name) const = 0;
    /// False where the template declares a resource whose name is not known.
    [[nodiscard]] virtual bool all_named() const noexcept = 0;
};

/// What the expressions of one template may refer to.
struct Context {
    const Json* parameters = nullptr;  ///< as the template declares them; likewise the next ones
    const Json* variables = nullptr;
    const Json* functions = nullptr;
    const Json* definitions = nullptr;
    std::unordered_map<std::string, Slot> parameter_slots;  ///< by name in lower case
    std::unordered_map<std::string, Slot> variable_slots;
    const Json* given = nullptr;   ///< values given to the parameters: `{name: {value}}`
    bool given_elsewhere = false;  ///< a parametersLink: what is not given is not known
    arm::TemplateScope scope;      ///< of the deployment whose expressions these are
    Json deployment;               ///< what `deployment()` gives
    std::vector<Loop> loops;
    std::deque<std::pair<std::string, Json>> lambda_values;
    std::vector<const ResourceNames*> names;  ///< the innermost last
    /// True where `reference` and `list*` may stand: in properties and outputs, not in names.
    bool at_runtime = false;
};

/// A value that is owned, or borrowed from a place that outlives the expression.
class Held {
  public:
    Held(Json value) : own_(std::move(value)) {}  // NOLINT: made from values everywhere
    [[nodiscard]] static Held borrowed(const Json* value) {
        Held out{Json()};
        out.ref_ = value;
        return out;
    }
    [[nodiscard]] const Json& operator*() const noexcept { return ref_ == nullptr ? own_ : *ref_; }
    [[nodiscard]] const Json* operator->() const noexcept { return &**this; }
    [[nodiscard]] Json take(Session& session) &&;
    [[nodiscard]] bool is_borrowed() const noexcept { return ref_ != nullptr; }
    [[nodiscard]] Json& own() noexcept { return own_; }

    /// It came from Azure: what it lacks here, the real one may have.
    bool open = false;

  private:
    const Json* ref_ = nullptr;
    Json own_;
};

class Evaluator {
  public:
    Evaluator(Session& session, Context& context) : session_(session), context_(context) {}

    /// Any value of a template, what is inside evaluated too: expressions, names of members, and
    /// loops over properties.
    [[nodiscard]] Json evaluate(const Json& value);
    /// The same for a string.
    [[nodiscard]] Json evaluate_text(const std::string& text);

    /// Checked against its declaration: type, allowed values, limits.
    [[nodiscard]] Held parameter(std::string_view name);
    [[nodiscard]] Held variable(std::string_view name);
    [[nodiscard]] Held call(const Node& node);
    [[nodiscard]] Held node(const Node& node);

    /// A fault: the function does not take these arguments. Gives what is not known.
    Json refuse(const Node& call);

    [[nodiscard]] Session& session() noexcept { return session_; }
    [[nodiscard]] Context& context() noexcept { return context_; }

    /// The array that a `copy` makes of its `input`: a loop over properties, or over outputs.
    [[nodiscard]] Json looped(const Json& copy);

    /// Runs `each` for the indices of a `copy`, with a loop of that name; false where how many
    /// there are is not known.
    template <class Each>
    bool repeat(const Json& copy, Loop::Over over, Each each);

  private:
    Json evaluate_object(const Json& object);
    bool evaluate_copies(const Json& copies, Json& out);
    [[nodiscard]] const Json* variable_copy(std::string_view name) const;
    Held property(const Node& node);
    Held property_of(Held target, const Json& key);
    Held member_of(Held target, const std::string& name);
    Held element_of(Held target, std::int64_t index);
    Held call_own(const Json& function, const Node& node);
    const Json* own_function(const std::string& name);
    bool start(Slot& slot, std::string_view kind, std::string_view name);
    /// Runs `each` as it would before any resource: in no loop, without `reference`.
    template <class Each>
    void beforehand(Slot& slot, Each each);
    Json parameter_value(const std::string& name, const Json& declared);

    Session& session_;
    Context& context_;
};

template <class Each>
void Evaluator::beforehand(Slot& slot, Each each) {
    std::vector<Loop> loops;
    loops.swap(context_.loops);
    const bool runtime = std::exchange(context_.at_runtime, false);
    slot.value = each();
    context_.at_runtime = runtime;
    loops.swap(context_.loops);
    // What failed may have been tried only.
    slot.state = session_.stopped() ? Slot::State::waiting : Slot::State::done;
}

/// Nothing where it is not known or a fault; a count over 800 is one.
[[nodiscard]] std::optional<std::int64_t> copy_count(Evaluator& evaluator, const Json& copy);

template <class Each>
bool Evaluator::repeat(const Json& copy, Loop::Over over, Each each) {
    const auto count = copy_count(*this, copy);
    if (!count) return false;
    const Json* const name = member(copy, "name");
    const Json text_value = name == nullptr ? Json() : evaluate(*name);
    context_.loops.push_back({std::string(text(text_value)), 0, over});
    const std::size_t mine = context_.loops.size() - 1;
    for (std::int64_t i = 0; i < *count && session_.spend(1); ++i) {
        context_.loops[mine].index = i;
        each();
    }
    context_.loops.pop_back();
    return true;
}

}  // namespace armgate::dryrun::language
