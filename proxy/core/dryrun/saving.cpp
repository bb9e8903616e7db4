#include "core/dryrun/saving.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/body.hpp"
#include "core/dryrun/lists.hpp"
#include "core/dryrun/resource_path.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

namespace armgate::dryrun {
namespace {

using nlohmann::json;

/// resources[] -> one object -> its members: bodies are strings.
constexpr std::size_t kDepth = 4;
constexpr unsigned kMaxPolls = 100;

Json saved_resource(const Entry& entry) {
    Json out = {{"id", entry.id},
                {"type", entry.type},
                {"gone", entry.gone},
                {"real", entry.real},
                {"covers", entry.covers}};
    if (entry.gone) return out;
    out["api_version"] = entry.api_version;
    out["body"] = entry.body.view();
    out["whole"] = entry.whole;
    out["operation"] = entry.operation;
    out["interim"] = entry.interim;
    out["created"] = base::format_rfc3339(entry.created);
    out["changed"] = base::format_rfc3339(entry.changed);
    return out;
}

Json saved_operation(const Operation& operation) {
    return {{"id", operation.id},
            {"resource_id", operation.resource_id},
            {"polls_left", operation.polls_left},
            {"status", operation.status},
            {"body", operation.body},
            {"shows_resource", operation.shows_resource},
            {"started", base::format_rfc3339(operation.started)}};
}

Json saved_change(const Change& change) {
    return {{"kind", change_kind_name(change.kind)},
            {"method", change.method},
            {"id", change.id},
            {"type", change.type},
            {"operation", change.operation},
            {"outcome", verdict::outcome_name(change.verdict.outcome)},
            {"clause", verdict::clause_name(change.verdict.clause)},
            {"policy", change.policy},
            {"seq", change.seq},
            {"time", base::format_rfc3339(change.time)},
            {"before", change.before.view()},
            {"after", change.after.view()},
            {"carried_by", change.carried_by},
            {"invented", change.invented}};
}

/// Reads one file; the first fault is kept, and after it everything reads as empty.
class Loader {
  public:
    explicit Loader(const arm::OperationRules& rules) : rules_(rules) {}

    Result<World> load(std::string_view text) {
        const auto root = base::parse_json(text, kDepth);
        if (!root || !root->is_object()) return wrong("", "is no JSON object");
        enter("");
        expect(*root, {"schema", "resources", "tags", "operations", "changes"});
        if (!fault_ && root->at("schema") != std::string(kOverlaySchema)) {
            fault("schema", "is not " + std::string(kOverlaySchema));
        }
        World world;
        each(*root, "resources", [&](const json& item) { read_resource(item, world); });
        each(*root, "operations", [&](const json& item) { read_operation(item, world); });
        each(*root, "changes", [&](const json& item) { read_change(item, world); });
        read_tags(*root, world);
        if (fault_) return *fault_;
        return world;
    }

  private:
    static Error wrong(const std::string& where, const std::string& what) {
        const std::string place = where.empty() ? std::string("it") : "'" + where + "'";
        return {Errc::config_invalid, "the overlay cannot be resumed: " + place + " " + what};
    }

    void fault(const std::string& member, const std::string& what) {
        if (!fault_) fault_ = wrong(place_.empty() ? member : place_ + "." + member, what);
    }

    void enter(std::string place) { place_ = std::move(place); }

    void expect(const json& object, std::initializer_list<std::string_view> keys) {
        if (fault_) return;
        if (!object.is_object()) {
            fault_ = wrong(place_, "is no object");
            return;
        }
        for (const auto key : keys) {
            if (!object.contains(std::string(key))) fault(std::string(key), "is missing");
        }
        for (const auto& [key, value] : object.items()) {
            // An unknown key is not quoted: it may be anything.
            if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
                if (!fault_) fault_ = wrong(place_, "has a member that is not known");
            }
        }
    }

    template <class Read>
    void each(const json& root, const std::string& name, const Read& read) {
        if (fault_) return;
        const json& list = root.at(name);
        if (!list.is_array()) return fault(name, "is no list");
        for (std::size_t i = 0; i < list.size() && !fault_; ++i) {
            enter(name + "[" + std::to_string(i) + "]");
            read(list[i]);
        }
        enter("");
    }

    std::string text(const json& object, const char* key) {
        if (fault_) return {};
        const json& value = object.at(key);
        if (!value.is_string()) {
            fault(key, "is no string");
            return {};
        }
        return value.get<std::string>();
    }

    bool flag(const json& object, const char* key) {
        if (fault_) return false;
        const json& value = object.at(key);
        if (!value.is_boolean()) fault(key, "is neither true nor false");
        return value.is_boolean() && value.get<bool>();
    }

    std::uint64_t number(const json& object, const char* key, std::uint64_t most) {
        if (fault_) return 0;
        const json& value = object.at(key);
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
            fault(key, "is no number, or too large");
            return 0;
        }
        return value.get<std::uint64_t>();
    }

    base::Timestamp time(const json& object, const char* key) {
        const auto parsed = base::parse_rfc3339(text(object, key));
        if (!parsed) fault(key, "is no time");
        return parsed.value_or(base::Timestamp{});
    }

    /// The text of a JSON object; empty only where it may be.
    std::string body(const json& object, const char* key, bool optional) {
        std::string value = text(object, key);
        if (fault_ || (optional && value.empty())) return value;
        const auto parsed = read_json(value);
        if (!parsed || (!optional && !parsed->is_object())) fault(key, "is no JSON");
        return value;
    }

    std::string id(const json& object, const char* key) {
        std::string value = text(object, key);
        if (fault_) return value;
        const ResourcePath path(target_of(value), rules_);
        if (value.empty() || path.key() != base::to_lower(value) || !path.item()) {
            fault(key, "is no resource id");
        }
        return value;
    }

    void read_resource(const json& item, World& world) {
        const bool gone = item.is_object() && item.contains("gone") && item["gone"] == true;
        if (gone) {
            expect(item, {"id", "type", "gone", "real", "covers"});
        } else {
            expect(item, {"id", "type", "gone", "real", "covers", "api_version", "body", "whole",
                          "operation", "interim", "created", "changed"});
        }
        Entry entry;
        entry.id = id(item, "id");
        entry.type = text(item, "type");
        entry.gone = flag(item, "gone");
        entry.real = flag(item, "real");
        entry.covers = flag(item, "covers");
        if (gone && !fault_) {
            world.overlay.remove(entry.id, entry.type, true);
            return;
        }
        entry.api_version = text(item, "api_version");
        entry.body = body(item, "body", false);
        entry.whole = body(item, "whole", true);
        entry.operation = text(item, "operation");
        entry.interim = body(item, "interim", true);
        entry.created = time(item, "created");
        entry.changed = time(item, "changed");
        if (fault_) return;
        const Json whole = read_json(entry.body).value_or(Json::object());
        entry.etag = etag_of(whole);
        entry.summary = summary_of(ResourcePath(target_of(entry.id), rules_), whole);
        world.overlay.put(std::move(entry));
    }

    void read_operation(const json& item, World& world) {
        expect(item,
               {"id", "resource_id", "polls_left", "status", "body", "shows_resource", "started"});
        Operation operation;
        operation.id = text(item, "id");
        operation.resource_id = text(item, "resource_id");
        operation.polls_left = static_cast<unsigned>(number(item, "polls_left", kMaxPolls));
        operation.status = static_cast<unsigned>(number(item, "status", 599));
        operation.body = body(item, "body", true);
        operation.shows_resource = flag(item, "shows_resource");
        operation.started = time(item, "started");
        if (!fault_ && (operation.status < 200 || !base::is_token(operation.id))) {
            fault("id", "or its status is none");
        }
        if (!fault_) world.operations.start(std::move(operation));
    }

    verdict::Verdict read_verdict(const json& item) {
        verdict::Verdict out;
        const std::string outcome = text(item, "outcome");
        const std::string clause = text(item, "clause");
        bool known = false;
        for (const auto value :
             {verdict::Outcome::pass, verdict::Outcome::fail, verdict::Outcome::uncertain}) {
            if (verdict::outcome_name(value) == outcome) {
                out.outcome = value;
                known = true;
            }
        }
        if (!known) fault("outcome", "is not known");
        known = false;
        for (std::size_t i = 0; i < verdict::kClauseCount; ++i) {
            if (verdict::clause_name(static_cast<verdict::ClauseId>(i)) == clause) {
                out.clause = static_cast<verdict::ClauseId>(i);
                known = true;
            }
        }
        if (!known) fault("clause", "is not known");
        return out;
    }

    void read_change(const json& item, World& world) {
        expect(item, {"kind", "method", "id", "type", "operation", "outcome", "clause", "policy",
                      "seq", "time", "before", "after", "carried_by", "invented"});
        Change change;
        const std::string kind = text(item, "kind");
        bool known = false;
        for (const ChangeKind value :
             {ChangeKind::create, ChangeKind::update, ChangeKind::remove, ChangeKind::action}) {
            if (change_kind_name(value) == kind) {
                change.kind = value;
                known = true;
            }
        }
        if (!known) fault("kind", "is not known");
        change.method = text(item, "method");
        change.id = text(item, "id");
        change.type = text(item, "type");
        change.operation = text(item, "operation");
        change.verdict = read_verdict(item);
        change.policy = text(item, "policy");
        change.seq = number(item, "seq", UINT64_MAX);
        change.time = time(item, "time");
        change.before = body(item, "before", true);
        // Of an action it is what was sent, which need not be JSON.
        change.after =
            change.kind == ChangeKind::action ? text(item, "after") : body(item, "after", true);
        change.carried_by = text(item, "carried_by");
        if (!fault_ && !item.at("invented").is_array()) fault("invented", "is no list");
        if (fault_) return;
        for (const json& sentence : item.at("invented")) {
            if (!sentence.is_string()) return fault("invented", "holds what is no string");
            change.invented.push_back(sentence.get<std::string>());
        }
        world.changes.push_back(std::move(change));
    }

    void read_tags(const json& root, World& world) {
        if (fault_) return;
        const json& tags = root.at("tags");
        if (!tags.is_object()) return fault("tags", "is no object");
        for (const auto& [key, value] : tags.items()) {
            const auto parsed =
                value.is_string() ? read_json(value.get<std::string>()) : std::nullopt;
            if (!parsed || !parsed->is_object() || base::to_lower(key) != key ||
                !key.starts_with("/")) {
                return fault("tags", "holds what are no tags of a resource");
            }
            world.overlay.set_tags(key, value.get<std::string>());
        }
    }

    const arm::OperationRules& rules_;
    std::string place_;
    std::optional<Error> fault_;
};

}  // namespace

std::string save_world(const World& world) {
    Json resources = Json::array();
    for (const auto& [key, entry] : world.overlay.entries()) {
        resources.push_back(saved_resource(entry));
    }
    Json tags = Json::object();
    for (const auto& [key, value] : world.overlay.all_tags()) tags[key] = value;
    Json operations = Json::array();
    for (const auto& [id, operation] : world.operations.all()) {
        operations.push_back(saved_operation(operation));
    }
    Json changes = Json::array();
    for (const Change& change : world.changes) changes.push_back(saved_change(change));
    return to_text({{"schema", kOverlaySchema},
                    {"resources", std::move(resources)},
                    {"tags", std::move(tags)},
                    {"operations", std::move(operations)},
                    {"changes", std::move(changes)}});
}

Result<World> load_world(std::string_view text, const arm::OperationRules& rules) {
    return Loader(rules).load(text);
}

}  // namespace armgate::dryrun
