#include "core/dryrun/query.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

std::string decode(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return base::percent_decode(spaced).value_or(spaced);
}

/// Words, `'...'` strings (`''` is a quote) and nothing else; calls are one word: `atScope()`.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ' ') {
            ++i;
            continue;
        }
        std::string word;
        if (text[i] == '\'') {
            word = "'";
            bool closed = false;
            for (++i; i < text.size() && !closed; ++i) {
                if (text[i] != '\'') {
                    word.push_back(text[i]);
                } else if (i + 1 < text.size() && text[i + 1] == '\'') {
                    word.push_back(text[i++]);
                } else {
                    closed = true;
                }
            }
            if (!closed) return std::nullopt;
        } else {
            while (i < text.size() && text[i] != ' ' && text[i] != '\'') word.push_back(text[i++]);
        }
        words.push_back(std::move(word));
    }
    return words;
}

/// `assignedTo('x')` is what `principalId eq 'x'` is, as far as can be told here.
std::string plain_calls(std::string_view text) {
    constexpr std::string_view kAssigned = "assignedTo(";
    std::string out(text);
    const std::size_t at = base::ascii_ifind(out, kAssigned);
    const std::size_t end = at == std::string::npos ? at : out.find(')', at);
    if (end == std::string::npos) return out;
    out.erase(end, 1);
    out.replace(at, kAssigned.size(), "principalId eq ");
    return out;
}

bool has_tag(const Json& resource, std::string_view name, const std::string* value) {
    const Json* tags = member(resource, "tags");
    if (tags == nullptr || !tags->is_object()) return false;
    return std::any_of(tags->items().begin(), tags->items().end(), [&](const auto& tag) {
        if (!name.empty() && !ascii_iequals(tag.key(), name)) return false;
        return value == nullptr || (tag.value().is_string() &&
                                    ascii_iequals(tag.value().template get<std::string>(), *value));
    });
}

std::string group_of(const std::string& id) {
    const auto parts = base::split(id, '/');  // "", subscriptions, {s}, resourceGroups, {g}
    const bool grouped = parts.size() > 4 && ascii_iequals(parts[3], "resourceGroups");
    return grouped ? std::string(parts[4]) : std::string();
}

std::string field_of(const Json& resource, std::string_view field) {
    if (field == "resourcetype") return text_at(resource, "type");
    if (field == "resourcegroup") return group_of(text_at(resource, "id"));
    const Json* properties = member(resource, "properties");
    for (const Json* object : {&resource, properties}) {
        if (object == nullptr || !object->is_object()) continue;
        for (const auto& [key, value] : object->items()) {
            if (!ascii_iequals(key, field)) continue;
            return value.is_string() ? value.get<std::string>() : to_text(value);
        }
    }
    return {};
}

}  // namespace

Query::Query(std::string_view query) {
    for (const std::string_view part : base::split(query, '&')) {
        if (part.empty()) continue;
        const std::size_t equals = std::min(part.find('='), part.size());
        parameters_.emplace_back(base::to_lower(decode(part.substr(0, equals))),
                                 decode(part.substr(std::min(equals + 1, part.size()))));
    }
}

std::string_view Query::get(std::string_view name) const noexcept {
    for (const auto& [key, value] : parameters_) {
        if (ascii_iequals(key, name)) return value;
    }
    return {};
}

bool Query::continues() const noexcept {
    return std::any_of(parameters_.begin(), parameters_.end(), [](const auto& entry) {
        for (const char* word : {"skip", "token", "marker", "page", "continuation"}) {
            if (entry.first.find(word) != std::string::npos) return true;
        }
        return false;
    });
}

std::optional<ListFilter> ListFilter::parse(std::string_view text) {
    const auto words = words_of(plain_calls(text));
    if (!words) return std::nullopt;
    ListFilter filter;
    if (words->empty()) return filter;
    filter.any_of_.emplace_back();
    for (std::size_t i = 0; i < words->size();) {
        const auto& word = (*words)[i];
        if (ascii_iequals(word, "atScope()")) {
            filter.at_scope_ = true;
            ++i;
        } else {
            if (i + 2 >= words->size() || !(*words)[i + 2].starts_with("'")) return std::nullopt;
            const bool negated = ascii_iequals((*words)[i + 1], "ne");
            if (!negated && !ascii_iequals((*words)[i + 1], "eq")) return std::nullopt;
            std::string field = base::to_lower(word);
            if (field.starts_with("properties/")) field.erase(0, 11);
            if (field.find_first_of("()'") != std::string::npos) return std::nullopt;
            filter.any_of_.back().push_back({field, (*words)[i + 2].substr(1), negated});
            i += 3;
        }
        if (i == words->size()) return filter;
        if (ascii_iequals((*words)[i], "or")) {
            filter.any_of_.emplace_back();
        } else if (!ascii_iequals((*words)[i], "and")) {
            return std::nullopt;
        }
        ++i;
    }
    return std::nullopt;  // ends in `and`
}

bool ListFilter::all_match(const std::vector<Term>& terms, const Json& resource) {
    const auto named = std::find_if(terms.begin(), terms.end(),
                                    [](const Term& term) { return term.field == "tagname"; });
    return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
        bool equal = false;
        if (term.field == "tagname") {
            equal = has_tag(resource, term.value, nullptr);
        } else if (term.field == "tagvalue") {
            equal = has_tag(resource, named == terms.end() ? "" : named->value, &term.value);
        } else {
            equal = ascii_iequals(field_of(resource, term.field), term.value);
        }
        return equal != term.negated;
    });
}

bool ListFilter::matches(const Json& resource) const {
    return any_of_.empty() ||
           std::any_of(any_of_.begin(), any_of_.end(),
                       [&resource](const auto& terms) { return all_match(terms, resource); });
}

}  // namespace armgate::dryrun
