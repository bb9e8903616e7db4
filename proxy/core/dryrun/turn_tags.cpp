// `{scope}/providers/Microsoft.Resources/tags/default`: the tags of a resource of any type. Those
// of a real resource that the dry run has not written stand above it on their own.
#include "core/base/text.hpp"
#include "core/dryrun/recipe_path.hpp"
#include "core/dryrun/turn.hpp"

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

constexpr std::string_view kTagsType = "Microsoft.Resources/tags";

Json tags_of(const Json& body) {
    const Json* tags = find_member(body, "properties.tags");
    return tags != nullptr && tags->is_object() ? *tags : Json::object();
}

/// Names of tags compare without case; the casing that was there first stays.
Json changed_tags(Json tags, const Json& given, std::string_view operation) {
    if (ascii_iequals(operation, "Replace")) return given;
    for (const auto& [name, value] : given.items()) {
        std::string known = name;
        for (const auto& [own, ignored] : tags.items()) {
            if (ascii_iequals(own, name)) known = own;
        }
        if (ascii_iequals(operation, "Delete")) {
            tags.erase(known);
        } else {
            tags[known] = value;
        }
    }
    return tags;
}

}  // namespace

bool Turn::concerns_tags() const {
    return path_.item() && ascii_iequals(path_.type(), kTagsType) &&
           ascii_iequals(path_.last(), "default");
}

std::string Turn::tags_body(const Json& tags) const {
    return to_text({{"id", path_.id()},
                    {"name", "default"},
                    {"type", kTagsType},
                    {"properties", {{"tags", tags}}}});
}

/// The tags of what the dry run has written; nothing where it has not.
std::optional<Json> Turn::tags_here() const {
    const std::string_view scope = path_.scope_key();
    const Overlay::Found found = world_.overlay.find(scope);
    if (found.presence == Presence::here) {
        const Json body = read_json(found.entry->body).value_or(Json::object());
        const Json* tags = member(body, "tags");
        return tags != nullptr && tags->is_object() ? *tags : Json::object();
    }
    const std::string* set = world_.overlay.tags(scope);
    if (set == nullptr) return std::nullopt;
    return read_json(*set).value_or(Json::object());
}

Step Turn::read_tags() {
    if (world_.overlay.find(path_.scope_key()).presence == Presence::absent) {
        return absent(path_of(path_.scope_id()));
    }
    const auto tags = tags_here();
    if (!tags) return Forward{};
    return answer(200, request_.method == "HEAD" ? std::string() : tags_body(*tags));
}

/// The tags as they are; nothing where they have to be asked first, or `refused` says why not.
std::optional<Json> Turn::current_tags(std::optional<Done>& refused) {
    if (world_.overlay.find(path_.scope_key()).presence == Presence::absent) {
        refused = absent(path_of(path_.scope_id()));
        return std::nullopt;
    }
    if (auto tags = tags_here()) return tags;
    const Reply* reply = inquiry_.ask({"GET", question_target(path_.id(), api_version()), {}, 0});
    if (reply == nullptr) return std::nullopt;
    Known known = known_from(path_, *reply);
    if (known.state == Known::State::failed) refused = std::move(known.fault);
    if (known.state == Known::State::absent) refused = passed_on(*reply);
    if (!known.here()) return std::nullopt;
    return tags_of(known.body);
}

void Turn::keep_tags(const Json& before, const Json& after, ChangeKind kind) {
    if (before == after) return;
    const std::string scope(path_.scope_key());
    record(kind, request_.method, path_,
           {tags_body(before), kind == ChangeKind::remove ? std::string() : tags_body(after)}, {});
    const Entry* entry = world_.overlay.exact(scope);
    if (entry == nullptr || entry->gone) {
        world_.overlay.set_tags(scope, to_text(after));
        return;
    }
    const ResourcePath owner = path_of(entry->id);
    Json body = read_json(entry->body).value_or(Json::object());
    body["tags"] = after;
    store(owner, std::string(entry->type), std::string(entry->api_version), body, entry->real);
}

Step Turn::write_tags(const Json& body) {
    std::optional<Done> refused;
    const auto before = current_tags(refused);
    if (refused) return std::move(*refused);
    if (!before) return Ask{};
    const Json given = tags_of(body);
    const std::string operation =
        request_.method == "PUT" ? std::string("Replace") : text_at(body, "operation");
    const Json after = changed_tags(*before, given, operation);
    keep_tags(*before, after, ChangeKind::update);
    return finish(answer(200, tags_body(after)));
}

Step Turn::remove_tags() {
    std::optional<Done> refused;
    const auto before = current_tags(refused);
    if (refused) return std::move(*refused);
    if (!before) return Ask{};
    keep_tags(*before, Json::object(), ChangeKind::remove);
    return finish(answer(200, {}));
}

}  // namespace armgate::dryrun
