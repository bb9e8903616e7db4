// What Resource Manager and every provider put on a resource alike: normal forms of location and
// tags, the ids of its identities, systemData, etag. Pure.
#pragma once

#include "core/dryrun/recipe_model.hpp"

#include <string>
#include <string_view>

namespace armgate::dryrun {

/// `West Europe` becomes `westeurope`, as ARM answers it; tags that are null become none.
void normalise_envelope(Json& body);

/// Fills `identity` with principal, client and tenant ids where `type` asks for identities. Those
/// of a user-assigned identity are the ones that its own recipe gives it. True where it did.
bool give_identities(Json& body, const Making& making);

/// Who made it and when: from `before` where it has that, else the caller, now.
void stamp_system_data(Json& body, const Making& making, const Json* before);

/// An etag that changes with what the body holds and with nothing else. `body` without one.
[[nodiscard]] std::string etag_of(const Json& body, std::string_view id, Etag style);

}  // namespace armgate::dryrun
