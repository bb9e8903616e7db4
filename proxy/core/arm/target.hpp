// What a path names: namespace, resource types and names of ARM's path grammar, by the rule of the
// resource provider contract (text after the last /providers/), and whether that is the only way
// to read it. Pure; views into the JudgedPath it was made from.
#pragma once

#include "core/arm/judged_path.hpp"
#include "core/arm/rules.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace armgate::arm {

struct Target {
    enum class Form {
        none,       ///< outside ARM's grammar, as `/batch`
        root,       ///< one of OperationRules::roots, e.g. `/tenants`
        container,  ///< `/subscriptions...` without a provider
        provider,   ///< `.../providers/{ns}`: the provider itself
        resource,   ///< `.../providers/{ns}/{type}...`
    };
    Form form = Form::none;
    std::string_view ns;            ///< set for provider and resource
    std::span<const Segment> rest;  ///< type, name, type, name...
    /// The path is plain, its scope is complete and its segments can be read in one way only: then
    /// alone an exemption applies.
    bool clear = false;
    /// Outside subscriptions and management groups (facts 2.5); meaningful where `clear`.
    bool tenant_scope = false;

    [[nodiscard]] bool ends_in_name() const noexcept {
        return !rest.empty() && rest.size() % 2 == 0;
    }
};

[[nodiscard]] Target find_target(const JudgedPath& path, const OperationRules& rules);

}  // namespace armgate::arm
