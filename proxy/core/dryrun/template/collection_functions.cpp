// Functions of arrays and objects. What they hold may be unknown in part.
#include "core/base/text.hpp"
#include "core/dryrun/template/functions.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun::language {
namespace {

constexpr std::int64_t kMaxRange = 10'000;

Json array(Call& call) {
    return call[0].is_array() ? call[0] : Json::array({call[0]});
}

Json create_array(Call& call) {
    Json out = Json::array();
    for (Json& value : call.arguments) out.push_back(std::move(value));
    return out;
}

Json create_object(Call& call) {
    if (call.size() % 2 != 0) return call.refuse();
    Json out = Json::object();
    for (std::size_t i = 0; i < call.size(); i += 2) {
        if (is_unknown(call[i])) return unknown();
        if (!call.is_text(i)) return call.refuse();
        set_member(out, std::string(call.text(i)), std::move(call[i + 1]));
    }
    return out;
}

/// In a text, in an array, or as the name of a member.
Json contains(Call& call) {
    const Json& container = call[0];
    if (is_unknown(container) || holds_unknown(call[1])) return unknown();
    if (container.is_object()) {
        if (!call.is_text(1)) return call.refuse();
        return member(container, call.text(1)) != nullptr;
    }
    if (container.is_array()) {
        const bool found = std::any_of(container.begin(), container.end(),
                                       [&](const Json& inner) { return same(inner, call[1]); });
        return found || !holds_unknown(container) ? Json(found) : unknown();
    }
    const auto needle = plain_text(call[1]);
    if (!call.is_text(0) || !needle) return call.refuse();
    if (!call.pay_search(call.text(0).size(), needle->size())) return unknown();
    return call.text(0).find(*needle) != std::string_view::npos;
}

Json empty(Call& call) {
    if (call[0].is_null()) return true;
    if (call.is_text(0)) return call.text(0).empty();
    return call[0].is_structured() ? Json(call[0].empty()) : call.refuse();
}

Json length(Call& call) {
    if (call.is_text(0)) return to_utf16(call.text(0)).size();
    return call[0].is_structured() ? Json(call[0].size()) : call.refuse();
}

/// One unit of a text, or one element of an array; none gives an empty text or null.
Json end_of(Call& call, bool last) {
    if (call.is_text(0)) {
        const std::u16string text = to_utf16(call.text(0));
        if (text.empty()) return "";
        return to_utf8(std::u16string_view(text).substr(last ? text.size() - 1 : 0, 1));
    }
    if (!call[0].is_array()) return call.refuse();
    if (call[0].empty()) return nullptr;
    return std::move(last ? call[0].back() : call[0].front());
}

Json first(Call& call) {
    return end_of(call, false);
}

Json last(Call& call) {
    return end_of(call, true);
}

/// `[from, to)` of a text or an array.
Json part_of(Call& call, bool skipped) {
    const auto wanted = call.whole(1);
    if (!wanted) return call.refuse();
    const bool text = call.is_text(0);
    if (!text && !call[0].is_array()) return call.refuse();
    const std::u16string units = text ? to_utf16(call.text(0)) : std::u16string();
    const std::size_t size = text ? units.size() : call[0].size();
    const std::size_t count =
        std::min(size, static_cast<std::size_t>(std::max<std::int64_t>(*wanted, 0)));
    const std::size_t from = skipped ? count : 0;
    const std::size_t to = skipped ? size : count;
    if (text) return to_utf8(std::u16string_view(units).substr(from, to - from));
    Json out = Json::array();
    for (std::size_t i = from; i < to; ++i) out.push_back(std::move(call[0][i]));
    return out;
}

Json skip(Call& call) {
    return part_of(call, true);
}

Json take(Call& call) {
    return part_of(call, false);
}

bool all_are(const Call& call, bool (Json::*is)() const noexcept) {
    return std::all_of(call.arguments.begin(), call.arguments.end(),
                       [is](const Json& value) { return (value.*is)(); });
}

/// True where `array` holds `value`; looking costs.
bool holds(Call& call, const Json& array, const Json& value) {
    const std::size_t cost = text(value).size() / 64 + 1;
    if (!call.session().spend(cost * (array.size() + 1))) return true;
    return std::any_of(array.begin(), array.end(),
                       [&](const Json& inner) { return same(inner, value); });
}

/// The members of `from` into `into`, objects within objects too.
void merge(Call& call, Json& into, const Json& from) {
    for (const auto& [key, value] : from.get_ref<const Json::object_t&>()) {
        if (!call.session().spend(into.size() + 1)) return;
        const Json* const old = member(into, key);
        if (old != nullptr && old->is_object() && value.is_object()) {
            Json inner = *old;
            merge(call, inner, value);
            set_member(into, key, std::move(inner));
        } else {
            set_member(into, key, value);
        }
    }
}

Json union_of(Call& call) {
    if (all_are(call, &Json::is_object)) {
        Json out = call[0];
        for (std::size_t i = 1; i < call.size(); ++i) merge(call, out, call[i]);
        return out;
    }
    if (!all_are(call, &Json::is_array)) return call.refuse();
    Json out = Json::array();
    for (const Json& argument : call.arguments) {
        for (const Json& value : argument) {
            if (!holds(call, out, value)) out.push_back(value);
        }
    }
    return out;
}

Json shallow_merge(Call& call) {
    if (!call[0].is_array()) return call.refuse();
    Json out = Json::object();
    for (const Json& part : call[0]) {
        if (is_unknown(part)) return unknown();
        if (!part.is_object()) return call.refuse();
        for (const auto& [key, value] : part.get_ref<const Json::object_t&>()) {
            if (!call.session().spend(out.size() + 1)) return unknown();
            set_member(out, key, value);
        }
    }
    return out;
}

bool in_all(Call& call, const Json& value, const std::string* key) {
    for (std::size_t i = 1; i < call.size(); ++i) {
        if (key == nullptr && !holds(call, call[i], value)) return false;
        if (key == nullptr) continue;
        const Json* const other = member(call[i], *key);
        if (other == nullptr || !same(*other, value)) return false;
    }
    return true;
}

Json intersection(Call& call) {
    if (all_are(call, &Json::is_array)) {
        Json out = Json::array();
        for (const Json& value : call[0]) {
            if (in_all(call, value, nullptr) && !holds(call, out, value)) out.push_back(value);
        }
        return out;
    }
    if (!all_are(call, &Json::is_object)) return call.refuse();
    Json out = Json::object();
    for (const auto& [key, value] : call[0].get_ref<const Json::object_t&>()) {
        if (!call.session().spend(call.size() * 16)) return unknown();
        if (in_all(call, value, &key)) set_member(out, key, value);
    }
    return out;
}

Json range(Call& call) {
    const auto start = call.whole(0);
    const auto count = call.whole(1);
    const bool fits = start && count && *count >= 0 && *count <= kMaxRange &&
                      *start < std::int64_t{1} << 53 && *start > -(std::int64_t{1} << 53);
    if (!fits || !call.session().spend(static_cast<std::size_t>(*count))) return call.refuse();
    Json out = Json::array();
    for (std::int64_t i = 0; i < *count; ++i) out.push_back(*start + i);
    return out;
}

/// The names of an object's members, sorted without case.
std::vector<std::string> sorted_keys(const Json& object) {
    std::vector<std::pair<std::string, std::string>> keys;
    for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) {
        keys.emplace_back(base::to_lower(key), key);
    }
    std::sort(keys.begin(), keys.end());
    std::vector<std::string> out;
    for (auto& [lower, key] : keys) out.push_back(std::move(key));
    return out;
}

Json items(Call& call) {
    if (!call[0].is_object()) return call.refuse();
    if (!call.session().spend(call[0].size() * call[0].size() / 64)) return unknown();
    Json out = Json::array();
    for (const std::string& key : sorted_keys(call[0])) {
        out.push_back({{"key", key}, {"value", call[0][key]}});
    }
    return out;
}

Json object_keys(Call& call) {
    return call[0].is_object() ? Json(sorted_keys(call[0])) : call.refuse();
}

Json flatten(Call& call) {
    if (!call[0].is_array()) return call.refuse();
    Json out = Json::array();
    for (Json& part : call[0]) {
        if (is_unknown(part)) return unknown();
        if (!part.is_array()) return call.refuse();
        for (Json& value : part) out.push_back(std::move(value));
    }
    return out;
}

/// `indexFromEnd(array, 1)` is the last element.
Json index_from_end(Call& call) {
    const auto index = call.whole(1);
    if (!call[0].is_array() || !index || *index < 1) return call.refuse();
    const auto back = static_cast<std::size_t>(*index);
    if (back > call[0].size()) return call.refuse();
    return std::move(call[0][call[0].size() - back]);
}

using Unknowns = Function::Unknowns;

constexpr std::array kFunctions{Function{"array", 1, 1, array, Unknowns::top},
                                Function{"createarray", 0, kMany, create_array, Unknowns::kept},
                                Function{"createobject", 0, kMany, create_object, Unknowns::kept},
                                Function{"contains", 2, 2, contains, Unknowns::kept},
                                Function{"empty", 1, 1, empty, Unknowns::top},
                                Function{"length", 1, 1, length, Unknowns::top},
                                Function{"first", 1, 1, first, Unknowns::top},
                                Function{"last", 1, 1, last, Unknowns::top},
                                Function{"skip", 2, 2, skip, Unknowns::top},
                                Function{"take", 2, 2, take, Unknowns::top},
                                Function{"union", 1, kMany, union_of, Unknowns::top},
                                Function{"shallowmerge", 1, 1, shallow_merge, Unknowns::top},
                                Function{"intersection", 1, kMany, intersection},
                                Function{"range", 2, 2, range},
                                Function{"items", 1, 1, items, Unknowns::top},
                                Function{"objectkeys", 1, 1, object_keys, Unknowns::top},
                                Function{"flatten", 1, 1, flatten, Unknowns::top},
                                Function{"indexfromend", 2, 2, index_from_end, Unknowns::top}};

}  // namespace

std::span<const Function> collection_functions() noexcept {
    return kFunctions;
}

}  // namespace armgate::dryrun::language
