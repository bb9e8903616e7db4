#include "core/arm/template_scope.hpp"

#include "core/arm/rules.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <vector>

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

bool is_readable(std::string_view type) noexcept {
    std::size_t count = 0;
    while (true) {
        const std::size_t end = std::min(type.find('/'), type.size());
        if (!is_type_segment(type.substr(0, end))) return false;
        ++count;
        if (end == type.size()) return count >= 2;
        type.remove_prefix(end + 1);
    }
}

/// Takes the segment up to the next slash off the front of `path`.
std::string_view take_segment(std::string_view& path) noexcept {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    return segment;
}

/// Appends `/type/name/type/name` of what follows the namespace, or of a group
/// `/resourceGroups/name...`. `name_of` tells the name of each type.
template <class NameOf>
void append_tail(std::string& out, const ResourceType& type, NameOf name_of) {
    std::string_view rest = type.text;
    if (!type.is_group()) {
        out.append("/providers/").append(take_segment(rest));
    } else {
        if (type.kind == ResourceType::Kind::long_group) static_cast<void>(take_segment(rest));
        static_cast<void>(take_segment(rest));
    }
    for (std::size_t i = 0; i < type.names; ++i) {
        out.append("/").append(take_segment(rest)).append("/").append(name_of(i));
    }
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

ResourceType resource_type(std::string_view text) noexcept {
    using Kind = ResourceType::Kind;
    ResourceType type;
    type.text = text;
    const bool long_group = is_below(text, kLongGroupType);
    if (is_readable(text)) {
        type.kind = long_group                   ? Kind::long_group
                    : is_below(text, kGroupType) ? Kind::group
                                                 : Kind::usual;
    }
    const auto slashes = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '/'));
    type.names = long_group ? slashes - 1 : slashes;
    type.own_names = text.find('.') < text.find('/') ? type.names : slashes + 1;
    return type;
}

TemplateResource join_parent(const TemplateResource& parent,
                             const TemplateResource& child,
                             base::TextStore& texts) {
    const std::string_view type = child.type.text;
    const std::string_view first = type.substr(0, type.find('/'));
    const bool full = first.size() < type.size() && first.find('.') != std::string_view::npos;
    if (full) return child;
    const auto join = [](std::string_view a, std::string_view b) {
        std::string out;
        out.reserve(a.size() + 1 + b.size());
        return out.append(a).append("/").append(b);
    };
    TemplateResource out;
    if (parent.type.readable()) {
        const std::string joined = join(parent.type.text, type);
        ResourceType whole = resource_type(joined);
        if (whole.readable()) {
            whole.text = texts.keep(joined);
            out.type = whole;
        }
    }
    out.name.text = texts.keep(join(parent.name.text, child.name.text));
    const auto& before = parent.name.ends;
    const auto& own = child.name.ends;
    if (before.empty() || own.empty()) return out;
    const auto ends = texts.places(before.size() + own.size());
    const auto shift = static_cast<std::uint32_t>(parent.name.text.size() + 1);
    const auto rest = std::copy(before.begin(), before.end(), ends.begin());
    std::transform(own.begin(), own.end(), rest,
                   [shift](std::uint32_t end) { return shift + end; });
    out.name.ends = ends;
    return out;
}

TemplateName template_name(std::string_view text,
                           const ResourceType& type,
                           bool known,
                           base::TextStore& texts) {
    TemplateName name;
    name.text = text;
    const auto slashes = known ? std::count(text.begin(), text.end(), '/') : 0;
    if (static_cast<std::size_t>(slashes) + 1 != type.own_names) return name;
    const auto ends = texts.places(type.own_names);
    std::size_t begin = 0;
    for (std::uint32_t& end : ends) {
        end = static_cast<std::uint32_t>(known ? std::min(text.find('/', begin), text.size())
                                               : text.size());
        if (known && end == begin) return name;  // an empty segment
        begin = end + std::size_t{1};
    }
    name.ends = ends;
    return name;
}

std::optional<std::string> template_resource_id(const TemplateScope& scope,
                                                const TemplateResource& resource) {
    const TemplateName& name = resource.name;
    const ResourceType& type = resource.type;
    if (!scope.known() || !type.readable() || name.ends.size() != type.names) return std::nullopt;
    if (type.is_group() && scope.subscription.empty()) return std::nullopt;
    constexpr std::size_t kUsualWords = 32;  // between scope, type and name
    std::string id;
    id.reserve(scope.path.size() + type.text.size() + name.text.size() + kUsualWords);
    if (type.is_group()) {
        id.append("/subscriptions/").append(scope.subscription);
    } else {
        id = scope.path;
    }
    append_tail(id, type, [&name](std::size_t i) { return name.segment(i); });
    return id;
}

std::optional<Classification> classify_resource(std::string_view method,
                                                const TemplateScope& scope,
                                                const TemplateResource& resource,
                                                const ArmRules& rules) {
    const ResourceType& type = resource.type;
    if (!type.readable()) return std::nullopt;
    const auto types = base::split(type.text, '/');
    const std::size_t skipped = types.size() - type.names;
    std::vector<std::string_view> names(type.names, "x");
    // `{type}/providers/{extension}`: the namespace of the extension is a segment of the name.
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!is_providers(types[i + skipped])) continue;
        if (resource.name.ends.size() != names.size()) return std::nullopt;
        names[i] = resource.name.segment(i);
        if (!is_type_segment(names[i])) return std::nullopt;
    }
    std::string path = plain_scope(scope, type.is_group());
    append_tail(path, type, [&names](std::size_t i) { return names[i]; });
    Classification out = classify(method, path, rules);
    name_resource(out, scope, resource);
    return out;
}

void name_resource(Classification& request,
                   const TemplateScope& scope,
                   const TemplateResource& resource) {
    request.resource_id = template_resource_id(scope, resource);
    const TemplateName& name = resource.name;
    request.resource_name = name.ends.empty() ? name.text : name.segment(name.ends.size() - 1);
}

}  // namespace armgate::arm
