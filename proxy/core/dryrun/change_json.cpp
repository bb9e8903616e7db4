#include "core/base/redact.hpp"
#include "core/dryrun/change_diff.hpp"
#include "core/dryrun/change_render.hpp"

namespace armgate::dryrun {
namespace {

using ordered = nlohmann::ordered_json;

/// Text that another wrote, for the file.
ordered text_or_null(const std::string& text, const ChangeRules& rules) {
    if (text.empty()) return nullptr;
    return base::shown_name(text, rules.secrets);
}

ordered body_or_null(const std::optional<nlohmann::json>& body) {
    return body ? ordered(*body) : ordered(nullptr);
}

std::string_view word_of(const FieldChange& field) {
    if (!field.before) return "added";
    return field.after ? "changed" : "removed";
}

ordered fields_json(const std::vector<FieldChange>& fields) {
    ordered out = ordered::array();
    for (const FieldChange& field : fields) {
        ordered entry = {{"path", field.path}, {"change", word_of(field)}};
        entry["before"] = body_or_null(field.before);
        entry["after"] = body_or_null(field.after);
        out.push_back(std::move(entry));
    }
    return out;
}

ordered sentences(const std::vector<std::string>& list, const ChangeRules& rules) {
    ordered out = ordered::array();
    for (const std::string& sentence : list) {
        out.push_back(base::shown_name(sentence, rules.secrets));
    }
    return out;
}

ordered change_json(const Change& change, std::size_t order, const ChangeRules& rules) {
    const ShownChange shown = show_change(change, rules);
    ordered out;
    out["order"] = order;
    out["kind"] = change_kind_name(change.kind);
    out["method"] = base::printable(change.method);
    out["id"] = text_or_null(change.id, rules);
    out["type"] = text_or_null(change.type, rules);
    out["operation"] = text_or_null(change.operation, rules);
    out["verdict"] = {{"outcome", verdict::outcome_name(change.verdict.outcome)},
                      {"clause", verdict::clause_name(change.verdict.clause)}};
    out["policy"] = text_or_null(change.policy, rules);
    out["seq"] = change.seq;
    out["time"] = base::format_rfc3339(change.time);
    out["before"] = body_or_null(shown.before);
    out["after"] = body_or_null(shown.after);
    out["fields"] = fields_json(shown.fields);
    out["carried_by"] = text_or_null(change.carried_by, rules);
    out["invented"] = sentences(change.invented, rules);
    out["notes"] = sentences(shown.notes, rules);
    return out;
}

ordered counts_json(const ChangeCounts& counts) {
    return {{"create", counts.created}, {"update", counts.updated},
            {"delete", counts.removed}, {"action", counts.actions},
            {"fail", counts.failing},   {"uncertain", counts.uncertain}};
}

}  // namespace

std::string changes_json(const std::vector<Change>& changes, const ChangeRules& rules) {
    ordered out;
    out["schema"] = "armgate.changes/1";
    out["counts"] = counts_json(count_changes(changes));
    out["changes"] = ordered::array();
    for (std::size_t i = 0; i < changes.size(); ++i) {
        out["changes"].push_back(change_json(changes[i], i + 1, rules));
    }
    out["permissions"] = ordered::array();
    for (const NeededPermissions& needed : needed_permissions(changes)) {
        out["permissions"].push_back({{"scope", base::shown_name(needed.scope, rules.secrets)},
                                      {"operations", sentences(needed.operations, rules)}});
    }
    return out.dump(2, ' ', true, ordered::error_handler_t::replace) + "\n";
}

}  // namespace armgate::dryrun
