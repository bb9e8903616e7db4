// Lists: the real one, asked with the request's own target, with the overlay's resources put in.
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

std::string list_of(const std::vector<const Entry*>& entries, const Show& show) {
    std::string out = R"({"value":[)";
    ElementWriter list(out);
    for (const Entry* entry : entries) show(list.next(), *entry);
    return out.append("]}");
}

}  // namespace

Step Turn::list() {
    auto view = list_view(path_);
    if (!view) return Forward{};
    const std::string_view owner = path_.parent_key();
    const Overlay::Found above = world_.overlay.find(owner);
    if (above.presence == Presence::absent) return absent(path_of(path_.parent_id()));
    const bool here_alone = above.presence == Presence::here && above.entry->covers;
    if (!here_alone && !is_affected(world_.overlay, *view)) return Forward{};
    const std::string_view wanted = query_.get("$filter");
    bool understood = true;
    if (!wanted.empty()) {
        view->filter = ListFilter::parse(wanted);
        understood = view->filter.has_value();
        if (!understood) {
            invent("The list's filter was not applied to what lives only in the dry run.");
        }
    }
    view->expanded = !query_.get("$expand").empty();
    const Show show = [this, &view](std::string& out, const Entry& entry) {
        if (!view->all_resources) {
            out += shown_body(entry);
        } else if (view->expanded) {
            append_expanded_summary(out, entry);
        } else {
            out += entry.summary;
        }
    };
    const std::vector<const Entry*> shown = members(world_.overlay, *view);
    if (here_alone) return show_own_list(shown, show);
    const Reply* reply = inquiry_.ask({"GET", own_target(), {}, 0});
    if (reply == nullptr) return Ask{};
    Done done = relayed(path_.id(), *reply);
    if (reply->status != 200 || reply->cut) return finish(std::move(done));
    // Where this is the only page, everything that ARM does not list is added. Of several pages,
    // what has a real one below shows where ARM lists that. Under a filter that is not understood
    // nothing is added.
    const bool only = !query_.continues();
    std::vector<const Entry*> new_ones;
    std::copy_if(shown.begin(), shown.end(), std::back_inserter(new_ones),
                 [&](const Entry* entry) { return understood && (only || !entry->real); });
    auto page = merge_page(reply->body, world_.overlay, shown, new_ones, show);
    if (page) done.answer.body = std::move(*page);
    return finish(std::move(done));
}

Step Turn::show_own_list(const std::vector<const Entry*>& shown, const Show& show) {
    const Overlay::Found above = world_.overlay.find(path_.parent_key());
    if (shown.empty() && above.presence == Presence::here && path_.child()) {
        // It may be no list but a view of the resource: `{vm}/instanceView`.
        const auto resource = read_json(above.entry->body);
        const ResourcePath owner = path_of(path_.parent_id());
        auto viewed = knowledge_.recipes.view(making_of(owner, "GET", api_version()), path_.last(),
                                              resource.value_or(Json::object()));
        if (viewed) return finish(answer(200, std::move(*viewed)));
    }
    return finish(answer(200, list_of(shown, show)));
}

}  // namespace armgate::dryrun
