// What a request carries inside: the items of a `/batch`, the resources of a deployment's inline
// template, a change of tags alone (contract section 5; facts 0.7, 2.5, 2.6, 8.5). Read, not
// judged: core/verdict/contents makes a verdict of it. Pure; nothing of the body outlives the call
// but names and ids.
#pragma once

#include "core/arm/hosts.hpp"
#include "core/arm/operation.hpp"
#include "core/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::arm {

struct ArmRules;

/// No body carries more: ARM takes 500 items a batch and 800 resources a template.
inline constexpr std::size_t kMaxCarried = 2000;
/// Bytes of all their names, types and ids: what stands in a body once may be named by all of them.
inline constexpr std::size_t kMaxCarriedText = std::size_t{4} << 20U;

/// What is known of the inside of a carried request.
enum class Inside {
    nothing,   ///< it is judged by method and resource
    read,      ///< the requests that follow it at greater depth, and what they leave open
    not_read,  ///< it carries something, or is something, that cannot be told from here
};

/// One request that another carries.
struct CarriedRequest {
    std::string name;    ///< the item's name; the resource's, its parents' names before it
    std::string method;  ///< PUT for a resource, GET for an `existing` one
    /// As `classify` gives it. `resource_id` is absent where an expression leaves it open, and so
    /// is `operation` where the resource's type cannot be read.
    Classification request;
    std::size_t depth = 0;  ///< 0: carried by the request itself; n + 1: by the last one at n
    Inside inside = Inside::nothing;
    bool more_than_listed = false;  ///< see Contents
    bool tags_only = false;
};

struct Contents {
    std::vector<CarriedRequest> items;  ///< each is followed by what it carries
    /// It may change what it does not list: mode Complete, or a stack that deletes.
    bool more_than_listed = false;
    bool tags_only = false;  ///< a PATCH of tags and nothing else; then there are no items
};

/// The request whose body is read. Views into the caller's memory.
struct CarrierView {
    std::string_view method;
    std::string_view path;  ///< undecoded, without query
    std::string_view body;
    std::string_view host;  ///< the request's own, in normal form; may be empty
    Cloud cloud = Cloud::azure_public;
};

/// True where the verdict may hang on the body: `read_contents` is worth its bytes.
[[nodiscard]] bool needs_body(std::string_view method, const Classification& request) noexcept;

/// `request` is what `classify` makes of the view. Errors: `body_too_large`, `input_invalid` where
/// the contents cannot be read, with the reason. A PATCH of anything but tags is no error.
[[nodiscard]] Result<Contents> read_contents(const CarrierView& view,
                                             const Classification& request,
                                             const ArmRules& rules);

}  // namespace armgate::arm
