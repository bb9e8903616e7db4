// Where a template's resources land: scopes of deployments, types and names of resources, and the
// ids they make. Pure.
#pragma once

#include "core/arm/operation.hpp"
#include "core/base/text_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace armgate::arm {

struct ArmRules;

/// The scope of a deployment, or the resource that an extension resource hangs on.
struct TemplateScope {
    enum class Kind {
        unknown,
        tenant,            ///< `/`
        tenant_resource,   ///< below the tenant, outside subscriptions and management groups
        management_group,  ///< or a resource below one
        subscription,      ///< or anything below one
    };
    Kind kind = Kind::unknown;
    std::string path;            ///< id without a slash at its end; empty for tenant and unknown
    std::string subscription;    ///< empty where there is none
    std::string resource_group;  ///< empty where there is none

    [[nodiscard]] bool known() const noexcept { return kind != Kind::unknown; }
};

/// `path` is an id that starts with a slash; empty and `/` mean the tenant.
[[nodiscard]] TemplateScope scope_of_id(std::string_view path);

/// What `scope` of a template's resource means where `current` is the deployment's: an absolute id,
/// `/`, or a resource given as `{ns}/{type}/{name}`.
[[nodiscard]] TemplateScope scope_of_text(std::string_view text, const TemplateScope& current);

/// A resource's type taken apart. A template has few types and many resources.
struct ResourceType {
    enum class Kind : std::uint8_t {
        unreadable,  ///< not `{ns}/{type}...` made of ordinary characters
        usual,
        group,       ///< a resource group or below one: a container, whose id has no provider
        long_group,  ///< the same as `Microsoft.Resources/subscriptions/resourceGroups`
    };
    std::string_view text;
    Kind kind = Kind::unreadable;
    std::uint32_t names = 0;      ///< segments of the whole name
    std::uint32_t own_names = 1;  ///< of the name beside it; a child's type may be one word

    [[nodiscard]] bool readable() const noexcept { return kind != Kind::unreadable; }
    [[nodiscard]] bool is_group() const noexcept {
        return kind == Kind::group || kind == Kind::long_group;
    }
};

/// A view of `text`, `{ns}/{type}/{child}`.
[[nodiscard]] ResourceType resource_type(std::string_view text) noexcept;

/// A resource's name and where its segments end, one a type; no segments where an expression leaves
/// open where it is to be cut. Views.
struct TemplateName {
    std::string_view text;
    std::span<const std::uint32_t> ends;

    [[nodiscard]] std::string_view segment(std::size_t i) const noexcept {
        const std::size_t begin = i == 0 ? 0 : ends[i - 1] + std::size_t{1};  // behind the slash
        return text.substr(begin, ends[i] - begin);
    }
};

/// A resource as a template declares it, its parents' types and names before its own. Views.
struct TemplateResource {
    ResourceType type;
    TemplateName name;
};

/// Joins a child's type and name to its parent's (a child may also be written in full). What is
/// joined is kept in `texts`.
[[nodiscard]] TemplateResource join_parent(const TemplateResource& parent,
                                           const TemplateResource& child,
                                           base::TextStore& texts);

/// `text` is a name; where it is an expression (`known` false) it is one segment or not cut at all.
/// Where its segments end is kept in `texts`.
[[nodiscard]] TemplateName template_name(std::string_view text,
                                         const ResourceType& type,
                                         bool known,
                                         base::TextStore& texts);

/// The id, where scope, type and name tell it.
[[nodiscard]] std::optional<std::string> template_resource_id(const TemplateScope& scope,
                                                              const TemplateResource& resource);

/// As `classify`, from the type alone: names never make a path odd. Nothing where the type cannot
/// be read.
[[nodiscard]] std::optional<Classification> classify_resource(std::string_view method,
                                                              const TemplateScope& scope,
                                                              const TemplateResource& resource,
                                                              const ArmRules& rules);

/// Sets the id and name of what was classified by its type.
void name_resource(Classification& request,
                   const TemplateScope& scope,
                   const TemplateResource& resource);

}  // namespace armgate::arm
