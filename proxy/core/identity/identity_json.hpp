// The identity block as the trace and `armgate token --json` write it (contract section 6). Pure.
#pragma once

#include <string>

namespace armgate::identity {

struct Identity;

/// Appends one JSON object: every field of the contract in its order, null where not known. Written
/// by hand, because it runs at every request. ASCII only; never a part of the token.
void append_identity_json(std::string& out, const Identity& identity);

}  // namespace armgate::identity
