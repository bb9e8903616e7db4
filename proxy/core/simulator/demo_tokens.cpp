#include "core/simulator/demo_tokens.hpp"

#include "core/base/text.hpp"

#include <nlohmann/json.hpp>

namespace armgate::simulator {
namespace {

using nlohmann::json;

constexpr const char* kTenant = "99999999-8888-7777-6666-555555555555";
constexpr const char* kCliApp = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

json common_claims(long long now) {
    return {{"aud", "https://management.core.windows.net/"},
            {"iss", std::string("https://sts.windows.net/") + kTenant + "/"},
            {"iat", now},
            {"nbf", now},
            {"exp", now + 3600},
            {"tid", kTenant},
            {"ver", "1.0"}};
}

json claims_of(Person person, long long now) {
    json claims = common_claims(now);
    if (person == Person::service_principal) {
        claims["idtyp"] = "app";
        claims["appid"] = "aaaaaaaa-0000-0000-0000-000000000001";
        claims["oid"] = claims["sub"] = "bbbbbbbb-0000-0000-0000-000000000001";
        return claims;
    }
    const bool has_mfa = person == Person::user_with_mfa;
    claims["idtyp"] = "user";
    claims["appid"] = kCliApp;
    claims["scp"] = "user_impersonation";
    claims["oid"] = "cccccccc-0000-0000-0000-000000000001";
    claims["sub"] = "demo";
    claims["upn"] = claims["unique_name"] = has_mfa ? "ada@example.com" : "bob@example.com";
    claims["amr"] = has_mfa ? json{"pwd", "mfa"} : json{"pwd"};
    return claims;
}

}  // namespace

std::string demo_authorization(Person person, base::Timestamp now) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return "Bearer " + base::base64url_encode(R"({"alg":"RS256","typ":"JWT"})") + "." +
           base::base64url_encode(claims_of(person, seconds).dump()) + "." +
           base::base64url_encode("a demo token without a signature");
}

std::string person_name(Person person) {
    switch (person) {
        case Person::user_without_mfa:
            return "a user without MFA (bob@example.com)";
        case Person::user_with_mfa:
            return "a user with MFA (ada@example.com)";
        case Person::service_principal:
            return "a service principal";
    }
    return {};
}

}  // namespace armgate::simulator
