// DELETE of a resource.
#include "core/base/text.hpp"
#include "core/dryrun/preconditions.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
Step Turn::remove() {
    if (auto refused = check_request()) return std::move(*refused);
    if (concerns_tags()) return remove_tags();
    const Known before = look_up(path_, api_version());
    const std::optional<Done> misplaced = check_group(path_);
    if (before.state != Known::State::absent) {
        ask_for_parent(path_);
        ask_for_locks(path_);
    }
    if (auto ends = unsettled(before, misplaced)) return std::move(*ends);
    if (!before.here()) {
        if (path_.is_group()) return absent(path_);
        return finish(answer(204, {}));
    }
    if (auto refused = check_conditions(before)) return std::move(*refused);
    if (auto refused = check_locks(path_, "delete")) return std::move(*refused);
    const WriteStyle style = knowledge_.recipes.write_style(path_.type());
    remove_resource(path_, before, {});
    if (style.remove == Runs::at_once || knowledge_.options.lro == Lro::instant) {
        return finish(
            answer(style.removed, style.removed_shows ? to_text(before.body) : std::string()));
    }
    return answer_removal(style.remove, region_name(text_at(before.body, "location")));
}

Step Turn::answer_removal(Runs runs, std::string_view region) {
    Operation operation = new_operation(path_);
    Done done = answer(202, {});
    // A DELETE is followed by its Location (facts 8.4: required there).
    add_operation_fields(done, operation, runs == Runs::async_operation ? Runs::both : runs,
                         region);
    world_.operations.start(std::move(operation));
    return finish(std::move(done));
}

}  // namespace armgate::dryrun
