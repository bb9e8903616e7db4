#include "core/arm/target.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::arm {
namespace {

using Segments = std::span<const Segment>;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool is(const Segment& segment, std::string_view word) noexcept {
    return base::ascii_iequals(segment.text, word);
}

/// Index of the last `providers` that a namespace follows. Microsoft.Features has a type of that
/// name (`Microsoft.Features/providers/{ns}/features/{f}`): there the one before counts.
std::size_t last_providers(Segments segments, const OperationRules& rules) {
    for (std::size_t i = segments.size(); i-- > 0;) {
        if (i + 1 >= segments.size() || !is(segments[i], "providers")) continue;
        const bool nested =
            i >= 2 && is(segments[i - 2], "providers") &&
            std::any_of(rules.nested_provider_namespaces.begin(),
                        rules.nested_provider_namespaces.end(),
                        [&](const std::string& ns) { return is(segments[i - 1], ns); });
        return nested ? i - 2 : i;
    }
    return kNone;
}

/// True where `scope`, what stands before the last `providers`, is a complete ARM scope read from
/// the left: both readings then agree on where the last provider begins.
bool is_complete_scope(Segments scope) {
    std::size_t at = 0;
    const auto take_pair = [&](std::string_view word) {
        if (at >= scope.size() || !is(scope[at], word)) return true;
        if (at + 1 >= scope.size() || is(scope[at + 1], "providers")) return false;
        at += 2;
        return true;
    };
    if (!take_pair("subscriptions")) return false;
    if (at != 0 && !take_pair("resourceGroups")) return false;
    while (at < scope.size()) {
        if (!is(scope[at], "providers") || at + 3 >= scope.size()) return false;
        at += 2;  // the namespace
        while (at < scope.size() && !is(scope[at], "providers")) {
            if (at + 1 >= scope.size() || is(scope[at + 1], "providers")) return false;
            at += 2;
        }
    }
    return true;
}

/// A gap or a `providers` among type and name would let another reader find other types; so would
/// an escaped space at an end, where a reader trims (`deployments%20`). Within a name it is usual.
bool is_unambiguous(Segments tail) {
    return std::none_of(tail.begin(), tail.end(), [](const Segment& segment) {
        return segment.after_gap || is(segment, "providers") || segment.text.starts_with(' ') ||
               segment.text.ends_with(' ');
    });
}

bool is_tenant_scope(Segments scope) {
    if (scope.empty()) return true;
    const bool in_management_group = scope.size() >= 4 && is(scope[1], "Microsoft.Management") &&
                                     is(scope[2], "managementGroups");
    return is(scope[0], "providers") && !in_management_group;
}

Target provider_target(const JudgedPath& path, std::size_t providers) {
    const Segments all = path.segments();
    const Segments scope = all.first(providers);
    Target target;
    target.ns = all[providers + 1].text;
    target.rest = all.subspan(providers + 2);
    target.form = target.rest.empty() ? Target::Form::provider : Target::Form::resource;
    target.clear =
        path.plain() && is_complete_scope(scope) && is_unambiguous(all.subspan(providers + 1));
    target.tenant_scope = is_tenant_scope(scope);
    return target;
}

}  // namespace

Target find_target(const JudgedPath& path, const OperationRules& rules) {
    const Segments all = path.segments();
    const std::size_t providers = last_providers(all, rules);
    if (providers != kNone) return provider_target(path, providers);
    Target target;
    if (all.empty()) return target;
    target.rest = all;
    if (is(all[0], "subscriptions")) {
        target.form = Target::Form::container;
    } else if (all.size() == 1 && rules.roots.contains(base::to_lower(all[0].text))) {
        target.form = Target::Form::root;
    }
    target.clear = path.plain() && is_unambiguous(all);
    return target;
}

}  // namespace armgate::arm
