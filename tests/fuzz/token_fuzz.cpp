// Any bytes as an Authorization value, and any bytes as a token's payload: never a crash, never a
// usable identity that its own claims do not carry, never the token in what comes out.
#include "core/base/json.hpp"
#include "core/identity/explain.hpp"
#include "core/identity/identity.hpp"
#include "core/identity/rules.hpp"
#include "support/tokens.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace {

using armgate::identity::Credential;
using armgate::identity::IdentityKind;

void require(bool condition) {
    if (!condition) std::abort();
}

void check(std::string_view authorization) {
    static const auto rules = armgate::identity::load_identity_rules().value();
    const armgate::base::Timestamp now{std::chrono::seconds(1795514400)};
    const std::array<std::string_view, 1> fields{authorization};
    const auto who = armgate::identity::identify(fields, now, rules);
    require(who.credential == Credential::usable || who.credential == Credential::ambiguous ||
            who.credential == Credential::unusable);
    require((who.credential == Credential::unusable) == !who.arm_error_code.empty());
    if (who.credential == Credential::usable) {
        require(who.idtyp == "user" || who.idtyp == "app" || (!who.idtyp && who.has_mfa));
        require(!who.expires || *who.expires > now - std::chrono::minutes(6));
    }
    if (who.idtyp == "app" && who.kind == IdentityKind::user) std::abort();
    const auto json = armgate::base::parse_json(armgate::identity::explain_identity_json(who), 4);
    require(json && json->size() == 16);
    for (const char c : armgate::identity::explain_identity(who, now)) {
        require(c == '\n' || (c >= 0x20 && c < 0x7F));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check(input);
    check("Bearer " + armgate::test::make_token(input));
    if (const auto found = armgate::identity::find_authorization(input)) check(*found);
    return 0;
}
