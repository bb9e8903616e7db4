#include "core/dryrun/change.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/change_render.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

using nlohmann::json;
using Segments = std::vector<std::string_view>;

Segments segments_of(std::string_view id) {
    Segments out;
    for (const std::string_view segment : base::split(id, '/')) {
        if (!segment.empty()) out.push_back(segment);
    }
    return out;
}

std::string joined(const Segments& segments, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "/" + std::string(segments[i]);
    return out.empty() ? "/" : out;
}

bool is_at(const Segments& segments, std::size_t at, std::string_view word) {
    return at < segments.size() && base::ascii_iequals(segments[at], word);
}

/// Where a role would be assigned that allows a write of `id`: a group itself is written at its
/// subscription, what is in it at the group (Azure RBAC, "Understand scope").
std::string scope_of(std::string_view id) {
    const Segments segments = segments_of(id);
    if (is_at(segments, 0, "subscriptions") && segments.size() >= 2) {
        const bool in_group = is_at(segments, 2, "resourceGroups") && segments.size() > 4;
        return joined(segments, in_group ? 4 : 2);
    }
    const bool managed =
        is_at(segments, 1, "Microsoft.Management") && is_at(segments, 2, "managementGroups");
    return joined(segments, managed && segments.size() > 4 ? 4 : 0);
}

void add_once(std::vector<std::string>& list, const std::string& text) {
    const bool there = std::any_of(list.begin(), list.end(), [&](const std::string& other) {
        return base::ascii_iequals(other, text);
    });
    if (!there) list.push_back(text);
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace

std::string_view change_kind_name(ChangeKind kind) noexcept {
    switch (kind) {
        case ChangeKind::create:
            return "create";
        case ChangeKind::update:
            return "update";
        case ChangeKind::remove:
            return "delete";
        case ChangeKind::action:
            break;
    }
    return "action";
}

Result<ChangeRules> parse_change_rules(std::string_view text) {
    auto secrets = base::load_body_redaction_rules();
    if (!secrets) return secrets.error();
    base::RuleFile file("changes.json");
    const json root = file.parse(text);
    file.expect_keys(root, "changes.json",
                     {"comment", "provider_made", "key_fields", "type_key_fields"});
    ChangeRules rules;
    rules.secrets = std::move(*secrets);
    rules.provider_made = file.texts(root, "provider_made");
    rules.key_fields = file.texts(root, "key_fields");
    const json& types = file.object(root, "type_key_fields");
    for (const auto& [type, paths] : types.items()) {
        rules.type_key_fields[base::to_lower(type)] = file.texts(types, type);
    }
    if (file.error()) return *file.error();
    return rules;
}

Result<ChangeRules> load_change_rules() {
    return parse_change_rules(base::embedded_rules("changes"));
}

ChangesFormat changes_format_of(std::string_view file) noexcept {
    const bool markdown =
        base::ascii_iends_with(file, ".md") || base::ascii_iends_with(file, ".markdown");
    return markdown ? ChangesFormat::markdown : ChangesFormat::json;
}

std::string render_changes(const std::vector<Change>& changes,
                           ChangesFormat format,
                           const ChangeRules& rules,
                           const report::LineStyle& style) {
    switch (format) {
        case ChangesFormat::json:
            return changes_json(changes, rules);
        case ChangesFormat::markdown:
            return changes_markdown(changes, rules);
        case ChangesFormat::text:
            break;
    }
    return changes_text(changes, rules, style);
}

ChangeCounts count_changes(const std::vector<Change>& changes) noexcept {
    ChangeCounts counts;
    for (const Change& change : changes) {
        counts.created += change.kind == ChangeKind::create ? 1U : 0U;
        counts.updated += change.kind == ChangeKind::update ? 1U : 0U;
        counts.removed += change.kind == ChangeKind::remove ? 1U : 0U;
        counts.actions += change.kind == ChangeKind::action ? 1U : 0U;
        counts.failing += change.verdict.outcome == verdict::Outcome::fail ? 1U : 0U;
        counts.uncertain += change.verdict.outcome == verdict::Outcome::uncertain ? 1U : 0U;
    }
    return counts;
}

std::string counts_text(const ChangeCounts& counts) {
    return std::to_string(counts.created) + " to create, " + std::to_string(counts.updated) +
           " to update, " + std::to_string(counts.removed) + " to delete, " +
           counted(counts.actions, "action", "actions");
}

std::string enforcement_text(const ChangeCounts& counts) {
    const std::size_t all = counts.created + counts.updated + counts.removed + counts.actions;
    const std::string unsure =
        counts.uncertain == 0 ? "" : "; " + std::to_string(counts.uncertain) + " uncertain";
    if (counts.failing == 0) return "MFA enforcement would refuse none of them" + unsure;
    return "MFA enforcement would refuse " + std::to_string(counts.failing) + " of " +
           std::to_string(all) + unsure;
}

std::vector<NeededPermissions> needed_permissions(const std::vector<Change>& changes) {
    std::vector<NeededPermissions> out;
    for (const Change& change : changes) {
        if (change.operation.empty()) continue;
        const std::string scope = scope_of(change.id);
        auto found = std::find_if(out.begin(), out.end(), [&](const NeededPermissions& other) {
            return base::ascii_iequals(other.scope, scope);
        });
        if (found == out.end()) found = out.insert(out.end(), {scope, {}});
        add_once(found->operations, change.operation);
    }
    for (NeededPermissions& needed : out) {
        std::sort(needed.operations.begin(), needed.operations.end());
    }
    return out;
}

std::string short_id(std::string_view id) {
    const Segments segments = segments_of(id);
    std::size_t at = 0;
    std::string out;
    const auto append = [&out](std::string_view word) {
        if (!out.empty()) out.push_back('/');
        out += word;
    };
    if (is_at(segments, 0, "subscriptions") && segments.size() > 2) {
        at = 2;
        if (is_at(segments, 2, "resourceGroups") && segments.size() > 4) at = 3;
    }
    while (at < segments.size()) {
        // The name space says nothing that the type behind it does not say to people.
        if (is_at(segments, at, "providers") && at + 2 < segments.size()) {
            at += 2;
            continue;
        }
        append(segments[at++]);
    }
    return out.empty() ? std::string(id) : out;
}

}  // namespace armgate::dryrun
