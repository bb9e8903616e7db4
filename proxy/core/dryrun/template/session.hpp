// One pass over a deployment: what it may spend, the first fault, what could not be told, and the
// world it reads. Two passes are made: one that writes nothing and finds the faults that ARM's
// validation would, and the one that writes.
#pragma once

#include "core/dryrun/deployment.hpp"
#include "core/dryrun/template/rules.hpp"
#include "core/dryrun/template/syntax.hpp"
#include "core/dryrun/template/value.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace armgate::dryrun::language {

/// What ARM would answer with 400.
struct Fault {
    std::string code;
    std::string message;
};

/// A template takes steps and builds values; a body may spend so much in one pass. Over it nothing
/// more is evaluated.
inline constexpr std::size_t kMaxSteps = 4'000'000;
inline constexpr std::size_t kMaxBuilt = std::size_t{32} << 20U;  ///< bytes, roughly
inline constexpr std::size_t kMaxNesting = 250;                   ///< calls within calls
inline constexpr std::size_t kMaxResources = 800;                 ///< of one template (ARM's)
inline constexpr std::size_t kMaxAllResources = 4000;             ///< of one body
inline constexpr std::size_t kMaxNotes = 200;

enum class Pass { validate, carry_out };

class Session {
  public:
    /// All outlive the session. `world` may be null in the pass that validates.
    Session(const Deployment& deployment,
            const LanguageRules& rules,
            DeploymentWorld* world,
            Pass pass)
        : deployment_(deployment), rules_(rules), world_(world), pass_(pass) {}

    [[nodiscard]] const Deployment& deployment() const noexcept { return deployment_; }
    [[nodiscard]] const LanguageRules& rules() const noexcept { return rules_; }
    [[nodiscard]] bool validates() const noexcept { return pass_ == Pass::validate; }
    /// Not null where it does not validate.
    [[nodiscard]] DeploymentWorld* world() const noexcept { return world_; }

    /// Uses up steps; false where none are left.
    bool spend(std::size_t steps);
    /// Uses up what a value takes; false where that is too much, or it is nested too deep.
    bool build(const Json& value);
    /// Uses up bytes that are kept beside values; false where that is too much.
    bool keep(std::size_t bytes);
    /// Counts a resource of the body.
    bool count_resource();

    /// True after a fault: nothing more is evaluated.
    [[nodiscard]] bool stopped() const noexcept { return fault_.has_value(); }
    [[nodiscard]] const std::optional<Fault>& fault() const noexcept { return fault_; }
    [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }
    /// A fault in the template, at the current place. The first one is kept.
    void fail(std::string_view message_key, LanguageRules::Words words = {});
    /// The same, where the message tells the place itself.
    void fail_whole(std::string_view message_key, LanguageRules::Words words = {});
    /// In the pass that writes there is no way back: a fault makes a value unknown and is told.
    void soften();

    /// Says once what could not be told.
    void note(std::string sentence);
    [[nodiscard]] std::vector<std::string>& notes() noexcept { return notes_; }

    /// What a place is called in messages: `resource 'name'`. Gives the one before.
    std::string set_place(std::string place);

    /// Null where it is no expression.
    [[nodiscard]] const Node* parsed(const std::string& text);

    /// The resource as the world shows it, or else as it was written in this pass. Valid until the
    /// next write.
    [[nodiscard]] const Json* read(const std::string& id);
    void remember(const std::string& id, Json resource);
    /// A nested deployment that is over: it is read from here, what is not known in it left so.
    void finish(const std::string& id, Json deployment);
    /// A text that stands in a written body in the place of what is not known.
    void placed(const std::string& expression) { placed_.insert(expression); }
    /// Told of each id that the deployment asks for.
    void ask_for(const std::string& id, std::string_view api_version);
    [[nodiscard]] const std::vector<DeploymentTarget>& targets() const noexcept { return targets_; }

    [[nodiscard]] std::string new_guid();

    std::size_t nesting = 0;

  private:
    friend class Probe;
    void exhaust();
    void restore_unknown(Json& value);
    bool measure(const Json& value, std::size_t depth);

    const Deployment& deployment_;
    const LanguageRules& rules_;
    DeploymentWorld* world_;
    Pass pass_;
    std::size_t steps_ = kMaxSteps;
    std::size_t bytes_ = kMaxBuilt;
    std::size_t resources_ = kMaxAllResources;
    bool exhausted_ = false;
    std::optional<Fault> fault_;
    std::string place_;
    std::vector<std::string> notes_;
    std::unordered_map<std::string, std::shared_ptr<const Node>> parsed_;
    std::unordered_map<std::string, std::optional<Json>> read_;  ///< by id in lower case
    std::unordered_map<std::string, Json> written_;
    std::unordered_map<std::string, Json> finished_;
    std::unordered_set<std::string> placed_;
    std::vector<DeploymentTarget> targets_;
    std::unordered_set<std::string> asked_;
    std::size_t guids_ = 0;
};

/// While it lives, faults and what could not be told leave no trace: something is tried.
class Probe {
  public:
    explicit Probe(Session& session) : session_(session), notes_(session.notes_.size()) {}
    ~Probe() {
        if (!session_.exhausted_) session_.fault_.reset();
        session_.notes_.resize(notes_);
    }
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

  private:
    Session& session_;
    std::size_t notes_;
};

/// Names a place while it lives.
class PlaceScope {
  public:
    PlaceScope(Session& session, std::string place)
        : session_(session), before_(session.set_place(std::move(place))) {}
    ~PlaceScope() { session_.set_place(std::move(before_)); }
    PlaceScope(const PlaceScope&) = delete;
    PlaceScope& operator=(const PlaceScope&) = delete;

  private:
    Session& session_;
    std::string before_;
};

}  // namespace armgate::dryrun::language
