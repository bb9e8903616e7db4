#include "core/dryrun/recipe_template.hpp"

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/dryrun/recipe.hpp"
#include "core/dryrun/recipe_invent.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun {
namespace {

using Suffixes = std::vector<std::pair<std::string, std::string>>;

enum class Argument { none, label, path, suffix };

enum class Source {
    id,
    name,
    type,
    subscription,
    resource_group,
    parent,
    parent_name,
    location,
    tenant,
    object_id,
    now,
    element_name,
    element_id,
    guid,
    hash,
    key32,
    key64,
    public_ip,
    private_ip,
    suffix,
    body,
    element,
    sent,
};

struct SourceRule {
    std::string_view name;
    Source source;
    Argument argument = Argument::none;
    Speaks speaks = Speaks::of_resource;
};

constexpr std::array<SourceRule, 23> kSources{{
    {"id", Source::id},
    {"name", Source::name},
    {"type", Source::type},
    {"subscription", Source::subscription},
    {"resourceGroup", Source::resource_group},
    {"parent", Source::parent},
    {"parentName", Source::parent_name},
    {"location", Source::location},
    {"tenant", Source::tenant},
    {"objectId", Source::object_id},
    {"now", Source::now},
    {"elementName", Source::element_name, Argument::none, Speaks::of_element},
    {"elementId", Source::element_id, Argument::none, Speaks::of_element},
    {"guid", Source::guid, Argument::label},
    {"hash", Source::hash, Argument::label},
    {"key32", Source::key32, Argument::label},
    {"key64", Source::key64, Argument::label},
    {"publicIp", Source::public_ip, Argument::label},
    {"privateIp", Source::private_ip, Argument::label},
    {"suffix", Source::suffix, Argument::suffix},
    {"body", Source::body, Argument::path},
    {"element", Source::element, Argument::path, Speaks::of_element},
    {"sent", Source::sent, Argument::path, Speaks::of_action},
}};

enum class Filter {
    lower,    ///< in lower case
    compact,  ///< in lower case without spaces
    last,     ///< last segment of an id
    pairs,    ///< `[{name, value}]` as `{name: value}`
    keys,     ///< `{name: {}}` of `{name: anything}` (values that ARM would not show)
};

constexpr std::array<std::pair<std::string_view, Filter>, 5> kFilters{{
    {"lower", Filter::lower},
    {"compact", Filter::compact},
    {"last", Filter::last},
    {"pairs", Filter::pairs},
    {"keys", Filter::keys},
}};

/// One way to a value: `lower:body:sku.name`, or a text in quotes.
struct Alternative {
    std::vector<Filter> filters;
    std::optional<std::string_view> literal;
    const SourceRule* source = nullptr;
    std::string_view argument;
};

/// Text, or what stands in braces.
struct Piece {
    std::string_view text;
    bool placeholder = false;
};

/// The next piece of `text` from `at` on, which moves behind it; nothing where a brace is not
/// closed. `{{` is a brace.
std::optional<Piece> next_piece(std::string_view text, std::size_t& at) noexcept {
    const std::size_t start = at;
    if (text.substr(at).starts_with("{{")) {
        at += 2;
        return Piece{text.substr(start, 1)};
    }
    if (text[at] != '{') {
        at = std::min(text.find('{', at), text.size());
        return Piece{text.substr(start, at - start)};
    }
    const auto close = text.find('}', at);
    if (close == std::string_view::npos) return std::nullopt;
    at = close + 1;
    return Piece{text.substr(start + 1, close - start - 1), true};
}

/// Takes the word before the next colon off `text`; the whole where there is none.
std::string_view take_word(std::string_view& text) noexcept {
    const auto colon = text.find(':');
    const std::string_view word = text.substr(0, colon);
    text = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    return word;
}

template <class Table>
auto find_named(const Table& table, std::string_view name) noexcept {
    return std::find_if(table.begin(), table.end(),
                        [&](const auto& entry) { return std::get<0>(entry) == name; });
}

const SourceRule* find_source(std::string_view name) noexcept {
    const auto* found = std::find_if(kSources.begin(), kSources.end(),
                                     [&](const SourceRule& rule) { return rule.name == name; });
    return found == kSources.end() ? nullptr : found;
}

Alternative parse_alternative(std::string_view text) {
    Alternative out;
    std::string_view rest = text;
    std::string_view word = take_word(rest);
    for (const auto* filter = find_named(kFilters, word); filter != kFilters.end();
         filter = find_named(kFilters, word)) {
        out.filters.push_back(filter->second);
        text = rest;
        word = take_word(rest);
    }
    if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
        out.literal = text.substr(1, text.size() - 2);
        return out;
    }
    out.source = find_source(word);
    out.argument = rest;
    return out;
}

std::optional<std::string> alternative_fault(std::string_view text,
                                             Speaks speaks,
                                             const Suffixes& suffixes) {
    const Alternative alternative = parse_alternative(text);
    if (alternative.literal) return std::nullopt;
    const SourceRule* source = alternative.source;
    if (source == nullptr) return "has an unknown placeholder";
    if (source->speaks != Speaks::of_resource && source->speaks != speaks) {
        return "has a placeholder that means nothing here: " + std::string(source->name);
    }
    const std::string_view argument = alternative.argument;
    const bool fits = source->argument == Argument::none    ? argument.empty()
                      : source->argument == Argument::label ? base::is_token(argument)
                      : source->argument == Argument::path
                          ? is_member_path(argument, PathElements::none)
                          : find_named(suffixes, argument) != suffixes.end();
    if (!fits) return "has a placeholder whose argument does not fit: " + std::string(source->name);
    return std::nullopt;
}

std::optional<std::string> text_fault(std::string_view text,
                                      Speaks speaks,
                                      const Suffixes& suffixes) {
    for (std::size_t at = 0; at < text.size();) {
        const auto piece = next_piece(text, at);
        if (!piece) return "has a brace that is not closed";
        if (!piece->placeholder) continue;
        for (const std::string_view alternative : base::split(piece->text, '|')) {
            if (auto fault = alternative_fault(alternative, speaks, suffixes)) return fault;
        }
    }
    return std::nullopt;
}

std::string_view last_segment(std::string_view id) noexcept {
    return id.substr(id.rfind('/') + 1);
}

/// The segment behind `key`; empty where the id has none.
std::string_view segment_after(std::string_view id, std::string_view key) noexcept {
    const auto at = base::ascii_ifind(id, key);
    if (at == std::string_view::npos) return {};
    id.remove_prefix(at + key.size());
    return id.substr(0, id.find('/'));
}

/// The id without its last type and name.
std::string_view parent_id(std::string_view id) noexcept {
    const auto name = id.rfind('/');
    if (name == std::string_view::npos || name == 0) return {};
    const auto type = id.rfind('/', name - 1);
    return type == std::string_view::npos ? std::string_view() : id.substr(0, type);
}

std::string_view text_member(const Json* value, std::string_view path) {
    const Json* member = value == nullptr ? nullptr : find_member(*value, path);
    return member != nullptr && member->is_string() ? member->get_ref<const std::string&>()
                                                    : std::string_view();
}

std::optional<Json> some_text(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return Json(text);
}

std::optional<Json> some_member(const Json* value, std::string_view path) {
    const Json* member = value == nullptr ? nullptr : find_member(*value, path);
    if (member == nullptr || member->is_null()) return std::nullopt;
    return *member;
}

/// What made-up values hang on: the element's id, or the resource's.
std::string_view seed(const TemplateScope& scope) noexcept {
    return scope.element_id.empty() ? scope.making.id : scope.element_id;
}

std::optional<Json> plain_value(Source source, const TemplateScope& scope) {
    const Making& making = scope.making;
    switch (source) {
        case Source::id:
            return some_text(making.id);
        case Source::name:
            return some_text(making.name);
        case Source::type:
            return some_text(making.type);
        case Source::subscription:
            return some_text(segment_after(making.id, "/subscriptions/"));
        case Source::resource_group:
            return some_text(segment_after(making.id, "/resourceGroups/"));
        case Source::parent:
            return some_text(parent_id(making.id));
        case Source::parent_name:
            return some_text(last_segment(parent_id(making.id)));
        case Source::location:
            return some_text(text_member(&scope.body, "location"));
        case Source::tenant:
            return some_text(making.tenant);
        case Source::object_id:
            return some_text(making.object_id);
        case Source::now:
            return some_text(base::format_rfc3339(making.now));
        case Source::element_name:
            return some_text(text_member(scope.element, "name"));
        case Source::element_id:
            return some_text(scope.element_id);
        default:
            return std::nullopt;
    }
}

std::optional<Json> source_value(const Alternative& from, const TemplateScope& scope) {
    const std::string_view argument = from.argument;
    switch (from.source->source) {
        case Source::guid:
            return Json(invented_guid(seed(scope), argument));
        case Source::hash:
            return Json(invented_hash(seed(scope), argument));
        case Source::key32:
            return Json(invented_key(argument, 32));
        case Source::key64:
            return Json(invented_key(argument, 64));
        case Source::public_ip:
            return Json(invented_public_address(seed(scope), argument));
        case Source::private_ip:
            return Json(invented_private_address(seed(scope), argument));
        case Source::suffix:
            return Json(find_named(scope.suffixes, argument)->second);
        case Source::body:
            return some_member(&scope.body, argument);
        case Source::element:
            return some_member(scope.element, argument);
        case Source::sent:
            return some_member(scope.sent, argument);
        default:
            return plain_value(from.source->source, scope);
    }
}

Json pairs_of(const Json& list) {
    Json out = Json::object();
    for (const Json& entry : list) {
        const std::string_view name = text_member(&entry, "name");
        if (!name.empty()) out[std::string(name)] = entry.value("value", Json(""));
    }
    return out;
}

Json keys_of(const Json& object) {
    Json out = Json::object();
    for (const auto& [name, value] : object.items()) out[name] = Json::object();
    return out;
}

/// Nothing where the filter does not fit the value.
std::optional<Json> filtered(Filter filter, Json value) {
    if (filter == Filter::pairs && value.is_array()) return pairs_of(value);
    if (filter == Filter::keys && value.is_object()) return keys_of(value);
    if (!value.is_string()) return std::nullopt;
    std::string text = value.get<std::string>();
    if (filter == Filter::last) return some_text(last_segment(text));
    if (filter == Filter::compact) std::erase(text, ' ');
    return Json(base::to_lower(text));
}

std::optional<Json> placeholder_value(std::string_view text, const TemplateScope& scope) {
    for (const std::string_view one : base::split(text, '|')) {
        const Alternative from = parse_alternative(one);
        auto value =
            from.literal ? std::optional<Json>(Json(*from.literal)) : source_value(from, scope);
        for (auto filter = from.filters.rbegin(); value && filter != from.filters.rend();
             ++filter) {
            value = filtered(*filter, std::move(*value));
        }
        if (value) return value;
    }
    return std::nullopt;
}

std::optional<Json> fill_in_text(const std::string& text, const TemplateScope& scope) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const auto piece = next_piece(text, at);
        if (!piece) return std::nullopt;
        if (!piece->placeholder) {
            out += piece->text;
            continue;
        }
        auto value = placeholder_value(piece->text, scope);
        if (!value) return std::nullopt;
        if (start == 0 && at == text.size()) return value;
        if (value->is_structured()) return std::nullopt;
        out += value->is_string() ? value->get_ref<const std::string&>() : value->dump();
    }
    return Json(std::move(out));
}

}  // namespace

std::optional<std::string> value_fault(const Json& value, Speaks speaks, const Suffixes& suffixes) {
    if (value.is_string()) {
        return text_fault(value.get_ref<const std::string&>(), speaks, suffixes);
    }
    if (!value.is_structured()) return std::nullopt;
    for (const Json& inner : value) {
        if (auto fault = value_fault(inner, speaks, suffixes)) return fault;
    }
    return std::nullopt;
}

std::optional<Json> fill_in(const Json& value, const TemplateScope& scope) {
    if (value.is_string()) return fill_in_text(value.get_ref<const std::string&>(), scope);
    if (value.is_object()) {
        Json out = Json::object();
        for (const auto& [name, inner] : value.items()) {
            if (auto filled = fill_in(inner, scope)) out[name] = std::move(*filled);
        }
        return out;
    }
    if (value.is_array()) {
        Json out = Json::array();
        for (const Json& inner : value) {
            if (auto filled = fill_in(inner, scope)) out.push_back(std::move(*filled));
        }
        return out;
    }
    return value;
}

}  // namespace armgate::dryrun
