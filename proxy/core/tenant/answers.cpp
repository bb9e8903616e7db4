#include "core/tenant/answers.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/http/target.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::tenant {

using nlohmann::json;

namespace {

Error malformed(const char* what) {
    return {Errc::bad_response, std::string("ARM's answer is not ") + what};
}

const json& member(const json& parent, const char* name) {
    static const json kNull;
    const auto found = parent.is_object() ? parent.find(name) : parent.end();
    return parent.is_object() && found != parent.end() ? *found : kNull;
}

std::string text(const json& parent, const char* name) {
    const json& value = member(parent, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

bool has_elements(const json& value) {
    return value.is_array() && !value.empty();
}

void read_parameters(const json& parameters, Assignment& out) {
    if (!parameters.is_object()) return;
    for (const auto& [name, parameter] : parameters.items()) {
        const json& value = member(parameter, "value");
        if (value.is_string()) out.parameters[base::to_lower(name)] = value.get<std::string>();
    }
}

void read_overrides(const json& overrides, Assignment& out) {
    if (!overrides.is_array()) return;
    for (const json& entry : overrides) {
        if (!base::ascii_iequals(text(entry, "kind"), "policyEffect")) continue;
        if (has_elements(member(entry, "selectors"))) {
            out.is_overridden_in_part = true;
        } else {
            out.overriding_effect = text(entry, "value");
        }
    }
}

std::optional<Assignment> assignment_of(const json& from) {
    const json& properties = member(from, "properties");
    Assignment out;
    out.id = text(from, "id");
    out.name = text(from, "name");
    if (out.name.empty() || !properties.is_object()) return std::nullopt;
    out.definition_id = text(properties, "policyDefinitionId");
    out.scope = text(properties, "scope");
    out.enforcement_mode = text(properties, "enforcementMode");
    out.is_selective = has_elements(member(properties, "resourceSelectors"));
    read_parameters(member(properties, "parameters"), out);
    read_overrides(member(properties, "overrides"), out);
    return out;
}

std::optional<json> object_of(std::string_view body) {
    auto value = base::parse_json(body, base::kBodyDepth);
    if (!value || !value->is_object()) return std::nullopt;
    return value;
}

/// `X` of `[parameters('X')]`, in lower case; empty for any other text.
std::string parameter_of(std::string_view effect) {
    constexpr std::string_view kStart = "[parameters('";
    constexpr std::string_view kEnd = "')]";
    if (!base::ascii_istarts_with(effect, kStart) || !effect.ends_with(kEnd)) return {};
    if (effect.size() <= kStart.size() + kEnd.size()) return {};
    return base::to_lower(
        effect.substr(kStart.size(), effect.size() - kStart.size() - kEnd.size()));
}

}  // namespace

Result<Assignment> read_assignment(std::string_view body) {
    const auto value = object_of(body);
    auto assignment = value ? assignment_of(*value) : std::nullopt;
    if (!assignment) return malformed("a policy assignment");
    return std::move(*assignment);
}

Result<AssignmentPage> read_assignments(std::string_view body) {
    const auto value = object_of(body);
    const json& list = value ? member(*value, "value") : member(json(), "");
    if (!list.is_array()) return malformed("a list of policy assignments");
    AssignmentPage page;
    for (const json& element : list) {
        if (auto assignment = assignment_of(element)) {
            page.assignments.push_back(std::move(*assignment));
        }
    }
    page.next_link = text(*value, "nextLink");
    return page;
}

Result<Definition> read_definition(std::string_view body) {
    const auto value = object_of(body);
    const json& properties = value ? member(*value, "properties") : member(json(), "");
    const json& then = member(member(properties, "policyRule"), "then");
    Definition definition;
    definition.effect = text(then, "effect");
    if (definition.effect.empty()) return malformed("a policy definition with an effect");
    definition.parameter = parameter_of(definition.effect);
    if (definition.parameter.empty()) return definition;
    definition.effect.clear();
    const json& parameters = member(properties, "parameters");
    if (!parameters.is_object()) return definition;
    for (const auto& [name, parameter] : parameters.items()) {
        if (base::to_lower(name) != definition.parameter) continue;
        definition.effect = text(parameter, "defaultValue");
    }
    return definition;
}

Result<std::vector<std::string>> read_subscriptions(std::string_view body) {
    const auto value = object_of(body);
    const json& list = value ? member(*value, "value") : member(json(), "");
    if (!list.is_array()) return malformed("a list of subscriptions");
    std::vector<std::string> ids;
    for (const json& element : list) {
        const std::string id = text(element, "subscriptionId");
        if (is_guid(id) && base::ascii_iequals(text(element, "state"), "Enabled")) {
            ids.push_back(id);
        }
    }
    return ids;
}

std::string read_error_code(std::string_view body) {
    const auto value = object_of(body);
    if (!value) return {};
    const std::string code = text(member(*value, "error"), "code");
    const bool plain = std::all_of(code.begin(), code.end(), [](char c) {
        const char lower = base::ascii_lower(c);
        return base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '.' || c == '_' ||
               c == '-';
    });
    return plain && code.size() <= 64 ? code : std::string();
}

bool is_guid(std::string_view text) noexcept {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = base::ascii_lower(text[i]);
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !(base::is_digit(c) || (c >= 'a' && c <= 'f'))) return false;
    }
    return true;
}

std::optional<std::string> target_on_host(std::string_view link, std::string_view host) {
    const auto target = http::parse_request_target(link);
    if (!target || !target->absolute_host) return std::nullopt;
    if (!http::names_host(*target->absolute_host, host, 443)) return std::nullopt;
    return std::string(target->origin);
}

}  // namespace armgate::tenant
