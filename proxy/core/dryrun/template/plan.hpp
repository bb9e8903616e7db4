// The resources of one template, loops run through and names evaluated, in the order in which they
// are deployed.
#pragma once

#include "core/arm/template_scope.hpp"
#include "core/dryrun/template/evaluator.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace armgate::dryrun::language {

struct Planned {
    const Json* declared = nullptr;
    Declared what;  ///< its id is empty where it is not known
    arm::TemplateScope scope;
    std::vector<Loop> loops;
    enum class State {
        deployed,
        existing,  ///< declared to be read
        left_out,  ///< its condition is false
        not_known  ///< whether, or as what, it would be deployed
    } state = State::deployed;
    bool is_deployment = false;
    std::vector<std::size_t> waits_for;  ///< by `dependsOn`, in the plan's own numbering
};

class Plan final : public ResourceNames {
  public:
    [[nodiscard]] std::vector<Declared> named(std::string_view name) const override;
    [[nodiscard]] bool all_named() const noexcept override { return all_named_; }
    /// Null where the template has nothing of that name; empty for a loop that runs no time.
    [[nodiscard]] const std::vector<std::size_t>* find(std::string_view name) const;

    std::vector<Planned> resources;
    std::vector<std::size_t> order;  ///< without those that are left out

  private:
    friend class Planner;
    std::unordered_map<std::string, std::vector<std::size_t>> by_name_;  ///< in lower case
    bool all_named_ = true;
};

/// `resources` is the template's member of that name; `scope` where its deployment lands. Faults
/// are the session's: names with the wrong number of segments, what is defined twice, what is
/// waited for and not defined, circles.
[[nodiscard]] Plan make_plan(Evaluator& evaluator,
                             const Json& resources,
                             const arm::TemplateScope& scope);

/// Fills in `waits_for` and `order`.
void put_in_order(Evaluator& evaluator, Plan& plan);

[[nodiscard]] bool is_deployment_type(std::string_view type) noexcept;

/// True where the expressions of a nested deployment's template are its own.
[[nodiscard]] bool evaluates_inside(const Json& properties) noexcept;

}  // namespace armgate::dryrun::language
