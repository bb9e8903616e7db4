#include "core/dryrun/recipe_action.hpp"

#include "core/base/text.hpp"
#include "core/dryrun/recipe_condition.hpp"
#include "core/dryrun/recipe_template.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

bool matches(const ActionRule& rule, std::string_view type, std::string_view action) noexcept {
    if (!rule.type.empty() && !base::ascii_iequals(rule.type, type)) return false;
    std::string_view name = rule.action;
    if (!name.ends_with('*')) return base::ascii_iequals(name, action);
    name.remove_suffix(1);
    return base::ascii_istarts_with(action, name);
}

bool any_matches(const std::vector<ActionRule>& rules,
                 std::string_view type,
                 std::string_view action) {
    return std::any_of(rules.begin(), rules.end(),
                       [&](const ActionRule& rule) { return matches(rule, type, action); });
}

/// Lays `values` over the resource, as what it is after the action.
void set(const Recipe& recipe, const Json& resource, Json values, ActionAnswer& answer) {
    Json whole = resource;
    lay_over(whole, std::move(values));
    Json body = whole;
    for (const std::string& path : recipe.never_returned) erase_member(body, path);
    answer.resource = to_text(body);
    if (whole != body) answer.whole = to_text(whole);
}

}  // namespace

std::optional<Json> view_by_recipe(const RecipeBook& book,
                                   const Making& making,
                                   std::string_view name,
                                   const Json& resource) {
    const Recipe* recipe = book.find(making.type);
    if (recipe == nullptr) return std::nullopt;
    const TemplateScope scope{making, resource, nullptr, {}, nullptr, book.suffixes(making.host)};
    for (const View& view : recipe->views) {
        if (base::ascii_iequals(view.name, name)) return fill_in(view.body, scope);
    }
    return std::nullopt;
}

std::optional<ActionAnswer> act_by_recipe(const RecipeBook& book,
                                          const Making& making,
                                          std::string_view action,
                                          const Json& resource,
                                          const Json& sent) {
    const Recipe* recipe = book.find(making.type);
    if (recipe == nullptr) return std::nullopt;
    const TemplateScope scope{making, resource, nullptr, {}, &sent, book.suffixes(making.host)};
    for (const Action& one : recipe->actions) {
        if (!base::ascii_iequals(one.name, action) || !holds(one.when, scope)) continue;
        ActionAnswer answer{one.status, {}, one.runs, one.acts, one.invented, {}, {}};
        const auto body = fill_in(one.body, scope);
        if (body && !body->is_null()) answer.body = to_text(*body);
        if (!one.sets.is_null()) set(*recipe, resource, *fill_in(one.sets, scope), answer);
        return answer;
    }
    return std::nullopt;
}

bool reads_only(const RecipeBook& book, std::string_view type, std::string_view action) {
    if (const Recipe* recipe = book.find(type)) {
        for (const Action& one : recipe->actions) {
            if (base::ascii_iequals(one.name, action)) return !one.acts;
        }
    }
    return any_matches(book.common.reading, type, action) &&
           !any_matches(book.common.acting, type, action);
}

}  // namespace armgate::dryrun
