#include "core/dryrun/recipe_path.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

constexpr std::string_view kEach = "[]";

struct Step {
    std::string_view name;
    bool each = false;
    std::string_view rest;
};

Step first_step(std::string_view path) noexcept {
    const auto dot = path.find('.');
    Step step{path.substr(0, dot), false,
              dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1)};
    step.each = step.name.ends_with(kEach);
    if (step.each) step.name.remove_suffix(kEach.size());
    return step;
}

bool is_name_char(char c) noexcept {
    const char lower = base::ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || base::is_digit(c) ||
           std::string_view("_-@$").find(c) != std::string_view::npos;
}

template <class Value>
Value* find_in(Value& root, std::string_view path) {
    Value* at = &root;
    while (!path.empty()) {
        const Step step = first_step(path);
        if (!at->is_object()) return nullptr;
        const auto found = at->find(std::string(step.name));
        if (found == at->end()) return nullptr;
        at = &*found;
        path = step.rest;
    }
    return at;
}

}  // namespace

bool is_member_path(std::string_view path, PathElements elements) noexcept {
    for (std::string_view name : base::split(path, '.')) {
        if (elements == PathElements::allowed && name.ends_with(kEach)) name.remove_suffix(2);
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_char)) return false;
    }
    return true;
}

const Json* find_member(const Json& root, std::string_view path) {
    return find_in(root, path);
}

Json* find_member(Json& root, std::string_view path) {
    return find_in(root, path);
}

void erase_member(Json& root, std::string_view path) {
    const Step step = first_step(path);
    if (!root.is_object()) return;
    const auto found = root.find(std::string(step.name));
    if (found == root.end()) return;
    if (step.rest.empty()) {
        root.erase(found);
    } else if (!step.each) {
        erase_member(*found, step.rest);
    } else if (found->is_array()) {
        for (Json& element : *found) erase_member(element, step.rest);
    }
}

void set_member(Json& root, std::string_view path, Json value) {
    Json* at = &root;
    while (at->is_object() || at->is_null()) {
        const Step step = first_step(path);
        Json& member = (*at)[std::string(step.name)];
        if (step.rest.empty()) {
            member = std::move(value);
            return;
        }
        at = &member;
        path = step.rest;
    }
}

void fill_under(Json& target, Json below) {
    if (target.is_null()) {
        target = std::move(below);
        return;
    }
    if (!target.is_object() || !below.is_object()) return;
    for (auto& [name, value] : below.items()) fill_under(target[name], std::move(value));
}

void lay_over(Json& target, Json above) {
    if (!above.is_object() || !target.is_object()) {
        target = std::move(above);
        return;
    }
    for (auto& [name, value] : above.items()) lay_over(target[name], std::move(value));
}

void drop_nulls(Json& value) {
    if (value.is_object()) {
        for (auto member = value.begin(); member != value.end();) {
            if (member->is_null()) {
                member = value.erase(member);
            } else {
                ++member;
            }
        }
    }
    if (!value.is_structured()) return;
    for (Json& inner : value) drop_nulls(inner);
}

}  // namespace armgate::dryrun
