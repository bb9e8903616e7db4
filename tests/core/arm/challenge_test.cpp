#include "core/arm/challenge.hpp"

#include "core/base/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

std::string challenge(const std::string& error, const std::string& claims) {
    return "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/"
           "authorize\", error=\"" +
           error + "\", claims=\"" + base::base64_encode(claims) + "\"";
}

TEST(Challenge, KnowsArmsMfaRefusal) {
    EXPECT_TRUE(is_mfa_challenge(challenge(
        "insufficient_claims", R"({"access_token":{"acrs":{"essential":true,"values":["p1"]}}})")));
    EXPECT_TRUE(is_mfa_challenge(
        challenge("insufficient_claims", R"({"access_token":{"acrs":{"values":["c1","p1"]}}})")));
}

TEST(Challenge, TakesNoOther401ForIt) {
    const std::string cases[] = {
        "",
        "Basic realm=\"x\"",
        "Bearer authorization_uri=\"https://login.windows.net/t\", error=\"invalid_token\"",
        // A revoked session asks for a newer token, not for MFA.
        challenge("insufficient_claims",
                  R"({"access_token":{"nbf":{"essential":true,"value":"1604106651"}}})"),
        challenge("invalid_token", R"({"access_token":{"acrs":{"values":["p1"]}}})"),
        challenge("insufficient_claims", R"({"access_token":{"acrs":{"values":["c1"]}}})"),
        challenge("insufficient_claims", R"({"access_token":{"acrs":"p1"}})"),
        challenge("insufficient_claims", R"({"access_token":[]})"),
        challenge("insufficient_claims", "[1]"),
        challenge("insufficient_claims", "not JSON"),
        "Bearer error=\"insufficient_claims\", claims=\"***\"",
        "Bearer error=\"insufficient_claims\", claims=\"eyJ",
    };
    for (const std::string& value : cases) {
        SCOPED_TRACE(value);
        EXPECT_FALSE(is_mfa_challenge(value));
    }
}

}  // namespace
}  // namespace armgate::arm
