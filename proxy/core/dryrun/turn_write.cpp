// PUT and PATCH of a resource.
#include "core/base/text.hpp"
#include "core/dryrun/preconditions.hpp"
#include "core/dryrun/recipe_path.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

}  // namespace

std::optional<Done> Turn::check_conditions(const Known& before) const {
    const Met met = judge_conditions(request_.method, {request_.if_match, request_.if_none_match},
                                     {before.here(), before.etag});
    if (met == Met::yes) return std::nullopt;
    const bool match = met == Met::if_match_failed;
    return fault("precondition_failed",
                 {{"field", match ? "If-Match" : "If-None-Match"},
                  {"value", match ? *request_.if_match : *request_.if_none_match},
                  {"name", path_.last()}});
}

std::optional<Done> Turn::check_location(const Json& sent, const Known& before) const {
    const std::string wanted = text_at(sent, "location");
    if (!before.here()) {
        const bool needed = knowledge_.rules.needs_location.contains(base::to_lower(path_.type()));
        if (needed && wanted.empty()) return fault("location_required");
        return std::nullopt;
    }
    const std::string existing = text_at(before.body, "location");
    if (wanted.empty() || existing.empty() || region_name(wanted) == region_name(existing)) {
        return std::nullopt;
    }
    if (path_.is_group()) {
        return fault("group_location", {{"location", wanted}, {"existing", existing}});
    }
    const std::string_view group = path_.group_id().substr(path_.group_id().rfind('/') + 1);
    return fault(
        "resource_location",
        {{"location", wanted}, {"existing", existing}, {"name", path_.last()}, {"group", group}});
}

Step Turn::write() {
    if (auto refused = check_request()) return std::move(*refused);
    Json body;
    if (auto refused = read_body(body)) return std::move(*refused);
    if (concerns_tags()) return write_tags(body);
    if (request_.method == "PUT") {
        if (is_deployment()) return deploy(body);
        if (ascii_iequals(path_.type(), "Microsoft.Resources/deploymentStacks")) {
            return write_stack(body);
        }
    }
    return write_resource(body);
}

Step Turn::write_resource(const Json& body) {
    const Known before = look_up(path_, api_version());
    std::optional<Done> misplaced;
    if (!before.here()) misplaced = check_place(path_, api_version());
    ask_for_parent(path_);
    ask_for_locks(path_);
    if (auto ends = unsettled(before, misplaced)) return std::move(*ends);
    const bool patch = request_.method == "PATCH";
    if (patch && !before.here()) return absent(path_);
    if (auto refused = check_conditions(before)) return std::move(*refused);
    if (auto refused = check_locks(path_, "write")) return std::move(*refused);
    const Json sent = patch ? merge_patch(before.full(), body) : body;
    if (auto refused = check_location(sent, before)) return std::move(*refused);
    const Write write{path_, path_.type(), api_version(), before, sent, {}};
    const Made made = make(write);
    if (!ask_for_children(made, api_version())) return Ask{};
    const Json after = commit(write, made);
    return answer_write(before, after);
}

Step Turn::answer_write(const Known& before, const Json& after) {
    const WriteStyle style = knowledge_.recipes.write_style(path_.type());
    const Runs put = before.here() ? style.update : style.put;
    const Runs runs = request_.method == "PATCH" ? style.patch : put;
    const unsigned status = before.here() ? style.updated : style.created;
    const bool here = world_.overlay.exact(path_.key()) != nullptr;
    const auto final_answer = [&] {
        // 202 speaks of an operation; where there is none, the call is over.
        Done done = answer(status == 202 ? 200 : status, to_text(after));
        const std::string etag = etag_of(after);
        if (!etag.empty()) done.answer.fields.emplace_back("ETag", etag);
        return finish(std::move(done));
    };
    if (!here || runs == Runs::at_once || knowledge_.options.lro == Lro::instant) {
        return final_answer();
    }
    Operation operation = new_operation(path_);
    operation.shows_resource = true;
    Json meanwhile = after;
    const StateNames& states = knowledge_.rules.states;
    set_member(meanwhile, "properties.provisioningState",
               before.here() ? states.updated : states.created);
    const std::string interim = to_text(meanwhile);
    const bool shows_body = runs == Runs::async_operation;
    Done done = answer(shows_body ? status : 202, shows_body ? interim : std::string());
    add_operation_fields(done, operation, runs, region_name(text_at(after, "location")));
    start(std::move(operation), path_, interim);
    return finish(std::move(done));
}

}  // namespace armgate::dryrun
