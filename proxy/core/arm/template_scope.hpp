// Where a template's resources land: scopes of deployments, types and names of resources, and the
// ids they make. Pure.
#pragma once

#include "core/arm/operation.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// A resource's name by segments, one a type; `segments` is empty where an expression leaves open
/// where it is to be cut.
struct TemplateName {
    std::string text;
    std::vector<std::string> segments;
};

/// A resource as a template declares it, its parents' types and names before its own.
struct TemplateResource {
    std::string type;  ///< `{ns}/{type}/{child}`; empty where it cannot be read
    TemplateName name;
};

/// True for `{ns}/{type}...` made of ordinary characters.
[[nodiscard]] bool is_resource_type(std::string_view type) noexcept;

/// Joins a child's type and name to its parent's (a child may also be written in full).
[[nodiscard]] TemplateResource join_parent(const TemplateResource& parent,
                                           const TemplateResource& child);

/// `text` is a name; where it is an expression (`known` false) it is one segment or not cut at all.
[[nodiscard]] TemplateName template_name(std::string text, std::string_view type, bool known);

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
