// Tokens that try to be taken for somebody else's, to the end: what a write by them gets. A table
// of several hundred, and thousands of mutations of good ones against an oracle of a few lines.
#include "support/hostile_tokens.hpp"

#include "core/base/redact.hpp"
#include "core/verdict/rules.hpp"
#include "core/verdict/verdict.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace armgate::verdict {
namespace {

const base::Timestamp kNow = base::parse_rfc3339("2026-11-24T10:00:00Z").value();

const Rules& rules() {
    static const Rules kRules = load_rules().value();
    return kRules;
}

Assessment assessed(std::string_view method, const std::string& authorization) {
    const std::array<std::string_view, 1> fields{authorization};
    RequestView request;
    request.method = method;
    request.path = "/subscriptions/s/resourceGroups/g";
    request.authorization = fields;
    return assess(request, kNow, rules());
}

Decision decided(const Assessment& what) {
    return decide(Mode::enforce, what.verdict, what.identity, UncertainPolicy::by_cause);
}

TEST(HostileTokens, NeverMakeAWritePassAndNeverLeave) {
    const auto tokens = test::hostile_tokens();
    EXPECT_GT(tokens.size(), 350U);
    for (const auto& each : tokens) {
        SCOPED_TRACE(each.name);
        const Assessment put = assessed("PUT", each.value);
        EXPECT_EQ(clause_name(put.verdict.clause), each.clause);
        EXPECT_NE(put.verdict.outcome, Outcome::pass);
        EXPECT_EQ(decided(put),
                  each.clause == "unusable-token" ? Decision::refuse_token : Decision::refuse_mfa);
        for (const char* method : {"PATCH", "DELETE", "POST"}) {
            EXPECT_NE(assessed(method, each.value).verdict.outcome, Outcome::pass) << method;
        }
        EXPECT_EQ(put.identity.reason.find("eyJ"), std::string::npos);
    }
}

TEST(HostileTokens, HugeOnesAreTurnedDownAtOnce) {
    const auto begun = std::chrono::steady_clock::now();
    const std::string big(16UL * 1024 * 1024, 'A');
    std::string deep = R"({"a":)";
    for (int i = 0; i < 20'000; ++i) deep += R"({"a":[)";
    for (const std::string& value :
         {"Bearer " + big, "Bearer " + std::string(big.size(), '.'),
          "Bearer " + big + "." + big + "." + big, test::bearer(deep), std::string(big.size(), ' '),
          test::bearer(R"({"a":")" + std::string(48'000, '\\') + R"("})"),
          test::bearer("{" + std::string(48'000, ' ') + "}x")}) {
        EXPECT_NE(assessed("PUT", value).verdict.outcome, Outcome::pass);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

// --- mutations
// ------------------------------------------------------------------------------------

/// What ARM could take the token for at the most: a reading without any care but for one, that no
/// key of an object stands there twice. Where not even this one finds an app or MFA, nothing may
/// pass.
bool could_be_exempt(const std::string& authorization) {
    const std::size_t first = authorization.find('.');
    const std::size_t second = authorization.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos) return false;
    const auto payload =
        base::base64url_decode(authorization.substr(first + 1, second - first - 1));
    if (!payload) return false;
    std::vector<std::set<std::string>> keys;
    bool twice = false;
    const auto look = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
        using Event = nlohmann::json::parse_event_t;
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event == Event::key) twice |= !keys.back().insert(value.get<std::string>()).second;
        return true;
    };
    const auto claims = nlohmann::json::parse(*payload, look, false);
    if (twice) return false;
    if (!claims.is_object()) return false;
    const auto has = [&](const char* list, const char* value) {
        return claims.contains(list) && claims[list].is_array() &&
               std::find(claims[list].begin(), claims[list].end(), value) != claims[list].end();
    };
    return claims.value("idtyp", nlohmann::json()) == "app" || has("amr", "mfa") ||
           has("acrs", "p1");
}

class Mutator {
  public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

    std::string mutate(std::string text) {
        static const std::array kPieces{R"("idtyp":"app",)",
                                        R"("amr":"mfa",)",
                                        R"("amr":{"mfa":true},)",
                                        R"("amr":[["mfa"]],)",
                                        R"("acrs":"p1",)",
                                        "\\u0000",
                                        "\xEF\xBB\xBF",
                                        "1e400",
                                        "[[[[[[[[[[[[",
                                        "{}",
                                        "\xC0\xAF",
                                        "\\ud800",
                                        "99999999999999999999",
                                        "null",
                                        "\"\"",
                                        ",",
                                        ":",
                                        "}",
                                        "{",
                                        "=",
                                        ".",
                                        "\\u0069dtyp",
                                        " ",
                                        "/**/"};
        const std::size_t at = below(text.size() + 1);
        switch (below(8)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(random_());
                break;
            case 1:
                if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
                break;
            case 2:
                text.insert(at, 1, static_cast<char>(random_()));
                break;
            case 3:
                text.erase(at, 1 + below(8));
                break;
            case 4:
                text.insert(at, text.substr(below(text.size() + 1), below(40)));
                break;
            case 5:
                text.resize(at);
                break;
            case 6:
                if (at < text.size()) text[at] = static_cast<char>(std::toupper(text[at] & 0x7F));
                break;
            default:
                text.insert(at, kPieces.at(below(kPieces.size())));
        }
        return text;
    }

  private:
    std::mt19937 random_;
};

TEST(HostileTokens, NoMutationOfAUsersTokenPassesForSomebodyElse) {
    const std::array payloads{
        test::claims(R"("idtyp":"user","scp":"x","amr":["pwd"],"acrs":[],"oid":"o","tid":"t")"),
        test::claims(R"("idtyp":"user","amr":["pwd","fido"],"acrs":["c1"],"upn":"a@b.c")"),
        test::claims(R"("scp":"user_impersonation","amr":["pwd"],"name":"A B","puid":"1")"),
        test::claims(R"("idtyp":"device","sub":"a","oid":"a","groups":["g1","g2"])")};
    Mutator mutator(20261127);
    int passed = 0;
    for (int i = 0; i < 40'000; ++i) {
        std::string payload = payloads.at(mutator.below(payloads.size()));
        const std::size_t rounds = 1 + mutator.below(4);
        const bool encoded = mutator.below(4) == 0;
        if (!encoded) {
            for (std::size_t n = 0; n < rounds; ++n) payload = mutator.mutate(std::move(payload));
        }
        std::string value = test::bearer(payload);
        if (encoded) {
            for (std::size_t n = 0; n < rounds; ++n) value = mutator.mutate(std::move(value));
        }
        const Assessment put = assessed("PUT", value);
        const bool passes = put.verdict.outcome == Outcome::pass;
        passed += passes ? 1 : 0;
        ASSERT_TRUE(!passes || could_be_exempt(value)) << i << ": " << payload;
        ASSERT_TRUE(passes || decided(put) != Decision::forward) << i << ": " << payload;
    }
    EXPECT_LT(passed, 40) << "mutations hardly ever make a good claim";
}

TEST(HostileTokens, AMutationOfAnExemptTokenStaysWhoItWasOrIsNobody) {
    const std::string app = test::claims(R"("idtyp":"app","oid":"o","sub":"o","tid":"t")");
    Mutator mutator(7);
    int passed = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string payload = mutator.mutate(app);
        const std::string value = test::bearer(payload);
        const Assessment put = assessed("PUT", value);
        if (put.verdict.outcome != Outcome::pass) continue;
        ++passed;
        ASSERT_TRUE(could_be_exempt(value)) << i << ": " << payload;
        ASSERT_EQ(put.verdict.clause, ClauseId::workload_identity) << i << ": " << payload;
    }
    EXPECT_GT(passed, 1000) << "most values may change without harm: the test tries something";
}

}  // namespace
}  // namespace armgate::verdict
