#include "core/identity/token.hpp"

#include "support/tokens.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::identity {
namespace {

using test::base64url;
using test::bearer;
using test::make_token;

const std::string kHeader = base64url(R"({"alg":"RS256"})");
const std::string kApp = R"({"idtyp":"app"})";

void expect_refused(std::string_view authorization) {
    const auto claims = decode_unverified(authorization);
    ASSERT_FALSE(claims);
    EXPECT_EQ(claims.error().code, Errc::input_invalid);
    EXPECT_FALSE(claims.error().detail.empty());
    EXPECT_EQ(claims.error().detail.find("eyJ"), std::string::npos);
}

TEST(Token, TheSchemeIsBearerInAnyCaseAndOneSpace) {
    for (const std::string scheme : {"Bearer ", "bearer ", "BEARER ", "bEaReR "}) {
        EXPECT_TRUE(decode_unverified(scheme + make_token(kApp))) << scheme;
    }
    for (const std::string scheme :
         {"", "Bearer", "Bearer  ", "Bearer\t", " Bearer ", "Bearer \t", "Basic ", "Bearers ",
          "Bearer,", "Bearer:", "Negotiate ", "Bearer Bearer "}) {
        SCOPED_TRACE(scheme);
        expect_refused(scheme + make_token(kApp));
    }
}

TEST(Token, ExactlyThreeNonEmptyCanonicalParts) {
    const std::string payload = base64url(kApp);
    const std::string s = base64url("sig");
    const std::pair<const char*, std::string> cases[] = {
        {"nothing", ""},
        {"one part", kHeader},
        {"two parts", kHeader + "." + payload},
        {"four parts", kHeader + "." + payload + "." + s + "." + s},
        {"five parts, as an encrypted token", "a.b.c.d.e"},
        {"trailing dot", kHeader + "." + payload + "." + s + "."},
        {"empty header", "." + payload + "." + s},
        {"empty payload", kHeader + ".." + s},
        {"empty signature", kHeader + "." + payload + "."},
        {"padding on the payload", kHeader + "." + payload + "=." + s},
        {"padding on the signature", kHeader + "." + payload + "." + s + "=="},
        {"standard alphabet", kHeader + "." + payload + ".ab+/"},
        {"a space inside", kHeader + "." + payload + ". " + s},
        {"a space at the end", kHeader + "." + payload + "." + s + " "},
        {"a line feed at the end", kHeader + "." + payload + "." + s + "\n"},
        {"a comma list", make_token(kApp) + ", Bearer " + make_token(kApp)},
        {"a comma list without space", make_token(kApp) + "," + make_token(kApp)},
        {"spare bits set in the payload", kHeader + "." + base64url("{} ").substr(0, 3) + "1." + s},
        {"spare bits set in the signature", kHeader + "." + payload + ".AB"},
        {"length 1 modulo 4", kHeader + "." + payload + ".AAAAA"},
        {"a NUL", kHeader + "." + payload + "." + s + std::string(1, '\0')},
        {"dots only", std::string(60'000, '.')}};
    for (const auto& [name, token] : cases) {
        SCOPED_TRACE(name);
        expect_refused("Bearer " + token);
    }
}

TEST(Token, HeaderAndPayloadAreJsonObjectsThatReadOneWay) {
    const std::pair<const char*, std::string> cases[] = {
        {"not JSON", "claims"},
        {"cut", R"({"idtyp":"app")"},
        {"array", R"(["app"])"},
        {"string", R"("app")"},
        {"null", "null"},
        {"two values", "{}{}"},
        {"text behind it", R"({"idtyp":"app"}x)"},
        {"single quotes", "{'idtyp':'app'}"},
        {"comment", R"({/**/"idtyp":"app"})"},
        {"trailing comma", R"({"idtyp":"app",})"},
        {"byte order mark", "\xEF\xBB\xBF" + kApp},
        {"UTF-16", std::string("{\0}\0", 4)},
        {"NUL at the end", kApp + std::string(1, '\0')},
        {"NUL in a string", std::string("{\"a\":\"b\0\"}", 10)},
        {"duplicate key", R"({"idtyp":"user","idtyp":"app"})"},
        {"duplicate key, escaped", R"({"idtyp":"user","\u0069dtyp":"app"})"},
        {"duplicate key, nested", R"({"a":{"b":1,"b":2}})"},
        {"infinite number", R"({"exp":1e400})"},
        {"NaN", R"({"exp":NaN})"},
        {"overlong UTF-8", "{\"a\":\"\xC0\xAF\"}"},
        {"cut UTF-8", "{\"a\":\"\xE2\x82\"}"},
        {"Latin-1", "{\"a\":\"\xFC\"}"},
        {"surrogate as UTF-8", "{\"a\":\"\xED\xA0\x80\"}"},
        {"lone surrogate escaped", R"({"a":"\ud800"})"},
        {"raw control byte", "{\"a\":\"\x01\"}"},
        {"depth 33", R"({"a":)" + std::string(32, '[') + std::string(32, ']') + "}"},
        {"depth 10000", R"({"a":)" + std::string(10'000, '[')}};
    for (const auto& [name, json] : cases) {
        SCOPED_TRACE(name);
        expect_refused(bearer(json));
        expect_refused("Bearer " + make_token(kApp, json));
    }
}

TEST(Token, LimitsAreTakenAndNotPassed) {
    EXPECT_TRUE(
        decode_unverified(bearer(R"({"a":)" + std::string(31, '[') + std::string(31, ']') + "}")));
    // A user in 200 groups.
    std::string groups;
    for (int i = 0; i < 200; ++i) groups += R"("7f1f0e3c-0000-4000-8000-00000000000a",)";
    groups.back() = ' ';
    const std::string real = bearer(R"({"idtyp":"user","groups":[)" + groups + "]}");
    EXPECT_GT(real.size(), 10'000U);
    EXPECT_TRUE(decode_unverified(real));
    expect_refused(bearer(R"({"a":")" + std::string(64 * 1024, 'x') + R"("})"));
}

TEST(Token, MethodsCountOnlyAsExactElementsOfAnArrayOfStrings) {
    const std::pair<std::string, bool> cases[] = {
        {R"("amr":["mfa"])", true},
        {R"("amr":["pwd","mfa"])", true},
        {R"("amr":["\u006dfa"])", true},
        {R"("acrs":["p1"])", true},
        {R"("acrs":["c1","p1"],"amr":["pwd"])", true},
        {R"("amr":"mfa")", false},
        {R"("acrs":"p1")", false},
        {R"("amr":{"mfa":true})", false},
        {R"("amr":true)", false},
        {R"("amr":null)", false},
        {R"("amr":[["mfa"]])", false},
        {R"("amr":[{"mfa":1}])", false},
        {R"("amr":["mfa",1])", false},
        {R"("amr":["pwd mfa"])", false},
        {R"("amr":["pwd,mfa"])", false},
        {R"("amr":["MFA"],"acrs":["P1"])", false},
        {R"("amr":[" mfa"],"acrs":["p1 "])", false},
        {R"("amr":["mfa\u0000"],"acrs":["p1\n"])", false},
        {R"("amr":["ngcmfa","wiaormfa","fido","rsa","hwk","otp"])", false},
        {R"("amr":["p1"],"acrs":["mfa"])", false},
        {R"("acrs":["p10","urn:user:registersecurityinfo","c1"])", false},
        {R"("AMR":["mfa"],"acr":"1")", false},
        {R"("amr":[],"acrs":[])", false}};
    for (const auto& [claims, want] : cases) {
        SCOPED_TRACE(claims);
        const auto decoded = decode_unverified(bearer("{" + claims + "}"));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->has_mfa, want);
    }
}

TEST(Token, LongListsAreShownCutButReadWhole) {
    std::string amr;
    for (int i = 0; i < 500; ++i) amr += "\"" + std::string(1 + 300U * (i == 0), 'x') + "\",";
    const auto claims = decode_unverified(bearer(R"({"amr":[)" + amr + R"("mfa"]})"));
    ASSERT_TRUE(claims);
    EXPECT_TRUE(claims->has_mfa);
    EXPECT_EQ(claims->amr.size(), 64U);
    EXPECT_EQ(claims->amr.front().size(), 128U);
}

TEST(Token, IdtypIsKnownOnlyInItsTwoExactSpellings) {
    const std::pair<std::string, IdtypClaim> cases[] = {
        {R"("idtyp":"user")", IdtypClaim::user},     {R"("idtyp":"app")", IdtypClaim::app},
        {R"("other":1)", IdtypClaim::absent},        {R"("IDTYP":"app")", IdtypClaim::absent},
        {R"("idtyp":"App")", IdtypClaim::other},     {R"("idtyp":"USER")", IdtypClaim::other},
        {R"("idtyp":" app")", IdtypClaim::other},    {R"("idtyp":"app\u0000")", IdtypClaim::other},
        {R"("idtyp":"device")", IdtypClaim::other},  {R"("idtyp":"")", IdtypClaim::other},
        {R"("idtyp":null)", IdtypClaim::other},      {R"("idtyp":["app"])", IdtypClaim::other},
        {R"("idtyp":{"app":1})", IdtypClaim::other}, {R"("idtyp":1)", IdtypClaim::other},
        {R"("idtyp":true)", IdtypClaim::other}};
    for (const auto& [claims, want] : cases) {
        SCOPED_TRACE(claims);
        const auto decoded = decode_unverified(bearer("{" + claims + "}"));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->idtyp_claim, want);
    }
}

TEST(Token, DatesAreNumbersOfThisEra) {
    const std::pair<std::string, std::optional<long long>> cases[] = {
        {"1795514400", 1795514400},       {"1795514400.9", 1795514400},
        {"1.7955144e9", 1795514400},      {"0", 0},
        {"253402300799", 253402300799},   {"253402300800", std::nullopt},
        {"1795514400000", std::nullopt},  {"18446744073709551615", std::nullopt},
        {"1e300", std::nullopt},          {"-1", std::nullopt},
        {"\"1795514400\"", std::nullopt}, {"null", std::nullopt},
        {"true", std::nullopt},           {"[1795514400]", std::nullopt}};
    for (const auto& [value, want] : cases) {
        SCOPED_TRACE(value);
        const auto decoded = decode_unverified(bearer("{\"exp\":" + value + "}"));
        ASSERT_TRUE(decoded);
        EXPECT_TRUE(decoded->expires.present);
        ASSERT_EQ(decoded->expires.value.has_value(), want.has_value());
        if (!want) continue;
        EXPECT_EQ(*decoded->expires.value, base::Timestamp(std::chrono::seconds(*want)));
    }
}

}  // namespace
}  // namespace armgate::identity
