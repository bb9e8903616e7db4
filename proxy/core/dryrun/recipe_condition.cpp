#include "core/dryrun/recipe_condition.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

template <class Test>
bool any(const std::vector<std::string>& words, Test test) {
    return words.empty() || std::any_of(words.begin(), words.end(), test);
}

bool holds_one(const Condition& condition, const TemplateScope& scope) {
    const auto value = fill_in(condition.value, scope);
    if (condition.present && *condition.present != value.has_value()) return false;
    std::string text;
    if (value && !value->is_structured()) {
        text = value->is_string() ? value->get<std::string>() : value->dump();
    }
    return any(condition.is,
               [&](const std::string& word) { return base::ascii_iequals(text, word); }) &&
           any(condition.starts_with,
               [&](const std::string& word) { return base::ascii_istarts_with(text, word); }) &&
           any(condition.contains, [&](const std::string& word) {
               return base::ascii_ifind(text, word) != std::string::npos;
           });
}

}  // namespace

bool holds(const std::vector<Condition>& conditions, const TemplateScope& scope) {
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const Condition& condition) { return holds_one(condition, scope); });
}

}  // namespace armgate::dryrun
