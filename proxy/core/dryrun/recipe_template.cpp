#include "core/dryrun/recipe_template.hpp"

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/dryrun/recipe.hpp"
#include "core/dryrun/recipe_invent.hpp"
#include "core/dryrun/recipe_placeholder.hpp"

namespace armgate::dryrun {
namespace {

/// An object with this member alone becomes its text in Base64.
constexpr const char* kBase64 = "$base64";

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

/// What an extension resource belongs to: the id before its last provider; `/` for the tenant.
std::string_view scope_of(std::string_view id) noexcept {
    std::size_t last = 0;
    for (auto at = base::ascii_ifind(id, "/providers/"); at != std::string_view::npos;
         at = base::ascii_ifind(id, "/providers/", at + 1)) {
        last = at;
    }
    return last == 0 ? id.substr(0, 1) : id.substr(0, last);
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

/// A value larger than this is not copied by a placeholder: recipes that copy a body into itself
/// over and over stay bounded. A thousand settings of a site fit.
constexpr std::size_t kMaxCopiedNodes = 10'000;

/// Nodes of `value`, counted no further than `limit`.
std::size_t count_nodes(const Json& value, std::size_t limit) {
    std::size_t count = 1;
    if (!value.is_structured()) return count;
    for (const Json& inner : value) {
        if (count >= limit) break;
        count += count_nodes(inner, limit - count);
    }
    return count;
}

std::optional<Json> some_member(const Json* value, std::string_view path) {
    const Json* member = value == nullptr ? nullptr : find_member(*value, path);
    if (member == nullptr || member->is_null() || *member == "") return std::nullopt;
    if (count_nodes(*member, kMaxCopiedNodes) >= kMaxCopiedNodes) return std::nullopt;
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
        case Source::scope:
            return some_text(scope_of(making.id));
        case Source::grandparent_name:
            return some_text(last_segment(parent_id(parent_id(making.id))));
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
            return Json(*find_suffix(scope.suffixes, argument));
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

Json first_of(const Json& list) {
    return list.empty() ? Json::array() : Json::array({list.front()});
}

/// Nothing where the filter does not fit the value.
std::optional<Json> filtered(Filter filter, Json value) {
    if (filter == Filter::first && value.is_array()) return first_of(value);
    if (filter == Filter::pairs && value.is_array()) return pairs_of(value);
    if (filter == Filter::keys && value.is_object()) return keys_of(value);
    const bool of_text =
        filter == Filter::last || filter == Filter::compact || filter == Filter::lower;
    if (!of_text || !value.is_string()) return std::nullopt;
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

std::optional<Json> encoded(const Json& text, const TemplateScope& scope) {
    const auto filled = fill_in(text, scope);
    if (!filled || !filled->is_string()) return std::nullopt;
    return Json(base::base64_encode(filled->get_ref<const std::string&>()));
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
    if (value.is_object() && value.size() == 1 && value.contains(kBase64)) {
        return encoded(*value.begin(), scope);
    }
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
