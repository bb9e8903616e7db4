// Bodies of resources as ordered JSON: read as leniently as ARM reads, merged as PATCH merges,
// compared without what a provider makes up anew. Pure; nothing throws for bytes of others.
#pragma once

#include "core/arm/lenient_json.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace armgate::dryrun {

using Json = nlohmann::ordered_json;

/// The one value of `text`, at most 64 brackets deep and 16 MiB long; nothing where ARM's own
/// lenient parser would not take it (arm::LenientJson). Of members of one name the last one counts.
[[nodiscard]] std::optional<Json> read_json(std::string_view text);

/// The value of a document that was read with `duplicates`. A number that no type holds is null.
[[nodiscard]] Json from_lenient(arm::JsonValue value, arm::JsonLimits::Duplicates duplicates);

/// Compact; what is no UTF-8 is replaced.
[[nodiscard]] std::string to_text(const Json& value);

/// A string member of an object; empty where there is none.
[[nodiscard]] std::string text_at(const Json& object, std::string_view key);

/// The member, or null where `object` is no object or has no such member.
[[nodiscard]] const Json* member(const Json& object, std::string_view key);

/// `before` with `patch` merged into it (RFC 7396): a null removes. `tags` are taken as they are
/// given, because ARM's providers replace them whole (resource provider contract, PATCH).
[[nodiscard]] Json merge_patch(Json before, const Json& patch);

/// Adds a member whose name the object does not hold yet: to look it up takes looking through all.
void add_member(Json& object, std::string name, Json value);

/// Equality of values, the order of members apart: two writers of one object may differ in it.
[[nodiscard]] bool same(const Json& a, const Json& b);

/// Equal but for what changes with every write: `etag`, `systemData`, `provisioningState`.
[[nodiscard]] bool same_resource(const Json& a, const Json& b);

/// `etag` at the top, else `properties.etag`; empty where it has none.
[[nodiscard]] std::string etag_of(const Json& body);

/// Gives a body that has an `etag`, the same as `before`, a new one in the same style.
void renew_etag(Json& body, const Json* before, std::string_view guid);

/// `West Europe` and `westeurope` are one region: the second.
[[nodiscard]] std::string region_name(std::string_view text);

/// A GUID that depends on nothing but `seed` and `salt`.
[[nodiscard]] std::string derived_guid(std::string_view seed, std::string_view salt);

}  // namespace armgate::dryrun
