#include "core/identity/identity.hpp"

#include "core/identity/rules.hpp"
#include "support/tokens.hpp"

#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::identity {
namespace {

using test::bearer;
using test::claims;

constexpr long long kNowSeconds = 1795514400;  // 2026-11-24T10:00:00Z
constexpr base::Timestamp kNow{std::chrono::seconds(kNowSeconds)};

const IdentityRules& rules() {
    static const IdentityRules loaded = load_identity_rules().value();
    return loaded;
}

Identity identify_value(std::string_view authorization) {
    const std::string_view fields[] = {authorization};
    return identify(fields, kNow, rules());
}

/// The identity of a token for ARM, good until 2099, with these claims.
Identity identify_claims(std::string_view more) {
    return identify_value(bearer(claims(more)));
}

struct Case {
    std::string claims;
    Credential credential;
    IdentityKind kind;
    std::string known_by;
};

void expect_all(std::span<const Case> cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.claims);
        const Identity who = identify_claims(c.claims);
        EXPECT_EQ(who.credential, c.credential);
        EXPECT_EQ(kind_name(who.kind), kind_name(c.kind));
        EXPECT_EQ(who.known_by, c.known_by);
        EXPECT_EQ(who.arm_error_code, "");
        EXPECT_NE(who.reason, "");
    }
}

TEST(Identity, NoFieldIsNoToken) {
    const Identity who = identify({}, kNow, rules());
    EXPECT_EQ(who.credential, Credential::none);
    EXPECT_EQ(who.kind, IdentityKind::unknown);
    EXPECT_EQ(who.arm_error_code, "");
}

TEST(Identity, TwoFieldsAreAmbiguousEvenWhereTheyAgree) {
    const std::string app = bearer(claims(R"("idtyp":"app")"));
    const std::string_view cases[][2] = {{app, app}, {app, ""}, {"", app}, {"", ""}};
    for (const auto& fields : cases) {
        const Identity who = identify(fields, kNow, rules());
        EXPECT_EQ(who.credential, Credential::ambiguous);
        EXPECT_EQ(who.kind, IdentityKind::unknown);
    }
}

TEST(Identity, WhatIsNotATokenIsUnusable) {
    const std::string app = bearer(claims(R"("idtyp":"app")"));
    for (const std::string& value :
         {std::string(), std::string("Bearer "), std::string("Basic dXNlcjpwYXNz"),
          app + ", " + app, app + "," + app, "Bearer " + app, app + " ",
          bearer(R"({"idtyp":"user","idtyp":"app"})"), std::string(1'000'000, 'A')}) {
        SCOPED_TRACE(value.substr(0, 100));
        const Identity who = identify_value(value);
        EXPECT_EQ(who.credential, Credential::unusable);
        EXPECT_EQ(who.arm_error_code, "InvalidAuthenticationToken");
        EXPECT_EQ(who.kind, IdentityKind::unknown);
        EXPECT_FALSE(who.has_mfa);
    }
}

TEST(Identity, IdtypDecidesTheKind) {
    const Case cases[] = {
        {R"("idtyp":"user")", Credential::usable, IdentityKind::user, "idtyp"},
        {R"("idtyp":"user","scp":"user_impersonation","upn":"a@b","amr":["pwd"])",
         Credential::usable, IdentityKind::user, "idtyp"},
        {R"("idtyp":"app","sub":"o","oid":"o")", Credential::usable,
         IdentityKind::service_principal, "idtyp"},
        // A certificate may put rsa into an app's token; every app token carries idp.
        {R"("idtyp":"app","amr":["rsa"],"idp":"https://sts.windows.net/t/")", Credential::usable,
         IdentityKind::service_principal, "idtyp"},
        {R"("idtyp":"app","xms_mirid":"/subscriptions/s","xms_cae":"1")", Credential::usable,
         IdentityKind::managed_identity, "idtyp"}};
    expect_all(cases);
}

TEST(Identity, AnyOtherIdtypIsAnUnknownIdentityWhateverElseIsThere) {
    std::vector<Case> cases;
    for (const char* idtyp : {R"("App")", R"("USER")", R"("app ")", R"("app\u0000")", R"("device")",
                              R"("")", "null", "1", R"(["app"])", R"({"a":1})"}) {
        const std::string claim = std::string(R"("idtyp":)") + idtyp;
        cases.push_back({claim, Credential::ambiguous, IdentityKind::unknown, ""});
        cases.push_back({claim + R"(,"amr":["mfa"],"acrs":["p1"])", Credential::ambiguous,
                         IdentityKind::unknown, ""});
    }
    expect_all(cases);
}

TEST(Identity, AnAppWithAUsersClaimsIsAnUnknownIdentity) {
    std::vector<Case> cases;
    for (const char* claim :
         {R"("scp":"user_impersonation")", R"("scp":"")", R"("upn":"a@b")", R"("upn":null)",
          R"("unique_name":"a@b")", R"("preferred_username":"a@b")", R"("puid":"1003")",
          R"("altsecid":"5::1003")", R"("onprem_sid":"S-1-5")", R"("amr":["pwd"])",
          R"("amr":["fed","mfa"])", R"("amr":["wia"])", R"("name":"A B")", R"("in_corp":"true")"}) {
        for (const char* more : {"", R"(,"acrs":["p1"])", R"(,"xms_mirid":"/subscriptions/s")"}) {
            cases.push_back({std::string(R"("idtyp":"app",)") + claim + more, Credential::ambiguous,
                             IdentityKind::unknown, ""});
        }
    }
    expect_all(cases);
}

TEST(Identity, AUserWithAManagedIdentitysClaimIsAnUnknownIdentity) {
    const Case cases[] = {
        {R"("idtyp":"user","xms_mirid":"/subscriptions/s")", Credential::ambiguous,
         IdentityKind::unknown, ""},
        {R"("idtyp":"user","xms_mirid":1,"amr":["mfa"])", Credential::ambiguous,
         IdentityKind::unknown, ""},
        {R"("scp":"user_impersonation","xms_mirid":"/subscriptions/s","amr":["mfa"])",
         Credential::ambiguous, IdentityKind::unknown, ""}};
    expect_all(cases);
}

TEST(Identity, WithoutIdtypTheKindIsInferredAndOnlyMfaMakesItUsable) {
    const std::tuple<std::string, IdentityKind, std::string> kinds[] = {
        {R"("xms_mirid":"/subscriptions/s")", IdentityKind::managed_identity, "inferred"},
        {R"("scp":"user_impersonation","sub":"o","oid":"o")", IdentityKind::user, "inferred"},
        {R"("upn":"a@b")", IdentityKind::user, "inferred"},
        {R"("puid":"1003")", IdentityKind::user, "inferred"},
        {R"("sub":"o","oid":"o")", IdentityKind::service_principal, "inferred"},
        {R"("sub":"s","oid":"o")", IdentityKind::unknown, ""},
        {R"("x":1)", IdentityKind::unknown, ""}};
    std::vector<Case> cases;
    for (const auto& [claim, kind, known_by] : kinds) {
        cases.push_back({claim, Credential::ambiguous, kind, known_by});
        cases.push_back({claim + R"(,"amr":["mfa"])", Credential::usable, kind, known_by});
        cases.push_back({claim + R"(,"acrs":["p1"])", Credential::usable, kind, known_by});
    }
    cases.push_back({R"("amr":["pwd"])", Credential::ambiguous, IdentityKind::user, "inferred"});
    cases.push_back({R"("amr":["rsa"])", Credential::ambiguous, IdentityKind::unknown, ""});
    expect_all(cases);
}

TEST(Identity, TheTimesDecideWhetherArmTakesTheToken) {
    const auto at = [](long long offset) { return std::to_string(kNowSeconds + offset); };
    const std::tuple<std::string, Credential, std::string> cases[] = {
        {R"("exp":)" + at(3600), Credential::usable, ""},
        {R"("exp":)" + at(-299), Credential::usable, ""},
        {R"("exp":)" + at(-300), Credential::usable, ""},
        {R"("exp":)" + at(-301), Credential::unusable, "ExpiredAuthenticationToken"},
        {R"("exp":0)", Credential::unusable, "ExpiredAuthenticationToken"},
        {R"("x":1)", Credential::usable, ""},
        {R"("exp":")" + at(3600) + "\"", Credential::unusable, "InvalidAuthenticationToken"},
        {R"("exp":null)", Credential::unusable, "InvalidAuthenticationToken"},
        {R"("exp":1e300)", Credential::unusable, "InvalidAuthenticationToken"},
        {R"("exp":)" + at(3600) + R"(,"nbf":)" + at(300), Credential::usable, ""},
        {R"("exp":)" + at(3600) + R"(,"nbf":)" + at(301), Credential::unusable,
         "InvalidAuthenticationToken"},
        {R"("exp":)" + at(3600) + R"(,"nbf":"soon")", Credential::unusable,
         "InvalidAuthenticationToken"}};
    for (const auto& [times, credential, code] : cases) {
        SCOPED_TRACE(times);
        for (const char* who : {R"("idtyp":"app")", R"("idtyp":"user","amr":["mfa"])"}) {
            const Identity identity = identify_value(
                bearer(std::string("{") + R"("aud":"https://management.azure.com",)" + who + "," +
                       times + "}"));
            EXPECT_EQ(identity.credential, credential);
            EXPECT_EQ(identity.arm_error_code, code);
        }
    }
}

TEST(Identity, AnExpiredTokenStillShowsItsClaims) {
    const Identity who = identify_value(
        bearer(R"({"idtyp":"user","exp":1000000000,"amr":["pwd"],"upn":"a@b","tid":"t"})"));
    EXPECT_EQ(who.credential, Credential::unusable);
    EXPECT_EQ(who.kind, IdentityKind::user);
    EXPECT_EQ(who.name, "a@b");
    EXPECT_EQ(who.tenant, "t");
    EXPECT_EQ(who.amr, std::vector<std::string>{"pwd"});
    EXPECT_EQ(who.expires, base::Timestamp(std::chrono::seconds(1000000000)));
}

TEST(Identity, ATokenForAnotherAudienceIsUnusable) {
    const std::pair<std::string, Credential> cases[] = {
        {R"("https://management.azure.com")", Credential::usable},
        {R"("https://management.azure.com/")", Credential::usable},
        {R"("https://management.core.windows.net/")", Credential::usable},
        {R"("https://MANAGEMENT.core.windows.net")", Credential::usable},
        {R"("797f4846-ba00-4fd7-ba43-dac1f8f63013")", Credential::usable},
        {R"("https://management.usgovcloudapi.net/")", Credential::usable},
        {R"("https://management.core.usgovcloudapi.net")", Credential::usable},
        {R"("https://management.chinacloudapi.cn")", Credential::usable},
        {R"("https://management.core.chinacloudapi.cn/")", Credential::usable},
        {R"("https://graph.microsoft.com")", Credential::unusable},
        {R"("https://vault.azure.net")", Credential::unusable},
        {R"("https://management.azure.com.evil.test")", Credential::unusable},
        {R"("https://management.azure.com//")", Credential::unusable},
        {R"("")", Credential::unusable},
        {R"(["https://management.azure.com/"])", Credential::unusable},
        {"null", Credential::unusable},
        {"1", Credential::unusable}};
    for (const auto& [audience, credential] : cases) {
        SCOPED_TRACE(audience);
        const Identity who =
            identify_value(bearer(R"({"idtyp":"app","exp":4070908800,"aud":)" + audience + "}"));
        EXPECT_EQ(who.credential, credential);
    }
}

TEST(Identity, AnotherCloudsTokenIsRefusedByThePublicOneAlone) {
    const auto refused = [](const std::string& audience) {
        Identity who =
            identify_value(bearer(R"({"idtyp":"app","exp":4070908800,"aud":")" + audience + "\"}"));
        EXPECT_EQ(who.credential, Credential::usable) << audience;
        if (!who.for_other_cloud) return std::string();
        refuse_other_cloud(who);
        EXPECT_EQ(who.credential, Credential::unusable);
        return who.arm_error_code;
    };
    EXPECT_EQ(refused("https://management.core.usgovcloudapi.net/"), "InvalidAuthenticationToken");
    EXPECT_EQ(refused("https://management.chinacloudapi.cn"), "InvalidAuthenticationToken");
    EXPECT_EQ(refused("https://management.azure.com/"), "");
    EXPECT_EQ(refused("797f4846-ba00-4fd7-ba43-dac1f8f63013"), "");
}

TEST(Identity, AnAbsentAudienceIsNotHeldAgainstTheToken) {
    EXPECT_EQ(identify_value(bearer(R"({"idtyp":"app","exp":4070908800})")).credential,
              Credential::usable);
}

TEST(Identity, GuestsSyncedAccountsAndPasswordsAreTold) {
    struct Told {
        std::string claims;
        bool guest, synced, password;
        std::optional<std::string> name;
    };
    const std::string user = R"("idtyp":"user","tid":"T1","iss":"https://sts.windows.net/t1/",)";
    const Told cases[] = {
        {R"("upn":"a@b","amr":["pwd"])", false, false, true, "a@b"},
        {R"("upn":"a@b","amr":["pwd","mfa"])", false, false, false, "a@b"},
        {R"("upn":"a@b","amr":["pwd"],"acrs":["p1"])", false, false, false, "a@b"},
        {R"("upn":"a@b","amr":["fed"])", false, false, false, "a@b"},
        {R"("idp":"https://sts.windows.net/t1/","unique_name":"u","upn":"a@b")", false, false,
         false, "a@b"},
        {R"("idp":"https://login.microsoftonline.com/T1/v2.0")", false, false, false, std::nullopt},
        {R"("idp":"https://sts.windows.net/t2/","unique_name":"h@o","amr":["pwd","mfa"])", true,
         false, false, "h@o"},
        {R"("idp":"live.com","altsecid":"1:live.com:1","unique_name":"live.com#h@o","amr":["pwd"])",
         true, false, false, "live.com#h@o"},
        {R"("altsecid":"5::1003")", true, false, false, std::nullopt},
        {R"("acct":1)", true, false, false, std::nullopt},
        {R"("acct":0)", false, false, false, std::nullopt},
        {R"("onprem_sid":"S-1-5-21","upn":"a@b","amr":["pwd"])", false, true, true, "a@b"},
        {R"("preferred_username":"p@q")", false, false, false, "p@q"}};
    for (const Told& c : cases) {
        SCOPED_TRACE(c.claims);
        const Identity who = identify_claims(user + c.claims);
        EXPECT_EQ(who.guest, c.guest);
        EXPECT_EQ(who.synced, c.synced);
        EXPECT_EQ(who.password_grant_suspected, c.password);
        EXPECT_EQ(who.name, c.name);
    }
}

TEST(Identity, WhatIsSaidOfUsersIsUnknownForOthers) {
    const Identity who = identify_claims(R"("idtyp":"app","idp":"https://sts.windows.net/x/")");
    EXPECT_EQ(who.guest, std::nullopt);
    EXPECT_EQ(who.synced, std::nullopt);
    EXPECT_EQ(who.password_grant_suspected, std::nullopt);
}

TEST(Identity, TheClientApplicationIsNamedWhereItIsKnown) {
    const std::tuple<std::string, std::optional<std::string>, std::optional<std::string>> cases[] =
        {{R"("appid":"04b07795-8ddb-461a-bbee-02f9e1bf7b46")",
          "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI"},
         {R"("azp":"1950A258-227B-4E31-A9CF-717495945FC2")", "1950A258-227B-4E31-A9CF-717495945FC2",
          "Azure PowerShell"},
         {R"("appid":"a")", "a", std::nullopt},
         {R"("appid":1)", std::nullopt, std::nullopt}};
    for (const auto& [claim, id, name] : cases) {
        SCOPED_TRACE(claim);
        const Identity who = identify_claims(R"("idtyp":"user",)" + claim);
        EXPECT_EQ(who.app_id, id);
        EXPECT_EQ(who.app, name);
    }
}

TEST(Identity, LongClaimsAreCut) {
    const Identity who =
        identify_claims(R"("idtyp":"user","upn":")" + std::string(40'000, 'x') + "\"");
    EXPECT_EQ(who.credential, Credential::usable);
    EXPECT_EQ(who.name.value_or("").size(), 512U);
}

}  // namespace
}  // namespace armgate::identity
