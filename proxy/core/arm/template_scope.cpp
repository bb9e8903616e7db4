#include "core/arm/template_scope.hpp"

#include "core/arm/rules.hpp"
#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::arm {
namespace {

constexpr std::string_view kGroupType = "Microsoft.Resources/resourceGroups";
constexpr std::string_view kLongGroupType = "Microsoft.Resources/subscriptions/resourceGroups";

bool is_type_char(char c) noexcept {
    const char lower = base::ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || base::is_digit(c) || c == '.' || c == '-' || c == '_';
}

bool is_type_segment(std::string_view segment) noexcept {
    return !segment.empty() && segment != "." && segment != ".." &&
           std::all_of(segment.begin(), segment.end(), is_type_char);
}

/// True where `type` is `prefix` or below it.
bool is_below(std::string_view type, std::string_view prefix) noexcept {
    return base::ascii_istarts_with(type, prefix) &&
           (type.size() == prefix.size() || type[prefix.size()] == '/');
}

bool is_providers(std::string_view segment) noexcept {
    return base::ascii_iequals(segment, "providers");
}

/// A resource group is a container: its id has no provider (`.../resourceGroups/{name}`).
bool is_group(std::string_view type) noexcept {
    return is_below(type, kGroupType) || is_below(type, kLongGroupType);
}

/// Takes the segment up to the next slash off the front of `path`.
std::string_view take_segment(std::string_view& path) noexcept {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    return segment;
}

/// Appends `/type/name/type/name` of what follows the namespace, or of a group
/// `/resourceGroups/name...`.
void append_tail(std::string& out, std::string_view type, const std::vector<std::string>& names) {
    if (!is_group(type)) {
        out.append("/providers/").append(take_segment(type));
    } else {
        if (is_below(type, kLongGroupType)) static_cast<void>(take_segment(type));
        static_cast<void>(take_segment(type));
    }
    for (const std::string& name : names) {
        out.append("/").append(take_segment(type)).append("/").append(name);
    }
}

std::size_t name_count(std::string_view type) noexcept {
    const auto slashes = static_cast<std::size_t>(std::count(type.begin(), type.end(), '/'));
    return is_below(type, kLongGroupType) ? slashes - 1 : slashes;
}

/// A scope of the same kind whose path is beyond doubt.
std::string plain_scope(const TemplateScope& scope, bool group) {
    if (group) return "/subscriptions/s";
    switch (scope.kind) {
        case TemplateScope::Kind::tenant:
            return {};
        case TemplateScope::Kind::tenant_resource:
            return "/providers/n/t/x";
        case TemplateScope::Kind::management_group:
            return "/providers/Microsoft.Management/managementGroups/g";
        case TemplateScope::Kind::subscription:
        case TemplateScope::Kind::unknown:
            break;
    }
    return "/subscriptions/s/resourceGroups/g";
}

}  // namespace

TemplateScope scope_of_id(std::string_view path) {
    TemplateScope scope;
    while (path.ends_with('/')) path.remove_suffix(1);
    scope.path = path;
    const auto segments = base::split(path, '/');  // the first one is empty
    const auto is = [&segments](std::size_t i, std::string_view word) {
        return i < segments.size() && base::ascii_iequals(segments[i], word);
    };
    if (path.empty()) {
        scope.kind = TemplateScope::Kind::tenant;
    } else if (is(1, "subscriptions") && segments.size() > 2) {
        scope.kind = TemplateScope::Kind::subscription;
        scope.subscription = segments[2];
        if (is(3, "resourceGroups") && segments.size() > 4) scope.resource_group = segments[4];
    } else if (is(1, "providers") && is(2, "Microsoft.Management") && is(3, "managementGroups") &&
               segments.size() > 4) {
        scope.kind = TemplateScope::Kind::management_group;
    } else if (is(1, "providers") && segments.size() > 4) {
        scope.kind = TemplateScope::Kind::tenant_resource;
    } else {
        scope.path.clear();
    }
    return scope;
}

TemplateScope scope_of_text(std::string_view text, const TemplateScope& current) {
    if (text.starts_with('/')) return scope_of_id(text);
    if (base::ascii_istarts_with(text, "Microsoft.Management/managementGroups/")) {
        return scope_of_id("/providers/" + std::string(text));
    }
    const auto segments = base::split(text, '/');
    if (!current.known() || segments.size() < 3 || segments.size() % 2 == 0) return {};
    return scope_of_id(current.path + "/providers/" + std::string(text));
}

bool is_resource_type(std::string_view type) noexcept {
    std::size_t count = 0;
    while (true) {
        const std::size_t end = std::min(type.find('/'), type.size());
        if (!is_type_segment(type.substr(0, end))) return false;
        ++count;
        if (end == type.size()) return count >= 2;
        type.remove_prefix(end + 1);
    }
}

TemplateResource join_parent(const TemplateResource& parent, const TemplateResource& child) {
    const std::string_view first = std::string_view(child.type).substr(0, child.type.find('/'));
    const bool full = first.size() < child.type.size() && first.find('.') != std::string::npos;
    if (full) return child;
    TemplateResource out;
    if (!parent.type.empty() && is_resource_type(parent.type + "/" + child.type)) {
        out.type = parent.type + "/" + child.type;
    }
    out.name.text = parent.name.text + "/" + child.name.text;
    if (!parent.name.segments.empty() && !child.name.segments.empty()) {
        out.name.segments = parent.name.segments;
        out.name.segments.insert(out.name.segments.end(), child.name.segments.begin(),
                                 child.name.segments.end());
    }
    return out;
}

TemplateName template_name(std::string text, std::string_view type, bool known) {
    TemplateName name;
    // A child's own type may be one word: `subnets`.
    const auto slashes = static_cast<std::size_t>(std::count(type.begin(), type.end(), '/'));
    const std::size_t wanted = type.find('.') < type.find('/') ? name_count(type) : slashes + 1;
    if (!known) {
        if (wanted == 1) name.segments.push_back(text);
    } else {
        const auto segments = base::split(text, '/');
        const bool empty =
            std::any_of(segments.begin(), segments.end(), [](auto part) { return part.empty(); });
        if (!empty && segments.size() == wanted) {
            name.segments.assign(segments.begin(), segments.end());
        }
    }
    name.text = std::move(text);
    return name;
}

std::optional<std::string> template_resource_id(const TemplateScope& scope,
                                                const TemplateResource& resource) {
    const auto& names = resource.name.segments;
    if (!scope.known() || resource.type.empty() || names.size() != name_count(resource.type)) {
        return std::nullopt;
    }
    const bool group = is_group(resource.type);
    if (group && scope.subscription.empty()) return std::nullopt;
    constexpr std::size_t kUsualTail = 128;
    std::string id;
    id.reserve(scope.path.size() + kUsualTail);
    if (group) {
        id.append("/subscriptions/").append(scope.subscription);
    } else {
        id = scope.path;
    }
    append_tail(id, resource.type, names);
    return id;
}

std::optional<Classification> classify_resource(std::string_view method,
                                                const TemplateScope& scope,
                                                const TemplateResource& resource,
                                                const ArmRules& rules) {
    if (!is_resource_type(resource.type)) return std::nullopt;
    const auto types = base::split(resource.type, '/');
    const std::size_t count = name_count(resource.type);
    const std::size_t skipped = types.size() - count;
    std::vector<std::string> names(count, "x");
    // `{type}/providers/{extension}`: the namespace of the extension is a segment of the name.
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_providers(types[i + skipped])) continue;
        if (resource.name.segments.size() != count) return std::nullopt;
        if (!is_type_segment(resource.name.segments[i])) return std::nullopt;
        names[i] = resource.name.segments[i];
    }
    std::string path = plain_scope(scope, is_group(resource.type));
    append_tail(path, resource.type, names);
    Classification out = classify(method, path, rules);
    name_resource(out, scope, resource);
    return out;
}

void name_resource(Classification& request,
                   const TemplateScope& scope,
                   const TemplateResource& resource) {
    request.resource_id = template_resource_id(scope, resource);
    request.resource_name =
        resource.name.segments.empty() ? resource.name.text : resource.name.segments.back();
}

}  // namespace armgate::arm
