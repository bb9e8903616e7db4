#include "core/identity/explain.hpp"

#include "core/identity/identity.hpp"
#include "core/identity/identity_json.hpp"
#include "core/identity/rules.hpp"
#include "support/tokens.hpp"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::identity {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr base::Timestamp kNow{std::chrono::seconds(1795514400)};  // 2026-11-24T10:00:00Z

Identity identify_payload(std::string_view payload) {
    static const IdentityRules rules = load_identity_rules().value();
    const std::string value = test::bearer(payload);
    const std::string_view fields[] = {value};
    return identify(fields, kNow, rules);
}

std::string explained(std::string_view more) {
    return explain_identity(identify_payload(test::claims(more)), kNow);
}

TEST(IdentityJson, WritesEveryFieldInTheOrderOfTheContract) {
    std::string out = "x";
    append_identity_json(
        out,
        identify_payload(
            R"({"idtyp":"user","amr":["pwd","rsa"],"acrs":["c1"],"exp":1795518000,"tid":"t",)"
            R"("appid":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","oid":"o","upn":"j\u00fcrgen@b"})"));
    EXPECT_EQ(out,
              R"(x{"kind":"user","known_by":"idtyp","idtyp":"user","amr":["pwd","rsa"],)"
              R"("acrs":["c1"],"app_id":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","app":"Azure CLI",)"
              R"("tenant":"t","object_id":"o","name":"j\u00fcrgen@b","guest":false,)"
              R"("synced":false,"password_grant_suspected":false,)"
              R"("expires":"2026-11-24T11:00:00Z"})");
}

TEST(IdentityJson, WritesNullForWhatIsNotKnown) {
    std::string out;
    append_identity_json(out, Identity{});
    EXPECT_EQ(out, R"({"kind":"unknown","known_by":null,"idtyp":null,"amr":[],"acrs":[],)"
                   R"("app_id":null,"app":null,"tenant":null,"object_id":null,"name":null,)"
                   R"("guest":null,"synced":null,"password_grant_suspected":null,"expires":null})");
}

TEST(Explain, FindsTheTokenInWhatAUserHasAtHand) {
    const std::pair<std::string, std::string> cases[] = {
        {"a.b.c", "Bearer a.b.c"},
        {"  a.b.c\r\n", "Bearer a.b.c"},
        {"Bearer a.b.c\n", "Bearer a.b.c"},
        {"bearer a.b.c", "bearer a.b.c"},
        {"\xEF\xBB\xBF"
         "a.b.c",
         "Bearer a.b.c"},
        {"\"a.b.c\"\n", "Bearer a.b.c"},
        {"{\n  \"accessToken\": \"a.b.c\",\n  \"expiresOn\": \"2026\"\n}\n", "Bearer a.b.c"},
        {R"({"token":"a.b.c","expiresOn":"2026"})", "Bearer a.b.c"},
        {R"({"Token":"a.b.c"})", "Bearer a.b.c"}};
    for (const auto& [input, want] : cases) {
        SCOPED_TRACE(input);
        const auto found = find_authorization(input);
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, want);
    }
}

TEST(Explain, SaysWhatIsWrongWithoutQuotingIt) {
    for (const char* input :
         {"", " \n", "{", R"({"accessToken":1,"secret":"s3cret"})", R"({"a":"s3cret"})",
          R"({"accessToken":"a","accessToken":"s3cret"})"}) {
        SCOPED_TRACE(input);
        const auto found = find_authorization(input);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, Errc::input_invalid);
        EXPECT_THAT(found.error().detail, Not(HasSubstr("s3cret")));
    }
}

TEST(Explain, ConcludesForReadsAndForWrites) {
    const std::pair<std::string, std::string> cases[] = {
        {R"("idtyp":"user","amr":["pwd"])", "refused with 401"},
        {R"("idtyp":"user","amr":["pwd","mfa"])", "pass: the token has MFA"},
        {R"("idtyp":"app")", "pass: enforcement asks users only"},
        {R"("idtyp":"app","upn":"a@b")", "uncertain"},
        {R"("sub":"o","oid":"o")", "uncertain"},
        {R"("sub":"o","oid":"o","acrs":["p1"])", "pass: the token has MFA"}};
    for (const auto& [claims, writes] : cases) {
        SCOPED_TRACE(claims);
        const std::string text = explained(claims);
        EXPECT_THAT(text, HasSubstr("\nreads       pass"));
        EXPECT_THAT(text, HasSubstr("\nwrites      " + writes));
    }
}

TEST(Explain, SaysExactlyWhyMfaIsThereOrNot) {
    EXPECT_THAT(explained(R"("idtyp":"user","amr":["pwd","mfa"])"),
                HasSubstr("satisfied: amr holds \"mfa\"."));
    EXPECT_THAT(explained(R"("idtyp":"user","acrs":["p1"])"),
                HasSubstr("satisfied: acrs holds \"p1\"."));
    EXPECT_THAT(explained(R"("idtyp":"user","amr":["pwd","rsa"],"acrs":["c1"])"),
                HasSubstr("not satisfied: amr [pwd, rsa] does not hold \"mfa\", acrs [c1] does "
                          "not hold \"p1\"."));
    EXPECT_THAT(explained(R"("idtyp":"app")"),
                HasSubstr("\nMFA         not needed: service-principal tokens are exempt; amr "));
}

TEST(Explain, RemarksOnSpecialAccounts) {
    EXPECT_THAT(explained(R"("idtyp":"user","amr":["pwd"])"), HasSubstr("ROPC"));
    EXPECT_THAT(explained(R"("idtyp":"user","acct":1)"), HasSubstr("a guest"));
    EXPECT_THAT(explained(R"("idtyp":"user","onprem_sid":"S")"), HasSubstr("synced"));
    EXPECT_THAT(explained(R"("idtyp":"user","amr":["mfa"])"), Not(HasSubstr("remark")));
    EXPECT_THAT(explained(R"("idtyp":"user","amr":["pwd"],"acrs":["p1"])"),
                Not(HasSubstr("remark")));
    EXPECT_THAT(explained(R"("idtyp":"user","amr":"mfa")"),
                HasSubstr("remark      amr is there but is no list of texts"));
    EXPECT_THAT(explained(R"("idtyp":"user","acrs":["p1",1])"),
                HasSubstr("remark      acrs is there but is no list of texts"));
}

TEST(Explain, SaysHowLongTheTokenLives) {
    const auto at = [](const char* exp) {
        return explain_identity(
            identify_payload(std::string(R"({"idtyp":"user","exp":)") + exp + "}"), kNow);
    };
    EXPECT_THAT(at("1795518000"), HasSubstr("2026-11-24T11:00:00Z (in 60 min)"));
    EXPECT_THAT(at("1795510800"), HasSubstr("2026-11-24T09:00:00Z (60 min ago)"));
    EXPECT_THAT(at("1795510800"), HasSubstr("401 ExpiredAuthenticationToken"));
}

TEST(Explain, LetsNoClaimSteerTheTerminal) {
    const std::string text =
        explained(R"("idtyp":"user","upn":"\u001b[2J\n\u202e","amr":["\u0007"],"tid":"\u009b1m")");
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F));
}

TEST(Explain, TheJsonAddsTheConclusionToTheBlockOfTheTrace) {
    const Identity who = identify_payload(test::claims(R"("idtyp":"user","amr":["pwd"])"));
    std::string block;
    append_identity_json(block, who);
    block.pop_back();
    EXPECT_EQ(explain_identity_json(who),
              block + R"(,"satisfies_mfa":false,"reason":"amr [pwd] does not hold \"mfa\", )"
                      R"(acrs [] does not hold \"p1\". idtyp says user."})"
                      "\n");
}

}  // namespace
}  // namespace armgate::identity
