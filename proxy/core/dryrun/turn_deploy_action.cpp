// POSTs to a deployment that concern what lives here alone: validate, what-if, cancel.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

bool is_deployment_action(const ResourcePath& path, std::string_view action) {
    return base::ascii_iequals(path.type(),
                               std::string(kDeploymentType) + "/" + std::string(action));
}

}  // namespace

bool Turn::is_rehearsed_deployment_action() {
    const bool reads =
        is_deployment_action(path_, "validate") || is_deployment_action(path_, "whatIf");
    if (is_deployment_action(path_, "cancel")) {
        return world_.overlay.find(path_.parent_key()).presence == Presence::here;
    }
    if (!reads || world_.overlay.empty()) return false;
    const ResourcePath owner = path_of(path_.parent_id());
    const Overlay::Found scope = world_.overlay.find(owner.scope_key());
    if (scope.presence == Presence::absent) return true;
    if (scope.presence == Presence::here && scope.entry->covers) return true;
    Deployment deployment;
    deployment.id = owner.id();
    deployment.body = request_.body;
    deployment.host = request_.host;
    deployment.now = moment_.context.now;
    for (const DeploymentTarget& target :
         deployment_targets(deployment, knowledge_.template_rules)) {
        const Overlay::Found found = world_.overlay.find(path_of(target.id).key());
        const bool here_alone = found.presence == Presence::here && !found.entry->real;
        if (here_alone || found.presence == Presence::absent) return true;
    }
    return false;
}

Step Turn::rehearse_deployment_action() {
    const ResourcePath owner = path_of(path_.parent_id());
    if (is_deployment_action(path_, "cancel")) return cancel_deployment(owner);
    World trial = world_;
    const std::string path = target_of(owner.id());
    Request request = request_;
    request.method = "PUT";
    request.path = path;
    Turn turn(knowledge_, trial, inquiry_, request, moment_);
    if (auto misplaced = turn.check_group(turn.path_)) return std::move(*misplaced);
    const Deploying what = turn.deploying();
    turn.ask_for_targets(what.view());
    if (inquiry_.pending()) return Ask{};
    const auto result = turn.carry(what.view());
    if (!result) return template_fault(result.error());
    for (std::string& sentence : turn.invented_) invent(std::move(sentence));
    if (is_deployment_action(path_, "validate")) return finish(answer(200, result->resource));
    const std::span<const Change> all(trial.changes);
    return finish(answer(200, what_if_result(all.subspan(world_.changes.size()))));
}

std::string Turn::what_if_result(std::span<const Change> changes) const {
    Json list = Json::array();
    for (const Change& change : changes) {
        Json entry = {{"resourceId", change.id},
                      {"changeType", change.kind == ChangeKind::create ? "Create" : "Modify"}};
        if (const auto before = read_json(change.before)) entry["before"] = *before;
        if (const auto after = read_json(change.after)) entry["after"] = *after;
        list.push_back(std::move(entry));
    }
    return to_text(
        {{"status", knowledge_.rules.states.done},
         {"properties",
          {{"correlationId", moment_.context.request_id}, {"changes", std::move(list)}}}});
}

Step Turn::cancel_deployment(const ResourcePath& deployment) {
    Entry* entry = world_.overlay.exact(deployment.key());
    Operation* operation = entry == nullptr ? nullptr : world_.operations.find(entry->operation);
    if (operation == nullptr || operation->polls_left == 0) {
        return fault("not_cancellable", {{"name", deployment.last()}});
    }
    operation->polls_left = 0;
    record(ChangeKind::action, "POST", deployment, {}, {});
    invent("The deployment was cancelled after its resources had been simulated.");
    return finish(answer(204, {}));
}

}  // namespace armgate::dryrun
