#include "core/dryrun/change_diff.hpp"

#include "core/base/json.hpp"
#include "core/base/redact.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace armgate::dryrun {
namespace {

using nlohmann::json;

std::string dumped(const json& value) {
    return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

/// One side as it is and as it is shown; both have the same shape.
struct Sides {
    const json* raw = nullptr;
    const json* shown = nullptr;

    [[nodiscard]] bool present() const { return raw != nullptr && !raw->is_null(); }
    [[nodiscard]] bool is_object() const { return present() && raw->is_object(); }
    [[nodiscard]] Sides at(const std::string& name) const {
        if (!is_object()) return {};
        const auto found = raw->find(name);
        if (found == raw->end()) return {};
        return {&*found, &shown->at(name)};
    }
    [[nodiscard]] Sides at(std::size_t index) const { return {&raw->at(index), &shown->at(index)}; }
};

bool is_plain_word(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        const char lower = base::ascii_lower(c);
        return base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '_' || c == '-' ||
               c == '$';
    });
}

/// The name that an element of a list goes by; nothing where it has none.
std::optional<std::string> element_name(const json& element) {
    if (!element.is_object()) return std::nullopt;
    const auto name = element.find("name");
    if (name == element.end() || !name->is_string()) return std::nullopt;
    return base::to_lower(name->get_ref<const std::string&>());
}

/// Position by name, in order; nothing where an element has no name or shares it.
std::optional<std::vector<std::string>> element_names(const Sides& list) {
    std::vector<std::string> out;
    if (!list.present()) return out;
    std::set<std::string> seen;
    for (const json& element : *list.raw) {
        const auto name = element_name(element);
        if (!name || !seen.insert(*name).second) return std::nullopt;
        out.push_back(*name);
    }
    return out;
}

/// Members' names that look like secrets go too, where a body is shown whole.
json with_shown_names(const json& value, const base::BodyRedactionRules& rules) {
    if (value.is_array()) {
        json out = json::array();
        for (const json& element : value) out.push_back(with_shown_names(element, rules));
        return out;
    }
    if (!value.is_object()) return value;
    json out = json::object();
    for (const auto& [name, inner] : value.items()) {
        out[base::shown_name(name, rules)] = with_shown_names(inner, rules);
    }
    return out;
}

class Differ {
  public:
    Differ(const ChangeRules& rules, std::vector<FieldChange>& out) : rules_(rules), out_(out) {}

    void compare(const std::string& path, const Sides& before, const Sides& after) {
        if (!before.present() && !after.present()) return;
        if (before.present() && after.present() && *before.raw == *after.raw) return;
        const bool objects =
            (!before.present() || before.is_object()) && (!after.present() || after.is_object());
        if (objects) return compare_objects(path, before, after);
        const bool arrays =
            before.present() && after.present() && before.raw->is_array() && after.raw->is_array();
        if (arrays) return compare_arrays(path, before, after);
        out_.push_back({path, shown_value(before), shown_value(after)});
    }

  private:
    void compare_objects(const std::string& path, const Sides& before, const Sides& after) {
        std::set<std::string> names;
        for (const Sides& side : {before, after}) {
            if (!side.present()) continue;
            for (const auto& [name, value] : side.raw->items()) names.insert(name);
        }
        // An empty object that appears or goes has no member that could tell.
        if (names.empty() && before.present() != after.present()) {
            out_.push_back({path, shown_value(before), shown_value(after)});
        }
        for (const std::string& name : names) {
            if (!is_provider_made(name)) {
                compare(member_path(path, name), before.at(name), after.at(name));
            }
        }
    }

    void compare_arrays(const std::string& path, const Sides& before, const Sides& after) {
        const auto old_names = element_names(before);
        const auto new_names = element_names(after);
        if (old_names && new_names) return compare_named(path, before, after);
        const std::size_t old_size = before.raw->size();
        const std::size_t new_size = after.raw->size();
        const std::size_t least = std::min(old_size, new_size);
        std::size_t head = 0;
        while (head < least && before.raw->at(head) == after.raw->at(head)) ++head;
        std::size_t tail = 0;
        while (tail < least - head &&
               before.raw->at(old_size - 1 - tail) == after.raw->at(new_size - 1 - tail)) {
            ++tail;
        }
        for (std::size_t i = head; i < std::max(old_size, new_size) - tail; ++i) {
            compare(path + "[" + std::to_string(i) + "]",
                    i < old_size - tail ? before.at(i) : Sides{},
                    i < new_size - tail ? after.at(i) : Sides{});
        }
    }

    /// Elements that go by a name are the same element wherever they stand (subnets, rules).
    void compare_named(const std::string& path, const Sides& before, const Sides& after) {
        const std::vector<std::string> old_names = *element_names(before);
        const std::vector<std::string> new_names = *element_names(after);
        for (std::size_t i = 0; i < old_names.size(); ++i) {
            const auto found = std::find(new_names.begin(), new_names.end(), old_names[i]);
            const auto index = static_cast<std::size_t>(found - new_names.begin());
            compare(element_path(path, before.at(i)), before.at(i),
                    found == new_names.end() ? Sides{} : after.at(index));
        }
        for (std::size_t i = 0; i < new_names.size(); ++i) {
            const bool is_new =
                std::find(old_names.begin(), old_names.end(), new_names[i]) == old_names.end();
            if (is_new) compare(element_path(path, after.at(i)), Sides{}, after.at(i));
        }
    }

    [[nodiscard]] std::optional<json> shown_value(const Sides& side) const {
        if (!side.present()) return std::nullopt;
        return with_shown_names(*side.shown, rules_.secrets);
    }

    [[nodiscard]] bool is_provider_made(const std::string& name) const {
        return std::any_of(
            rules_.provider_made.begin(), rules_.provider_made.end(),
            [&](const std::string& made) { return base::ascii_iequals(made, name); });
    }

    [[nodiscard]] std::string member_path(const std::string& path, const std::string& name) const {
        const std::string shown = base::shown_name(name, rules_.secrets);
        if (!is_plain_word(shown)) return path + "[" + dumped(shown) + "]";
        return path.empty() ? shown : path + "." + shown;
    }

    /// `subnets["web"]`.
    static std::string element_path(const std::string& path, const Sides& element) {
        return path + "[" + dumped(element.shown->at("name")) + "]";
    }

    const ChangeRules& rules_;
    std::vector<FieldChange>& out_;
};

/// One body parsed and redacted.
struct Body {
    std::optional<json> raw;
    std::optional<json> shown;

    [[nodiscard]] Sides sides() const { return {&*raw, &*shown}; }
};

Body read_body(std::string_view text, const Change& change, const ChangeRules& rules) {
    Body out;
    if (text.empty()) return out;
    out.raw = base::parse_json(text, base::kBodyDepth, base::DuplicateKeys::keep_last);
    if (out.raw) out.shown = base::redact_body(*out.raw, change.type, rules.secrets);
    return out;
}

/// The value at `a.b.c`; nothing where it is not.
const json* value_at(const json& body, std::string_view path) {
    const json* at = &body;
    for (const std::string_view name : base::split(path, '.')) {
        if (!at->is_object()) return nullptr;
        const auto found = at->find(std::string(name));
        if (found == at->end()) return nullptr;
        at = &*found;
    }
    return at;
}

bool is_hidden(const std::optional<json>& value) {
    return value && value->is_string() &&
           value->get_ref<const std::string&>() == base::kHiddenInBody;
}

}  // namespace

ShownChange show_change(const Change& change, const ChangeRules& rules) {
    ShownChange out;
    const Body before = read_body(change.before, change, rules);
    const Body after = read_body(change.after, change, rules);
    if (!change.before.empty() && !before.raw) {
        out.notes.emplace_back("what was there before is not JSON and is not shown");
    }
    if (!change.after.empty() && !after.raw) {
        out.notes.emplace_back("the body is not JSON and is not shown");
    }
    if (change.kind == ChangeKind::update && change.before.empty()) {
        out.notes.emplace_back("what was there before is not known: no comparison");
    }
    if (change.kind == ChangeKind::update && before.raw && after.raw) {
        Differ(rules, out.fields).compare(std::string(), before.sides(), after.sides());
    }
    if (before.shown) out.before = with_shown_names(*before.shown, rules.secrets);
    if (after.shown) out.after = with_shown_names(*after.shown, rules.secrets);
    return out;
}

std::vector<FieldChange> key_fields(const Change& change,
                                    const ShownChange& shown,
                                    const ChangeRules& rules) {
    std::vector<FieldChange> out;
    if (!shown.after) return out;
    const auto add = [&](const std::vector<std::string>& paths) {
        for (const std::string& path : paths) {
            const json* value = value_at(*shown.after, path);
            if (value != nullptr && !value->is_null()) out.push_back({path, std::nullopt, *value});
        }
    };
    add(rules.key_fields);
    const auto own = rules.type_key_fields.find(base::to_lower(change.type));
    if (own != rules.type_key_fields.end()) add(own->second);
    return out;
}

std::string value_text(const json& value, std::size_t limit) {
    // The redacted mark reads the same in and out of quotes: it is no value of the resource.
    if (is_hidden(value)) return std::string(base::kHiddenInBody);
    std::string text = base::printable(dumped(value));
    constexpr std::string_view kDots = "...";
    if (limit <= kDots.size() || text.size() <= limit) return text;
    return text.substr(0, limit - kDots.size()) + std::string(kDots);
}

std::string field_text(const FieldChange& field, std::size_t value_limit) {
    const std::string path = (field.path.empty() ? "(body)" : base::printable(field.path)) + ": ";
    if (is_hidden(field.before) && is_hidden(field.after)) {
        return path + std::string(base::kHiddenInBody) + ", changed";
    }
    if (!field.before) return path + value_text(field.after.value_or(nullptr), value_limit);
    const std::string before = value_text(*field.before, value_limit);
    if (!field.after) return path + before;
    return path + before + " -> " + value_text(*field.after, value_limit);
}

char field_mark(const FieldChange& field) noexcept {
    if (!field.before) return '+';
    return field.after ? '~' : '-';
}

}  // namespace armgate::dryrun
