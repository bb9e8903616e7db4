// One request answered from the overlay: what `Rehearsal::step` does with it. A turn lives for one
// step; it changes the world only where it ends in `Done`, so that a step that has to ask first
// can begin anew. Its parts lie in one file a kind of request: turn_read, turn_list, turn_write,
// turn_delete, turn_action, and so on.
#pragma once

#include "core/dryrun/body.hpp"
#include "core/dryrun/deployment.hpp"
#include "core/dryrun/inquiry.hpp"
#include "core/dryrun/lists.hpp"
#include "core/dryrun/query.hpp"
#include "core/dryrun/rehearsal.hpp"
#include "core/dryrun/resource_path.hpp"
#include "core/dryrun/rules.hpp"
#include "core/dryrun/world.hpp"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace armgate::arm {
struct BatchItem;
}
namespace armgate::http {
struct RequestTarget;
}

namespace armgate::dryrun {

inline constexpr std::string_view kDeploymentType = "Microsoft.Resources/deployments";

/// One of ARM's own.
struct RealLock {
    std::string id;
    std::string level;  ///< `ReadOnly` or `CanNotDelete`
};

/// What every turn needs to know. All of it outlives the turn.
struct Knowledge {
    const Recipes& recipes;
    const arm::ArmRules& arm;
    const DryRunRules& rules;
    const language::LanguageRules& template_rules;
    Options options;
    /// Real groups that were seen, by key, with their region: asked for once.
    std::unordered_map<std::string, std::string>& groups;
    /// ARM's locks by subscription, where they were asked for.
    std::unordered_map<std::string, std::vector<RealLock>>& locks;
};

/// What is known of a resource before it is written.
struct Known {
    enum class State { pending, here, absent, failed };
    State state = State::pending;
    Json body;
    std::string etag;
    bool real = false;          ///< a real one exists below
    std::optional<Done> fault;  ///< set where `failed`

    std::optional<Json> whole;  ///< with what ARM never shows, where there is any

    [[nodiscard]] bool here() const noexcept { return state == State::here; }
    [[nodiscard]] const Json& full() const noexcept { return whole ? *whole : body; }
};

class Turn {
  public:
    Turn(const Knowledge& knowledge,
         World& world,
         Inquiry& inquiry,
         const Request& request,
         const Moment& moment);

    /// An `Ask` is empty: its questions are the inquiry's.
    [[nodiscard]] Step run();

  private:
    using Words = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    // --- answers: turn_answer.cpp
    [[nodiscard]] Done answer(unsigned status, std::string body) const;
    [[nodiscard]] Done fault(std::string_view name, Words words = {}) const;
    [[nodiscard]] Done not_simulated(std::string_view what) const;
    [[nodiscard]] Done passed_on(const Reply& reply) const;
    [[nodiscard]] Done unreadable(std::string_view id, const Reply& reply) const;
    /// The real ARM's answer, where it could be had.
    [[nodiscard]] Done relayed(std::string_view id, const Reply& reply) const;
    [[nodiscard]] Done absent(const ResourcePath& path) const;
    [[nodiscard]] Done finish(Done done);
    /// One that runs on the resource, from now on.
    [[nodiscard]] Operation new_operation(const ResourcePath& resource) const;
    /// `region`: of the resource; empty where it has none.
    void add_operation_fields(Done& done,
                              const Operation& operation,
                              Runs runs,
                              std::string_view region) const;
    [[nodiscard]] std::string operation_url(std::string_view word,
                                            const Operation& operation,
                                            std::string_view region) const;
    /// Starts it; while it runs the resource shows as `interim`, JSON.
    void start(Operation operation, const ResourcePath& resource, const std::string& interim);
    [[nodiscard]] std::string guid(std::string_view salt) const;
    void invent(std::string sentence);

    // --- what is known: turn_known.cpp
    [[nodiscard]] ResourcePath path_of(std::string_view id) const;
    [[nodiscard]] std::string question_target(std::string_view id,
                                              std::string_view api_version) const;
    /// Path and query as sent.
    [[nodiscard]] std::string own_target() const;
    /// How the turn ends before anything is written; nothing where it goes on.
    [[nodiscard]] std::optional<Step> unsettled(const Known& before,
                                                const std::optional<Done>& misplaced) const;
    [[nodiscard]] Known look_up(const ResourcePath& path, std::string_view api_version);
    [[nodiscard]] Known known_from(const ResourcePath& path, const Reply& reply);
    [[nodiscard]] std::optional<Done> check_place(const ResourcePath& path,
                                                  std::string_view api_version);
    /// Asks for the parent where it is not known, because it may show its children inline.
    void ask_for_parent(const ResourcePath& path);
    [[nodiscard]] std::optional<Done> check_group(const ResourcePath& path);
    [[nodiscard]] std::optional<Done> check_parent(const ResourcePath& path,
                                                   std::string_view api_version);
    [[nodiscard]] bool is_registered_here(const ResourcePath& path) const;
    [[nodiscard]] std::string group_region(const ResourcePath& path) const;

    // --- reads: turn_read.cpp, turn_list.cpp
    [[nodiscard]] Step read();
    [[nodiscard]] Step read_item();
    [[nodiscard]] std::optional<Done> poll();
    [[nodiscard]] Done show(const Entry& entry);
    /// Valid until the overlay changes.
    [[nodiscard]] std::string_view shown_body(const Entry& entry) const;
    [[nodiscard]] std::string expanded(const Entry& entry, std::string body) const;
    [[nodiscard]] Step list();
    [[nodiscard]] Step show_own_list(const std::vector<const Entry*>& shown, const Show& show);

    // --- writes: turn_write.cpp, turn_commit.cpp, turn_delete.cpp, turn_locks.cpp
    [[nodiscard]] std::optional<Done> check_request();
    [[nodiscard]] std::optional<Done> read_body(Json& body) const;
    [[nodiscard]] std::optional<Done> check_conditions(const Known& before) const;
    [[nodiscard]] std::optional<Done> check_location(const Json& sent, const Known& before) const;
    void ask_for_locks(const ResourcePath& path);
    [[nodiscard]] std::optional<Done> check_locks(const ResourcePath& path,
                                                  std::string_view verb) const;
    [[nodiscard]] Step write();
    [[nodiscard]] Step write_resource(const Json& body);
    [[nodiscard]] Step answer_write(const Known& before, const Json& after);
    [[nodiscard]] Step remove();
    [[nodiscard]] Step answer_removal(Runs runs, std::string_view region);

    /// One resource to be written, and as whose part.
    struct Write {
        const ResourcePath& path;
        std::string_view type;
        std::string_view api_version;
        const Known& before;
        const Json& sent;
        std::string_view carried_by;
    };
    [[nodiscard]] Made make(const Write& write) const;
    /// Asks which of the children have a real one. False where that is not known yet.
    [[nodiscard]] bool ask_for_children(const Made& made, std::string_view api_version);
    /// Stores it with its children and records the change; gives the resource as it is then.
    Json commit(const Write& write, const Made& made);
    /// Gives the text of the body, as it is kept.
    SharedText store(const ResourcePath& path,
                     std::string_view type,
                     std::string_view api_version,
                     const Json& body,
                     bool real,
                     std::string whole = {});
    void store_children(const Write& write, const Made& made);
    void reflect_in_parent(const ResourcePath& path,
                           const Json* body,
                           std::string_view api_version);
    void remove_resource(const ResourcePath& path,
                         const Known& before,
                         std::string_view carried_by);
    struct Judged {
        verdict::Verdict verdict;
        std::string_view policy;
    };
    /// A write that the request carries, as if it came on its own.
    [[nodiscard]] Judged judge_carried(const arm::Classification& what) const;
    struct Texts {
        SharedText before;
        SharedText after;
    };
    void record(ChangeKind kind,
                std::string_view method,
                const ResourcePath& path,
                Texts texts,
                std::string_view carried_by);

    // --- POST: turn_action.cpp, turn_register.cpp
    [[nodiscard]] Step act();
    [[nodiscard]] bool is_reading_post() const;
    [[nodiscard]] bool is_named_by_azure() const;
    [[nodiscard]] bool is_known_to_read() const;
    [[nodiscard]] Step read_by_post();
    [[nodiscard]] Step act_on(const ResourcePath& resource, std::string_view action);
    [[nodiscard]] Step answer_action(const ResourcePath& resource,
                                     std::string_view action,
                                     const Known& known);
    [[nodiscard]] Step answer_acting(const ResourcePath& resource,
                                     const ActionAnswer& given,
                                     const Known& known);
    [[nodiscard]] bool is_registration() const;
    [[nodiscard]] Step register_provider();
    [[nodiscard]] Step check_name();

    // --- tags, moves, batches: turn_tags.cpp, turn_move.cpp, turn_batch.cpp
    [[nodiscard]] bool concerns_tags() const;
    [[nodiscard]] Step read_tags();
    [[nodiscard]] std::optional<Json> tags_here() const;
    [[nodiscard]] Step write_tags(const Json& body);
    [[nodiscard]] Step remove_tags();
    [[nodiscard]] std::optional<Json> current_tags(std::optional<Done>& refused);
    void keep_tags(const Json& before, const Json& after, ChangeKind kind);
    [[nodiscard]] std::string tags_body(const Json& tags) const;
    struct Move {
        std::vector<std::string> resources;
        std::string target;
    };
    [[nodiscard]] std::optional<Done> read_move(Move& move) const;
    [[nodiscard]] Step move_resources();
    void move_one(const ResourcePath& from, const ResourcePath& group, const Known& known);
    [[nodiscard]] Known look_up_any(const ResourcePath& path);
    [[nodiscard]] bool is_batch() const;
    [[nodiscard]] Step batch();
    [[nodiscard]] std::optional<Done> play_item(const arm::BatchItem& item,
                                                const http::RequestTarget& target,
                                                std::size_t position,
                                                World& trial);

    // --- deployments: turn_deploy.cpp, turn_deploy_action.cpp, turn_what_if.cpp, turn_stack.cpp
    /// A deployment with the texts that it is told by.
    struct Deploying {
        Deployment deployment;
        std::string region;
        std::string subscription_name;
        [[nodiscard]] Deployment view() const;
    };
    [[nodiscard]] bool is_deployment() const;
    [[nodiscard]] Deploying deploying();
    void ask_for_targets(const Deployment& deployment);
    [[nodiscard]] Step deploy(const Json& body);
    [[nodiscard]] Done template_fault(const Error& error) const;
    [[nodiscard]] Result<DeploymentResult> carry(const Deployment& deployment);
    [[nodiscard]] Known known_before(const ResourcePath& path, std::string_view version);
    [[nodiscard]] Json write_carried(const DeployedResource& resource, const Json& body);
    [[nodiscard]] std::optional<Json> read_carried(std::string_view id);
    [[nodiscard]] std::optional<Json> list_carried(std::string_view function, std::string_view id);
    /// What was recorded last, a deployment, goes before what it carries: changes from `first` on.
    void tell_before_its_parts(std::size_t first);
    void keep_deployment(const ResourcePath& path,
                         const Json& resource,
                         const std::vector<DeploymentOperation>& operations,
                         bool real);
    [[nodiscard]] Step answer_deployment(const Json& resource, bool existed);
    [[nodiscard]] bool is_rehearsed_deployment_action();
    [[nodiscard]] Step rehearse_deployment_action();
    [[nodiscard]] std::string what_if_result(std::span<const Change> changes) const;
    [[nodiscard]] Step cancel_deployment(const ResourcePath& deployment);
    [[nodiscard]] bool is_complete(const Json& body) const;
    [[nodiscard]] bool ask_for_group(std::vector<Json>& real);
    void remove_unlisted(const std::vector<Json>& real, std::string_view deployment);
    [[nodiscard]] Step write_stack(const Json& body);
    [[nodiscard]] bool ask_what_if();
    void read_what_if(const Reply& reply);
    void add_what_if(const ResourcePath& path, Made& made) const;

    [[nodiscard]] Making making_of(const ResourcePath& path,
                                   std::string_view method,
                                   std::string_view api_version) const;

    [[nodiscard]] std::string_view api_version() const noexcept {
        return query_.get("api-version");
    }

    const Knowledge& knowledge_;
    World& world_;
    Inquiry& inquiry_;
    const Request& request_;
    const Moment& moment_;
    ResourcePath path_;
    Query query_;
    std::vector<std::string> invented_;
    std::unordered_set<std::string> written_;        ///< keys of what the deployment wrote
    std::unordered_map<std::string, Json> what_if_;  ///< ARM's view of resources, by key
};

}  // namespace armgate::dryrun
