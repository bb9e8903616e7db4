// Members of a JSON body by dotted path (`properties.subnets[].name`), and merging of bodies: what
// recipes are made of. Pure.
#pragma once

#include "core/dryrun/body.hpp"

#include <string_view>

namespace armgate::dryrun {

/// True for names joined by dots, each of letters, digits, `_`, `-`, `@` or `$`; `[]` behind a name
/// goes into each element of an array and is allowed where `elements` says so.
enum class PathElements { none, allowed };
[[nodiscard]] bool is_member_path(std::string_view path, PathElements elements) noexcept;

/// The member at `path` (without `[]`); null where there is none.
[[nodiscard]] const Json* find_member(const Json& root, std::string_view path);
[[nodiscard]] Json* find_member(Json& root, std::string_view path);

/// Takes the member at `path` away, in each element where the path says `[]`.
void erase_member(Json& root, std::string_view path);

/// Sets the member at `path` (without `[]`), making the objects on the way. Does nothing where
/// something that is not an object stands in the way.
void set_member(Json& root, std::string_view path, Json value);

/// Adds what `below` has and `target` lacks, object by object; arrays and other values stand.
void fill_under(Json& target, Json below);

/// Lays `above` over `target`, object by object; arrays and other values are replaced.
void lay_over(Json& target, Json above);

/// Takes away the members of objects that are null, at every depth.
void drop_nulls(Json& value);

}  // namespace armgate::dryrun
