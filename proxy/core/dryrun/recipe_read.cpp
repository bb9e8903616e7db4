#include "core/dryrun/recipe_read.hpp"

#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/recipe_template.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun {
namespace {

using Value = nlohmann::json;

constexpr std::array<std::pair<std::string_view, Runs>, 4> kRuns{{
    {"at_once", Runs::at_once},
    {"async_operation", Runs::async_operation},
    {"location", Runs::location},
    {"both", Runs::both},
}};

constexpr std::array<std::pair<std::string_view, Etag>, 4> kEtags{{
    {"none", Etag::none},
    {"weak", Etag::weak},
    {"quoted", Etag::quoted},
    {"plain", Etag::plain},
}};

class Reader {
  public:
    Reader(const std::string& name, const Suffixes& suffixes) : file_(name), suffixes_(suffixes) {}

    Result<Recipe> read(std::string_view text);

  private:
    /// The member, or null where it may be left out and is.
    static const Value* optional(const Value& parent, const char* key) {
        const auto found = parent.is_object() ? parent.find(key) : parent.end();
        return found == parent.end() ? nullptr : &*found;
    }

    unsigned status(const Value& parent, const char* key, unsigned otherwise) {
        const Value* value = optional(parent, key);
        if (value == nullptr) return otherwise;
        const unsigned number = value->is_number_unsigned() ? value->get<unsigned>() : 0;
        if (number >= 200 && number <= 204 && number != 203) return number;
        file_.fault(key, "is not 200, 201, 202 or 204");
        return otherwise;
    }

    template <class Table>
    auto one_of(const Value& parent, const char* key, const Table& table) {
        auto out = table.front().second;
        if (optional(parent, key) == nullptr) return out;
        const std::string text = file_.text(parent, key);
        const auto* found = std::find_if(table.begin(), table.end(),
                                         [&](const auto& entry) { return entry.first == text; });
        if (found == table.end()) {
            file_.fault(key, "is none of the words that it may be");
            return out;
        }
        return found->second;
    }

    std::vector<std::string> texts(const Value& parent, const char* key) {
        return optional(parent, key) == nullptr ? std::vector<std::string>()
                                                : file_.texts(parent, key);
    }

    std::vector<std::string> one_or_more(const Value& parent, const char* key) {
        const Value* value = optional(parent, key);
        if (value == nullptr) return {};
        return value->is_array() ? file_.texts(parent, key)
                                 : std::vector<std::string>{file_.text(parent, key)};
    }

    std::vector<std::string> paths(const Value& parent, const char* key, PathElements elements) {
        auto out = texts(parent, key);
        for (const std::string& path : out) {
            if (!is_member_path(path, elements)) file_.fault(key, "holds what is no path");
        }
        return out;
    }

    std::vector<std::string> types(const Value& parent, const char* key) {
        auto out = texts(parent, key);
        for (const std::string& type : out) {
            if (!is_resource_type(type)) file_.fault(key, "holds what is no resource type");
        }
        return out;
    }

    template <class Read>
    auto each(const Value& parent, const char* key, Read read) {
        std::vector<decltype(read(parent))> out;
        if (optional(parent, key) == nullptr) return out;
        for (const Value& entry : file_.array(parent, key)) out.push_back(read(entry));
        return out;
    }

    Json value(const Value& parent, const char* key, Speaks speaks);
    Json body(const Value& parent, const char* key, Speaks speaks);
    std::string type_below(const Value& entry, const char* where);
    WriteStyle writes(const Value& root);
    Additions additions(const Value& parent, Speaks speaks);
    Condition condition(const Value& entry, Speaks speaks);
    std::vector<Condition> conditions(const Value& parent, Speaks speaks);
    Case one_case(const Value& entry, Speaks speaks);
    Elements elements(const Value& entry);
    Child child(const Value& entry, const char* where);
    Action action(const Value& entry);
    View view(const Value& entry);
    void describe(const Value& root);

    base::RuleFile file_;
    const Suffixes& suffixes_;
    std::string type_;
};

Json Reader::value(const Value& parent, const char* key, Speaks speaks) {
    const Value* found = optional(parent, key);
    if (found == nullptr) return {};
    Json out(*found);
    if (const auto fault = value_fault(out, speaks, suffixes_)) file_.fault(key, *fault);
    return out;
}

Json Reader::body(const Value& parent, const char* key, Speaks speaks) {
    const Value* found = optional(parent, key);
    if (found != nullptr && !found->is_object()) file_.fault(key, "is not an object");
    return value(parent, key, speaks);
}

std::string Reader::type_below(const Value& entry, const char* where) {
    std::string type = file_.text(entry, "type");
    if (!is_resource_type(type) || !base::ascii_iequals(parent_type(type), type_)) {
        file_.fault(where, "has a type that is not one level below the recipe's own");
    }
    return type;
}

WriteStyle Reader::writes(const Value& root) {
    WriteStyle out;
    const Value* writes = optional(root, "writes");
    if (writes == nullptr) return out;
    file_.expect_keys(
        *writes, "writes",
        {"created", "updated", "removed", "removed_shows", "put", "update", "patch", "remove"});
    out.created = status(*writes, "created", out.created);
    out.updated = status(*writes, "updated", out.updated);
    out.removed = status(*writes, "removed", out.removed);
    out.removed_shows = file_.flag(*writes, "removed_shows");
    out.put = one_of(*writes, "put", kRuns);
    out.update =
        optional(*writes, "update") == nullptr ? out.put : one_of(*writes, "update", kRuns);
    out.patch = one_of(*writes, "patch", kRuns);
    out.remove = one_of(*writes, "remove", kRuns);
    return out;
}

Additions Reader::additions(const Value& parent, Speaks speaks) {
    return {body(parent, "defaults", speaks), body(parent, "once", speaks),
            body(parent, "always", speaks)};
}

Condition Reader::condition(const Value& entry, Speaks speaks) {
    file_.expect_keys(entry, "if", {"value", "is", "starts_with", "contains", "present"});
    Condition out;
    if (optional(entry, "value") == nullptr) file_.fault("if", "has no value");
    out.value = value(entry, "value", speaks);
    out.is = one_or_more(entry, "is");
    out.starts_with = one_or_more(entry, "starts_with");
    out.contains = one_or_more(entry, "contains");
    if (optional(entry, "present") != nullptr) out.present = file_.flag(entry, "present", true);
    if (out.is.empty() && out.starts_with.empty() && out.contains.empty() && !out.present) {
        file_.fault("if", "compares with nothing");
    }
    return out;
}

std::vector<Condition> Reader::conditions(const Value& parent, Speaks speaks) {
    const Value* found = optional(parent, "if");
    if (found == nullptr) return {};
    if (found->is_object()) return {condition(*found, speaks)};
    return each(parent, "if", [&](const Value& entry) { return condition(entry, speaks); });
}

Case Reader::one_case(const Value& entry, Speaks speaks) {
    file_.expect_keys(entry, "cases", {"if", "defaults", "once", "always", "invented"});
    if (optional(entry, "if") == nullptr) file_.fault("cases", "has an entry without 'if'");
    return {conditions(entry, speaks), additions(entry, speaks), texts(entry, "invented")};
}

Elements Reader::elements(const Value& entry) {
    file_.expect_keys(entry, "elements",
                      {"in", "type", "resources", "flat", "cases", "defaults", "once", "always"});
    Elements out;
    out.in = file_.text(entry, "in");
    if (!is_member_path(out.in, PathElements::none)) file_.fault("in", "is no path");
    if (optional(entry, "type") != nullptr) out.type = type_below(entry, "elements");
    out.resources = file_.flag(entry, "resources");
    out.flat = file_.flag(entry, "flat");
    if (out.resources && out.type.empty()) file_.fault("resources", "needs a type");
    if (out.flat && !out.resources) file_.fault("flat", "is for elements that are resources");
    out.cases = each(entry, "cases",
                     [&](const Value& inner) { return one_case(inner, Speaks::of_element); });
    out.additions = additions(entry, Speaks::of_element);
    return out;
}

Child Reader::child(const Value& entry, const char* where) {
    file_.expect_keys(entry, where, {"type", "name", "body", "if", "every_time"});
    Child out;
    const bool below = std::string_view(where) == "children";
    out.type = below ? type_below(entry, where) : file_.text(entry, "type");
    if (!below && (!is_resource_type(out.type) || !parent_type(out.type).empty())) {
        file_.fault(where, "has a type that is not one of a whole resource");
    }
    out.name = file_.text(entry, "name");
    if (const auto fault = text_fault(out.name, Speaks::of_resource, suffixes_)) {
        file_.fault("name", *fault);
    }
    out.body = body(entry, "body", Speaks::of_resource);
    out.when = conditions(entry, Speaks::of_resource);
    out.every_time = file_.flag(entry, "every_time");
    return out;
}

Action Reader::action(const Value& entry) {
    file_.expect_keys(entry, "actions",
                      {"name", "acts", "status", "runs", "body", "sets", "if", "invented"});
    Action out;
    out.name = file_.text(entry, "name");
    if (!base::is_token(out.name)) file_.fault("name", "is no name of an action");
    if (optional(entry, "acts") == nullptr) file_.fault("acts", "is missing");
    out.acts = file_.flag(entry, "acts", true);
    out.runs = one_of(entry, "runs", kRuns);
    out.status = status(entry, "status", out.runs == Runs::at_once ? 200 : 202);
    out.body = value(entry, "body", Speaks::of_action);
    out.sets = body(entry, "sets", Speaks::of_action);
    if (!out.sets.is_null() && !out.acts) file_.fault("sets", "is for actions that act");
    out.when = conditions(entry, Speaks::of_action);
    out.invented = texts(entry, "invented");
    return out;
}

View Reader::view(const Value& entry) {
    file_.expect_keys(entry, "views", {"name", "body"});
    View out{file_.text(entry, "name"), value(entry, "body", Speaks::of_resource)};
    if (!base::is_token(out.name)) file_.fault("name", "is no name of a view");
    if (out.body.is_null()) file_.fault("body", "is missing");
    return out;
}

/// What is for the reader of the table in docs/dry-run.md.
void Reader::describe(const Value& root) {
    const std::string certainty = file_.text(root, "certainty");
    if (certainty != "certain" && certainty != "documented") {
        file_.fault("certainty", "is neither certain nor documented");
    }
    for (const char* key : {"source", "shows"}) static_cast<void>(file_.text(root, key));
    static_cast<void>(file_.optional_text(root, "lacks"));
}

Result<Recipe> Reader::read(std::string_view text) {
    const Value root = file_.parse(text);
    file_.expect_keys(root, "", {"type",       "aliases",
                                 "also_for",   "certainty",
                                 "source",     "shows",
                                 "lacks",      "writes",
                                 "defaults",   "once",
                                 "always",     "finally",
                                 "cases",      "elements",
                                 "children",   "beside",
                                 "actions",    "views",
                                 "keeps",      "never_returned",
                                 "invented",   "system_data_from",
                                 "etag",       "provisioning_state",
                                 "keeps_nulls"});
    Recipe out;
    out.type = type_ = file_.text(root, "type");
    if (!is_resource_type(type_)) file_.fault("type", "is no resource type");
    out.aliases = types(root, "aliases");
    out.also_for = types(root, "also_for");
    describe(root);
    out.writes = writes(root);
    out.additions = additions(root, Speaks::of_resource);
    out.cases = each(root, "cases",
                     [&](const Value& entry) { return one_case(entry, Speaks::of_resource); });
    out.elements = each(root, "elements", [&](const Value& entry) { return elements(entry); });
    out.children =
        each(root, "children", [&](const Value& entry) { return child(entry, "children"); });
    out.beside = each(root, "beside", [&](const Value& entry) { return child(entry, "beside"); });
    out.finally = body(root, "finally", Speaks::of_resource);
    out.actions = each(root, "actions", [&](const Value& entry) { return action(entry); });
    out.views = each(root, "views", [&](const Value& entry) { return view(entry); });
    out.keeps = paths(root, "keeps", PathElements::none);
    out.never_returned = paths(root, "never_returned", PathElements::allowed);
    out.invented = texts(root, "invented");
    out.system_data_from = file_.optional_text(root, "system_data_from");
    out.etag = one_of(root, "etag", kEtags);
    out.provisioning_state = file_.flag(root, "provisioning_state", true);
    out.keeps_nulls = file_.flag(root, "keeps_nulls");
    // The types of children and elements are below one type only.
    const bool has_types =
        !out.children.empty() || std::any_of(out.elements.begin(), out.elements.end(),
                                             [](const Elements& one) { return !one.type.empty(); });
    if (!out.also_for.empty() && has_types) file_.fault("also_for", "does not go with children");
    if (file_.error()) return *file_.error();
    return out;
}

std::vector<ActionRule> action_rules(base::RuleFile& file, const Value& root, const char* key) {
    std::vector<ActionRule> out;
    for (const Value& entry : file.array(root, key)) {
        file.expect_keys(entry, key, {"type", "action"});
        out.push_back({file.optional_text(entry, "type"), file.text(entry, "action")});
    }
    return out;
}

}  // namespace

Result<Recipe> read_recipe(const std::string& name,
                           std::string_view text,
                           const Suffixes& suffixes) {
    return Reader(name, suffixes).read(text);
}

Result<CommonRules> read_common_rules(std::string_view text) {
    base::RuleFile file("recipes.json");
    const Value root = file.parse(text);
    file.expect_keys(root, "", {"source", "reading_actions", "acting_actions", "clouds"});
    CommonRules out;
    out.reading = action_rules(file, root, "reading_actions");
    out.acting = action_rules(file, root, "acting_actions");
    for (const Value& entry : file.array(root, "clouds")) {
        file.expect_keys(entry, "clouds", {"host", "suffixes"});
        out.clouds.push_back({file.text(entry, "host"), file.pairs(entry, "suffixes")});
        if (out.clouds.back().names.size() != out.clouds.front().names.size()) {
            file.fault("suffixes", "are not the same in every cloud");
        }
    }
    if (out.clouds.empty()) file.fault("clouds", "is empty");
    if (file.error()) return *file.error();
    return out;
}

}  // namespace armgate::dryrun
