// Realistic bodies of deployments, one a file of tests/data/templates: `// METHOD path`, the body,
// then what a user without MFA may expect, `=> outcome clause`, and a line an item.
#include "core/arm/contents.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/rules.hpp"
#include "support/tokens.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace armgate::verdict {
namespace {

struct Template {
    std::string method;
    std::string path;
    std::string body;
    std::string want;
};

std::map<std::string, Template> templates() {
    std::map<std::string, Template> out;
    for (const auto& entry : std::filesystem::directory_iterator(ARMGATE_TEST_DATA "/templates")) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        const std::size_t line = text.find('\n');
        const std::size_t space = text.find(' ', 3);
        const std::size_t want = text.find("\n=> ");
        Template& one = out[entry.path().stem().string()];
        one.method = text.substr(3, space - 3);
        one.path = text.substr(space + 1, line - space - 1);
        // The first line stays: ARM takes a comment there too.
        one.body = text.substr(0, want);
        if (want != std::string::npos) one.want = text.substr(want + 1);
    }
    return out;
}

const Rules& rules() {
    static const Rules kRules = load_rules().value();
    return kRules;
}

Assessment assessed(const Template& one, std::string_view claims) {
    const std::string token = test::bearer(test::claims(claims));
    const std::string_view fields[] = {token};
    RequestView view;
    view.method = one.method;
    view.path = one.path;
    view.authorization = fields;
    view.body = one.body;
    const auto now = base::parse_rfc3339("2026-11-24T10:00:00Z").value();
    return assess(view, now, rules());
}

std::string told(const Verdict& verdict) {
    return std::string(outcome_name(verdict.outcome)) + " " +
           std::string(clause_name(verdict.clause));
}

std::string told(const Assessment& assessment) {
    std::string out = "=> " + told(assessment.verdict) + "\n";
    if (!assessment.contents_unread.empty()) out += assessment.contents_unread + "\n";
    for (const auto& item : assessment.contents) {
        out += std::string(2 * item.depth, ' ') + item.method + " " + item.name + " " +
               item.operation.value_or("-") + ": " + told(item.verdict) + " " +
               item.resource_id.value_or("-") + "\n";
    }
    return out;
}

TEST(Templates, AUserWithoutMfaIsJudgedByWhatTheyHold) {
    const auto all = templates();
    ASSERT_GE(all.size(), 25U);
    for (const auto& [name, one] : all) {
        SCOPED_TRACE(name);
        EXPECT_EQ(told(assessed(one, R"("idtyp":"user","amr":["pwd"])")), one.want);
    }
}

TEST(Templates, MfaAndWorkloadsPassWithAllTheyHold) {
    for (const auto& [name, one] : templates()) {
        SCOPED_TRACE(name);
        const auto mfa = assessed(one, R"("idtyp":"user","amr":["pwd","mfa"])");
        EXPECT_EQ(told(mfa.verdict), "pass user-with-mfa");
        const auto app = assessed(one, R"("idtyp":"app")");
        EXPECT_EQ(told(app.verdict), "pass workload-identity");
        const auto user = assessed(one, R"("idtyp":"user","amr":["pwd"])");
        ASSERT_EQ(app.contents.size(), user.contents.size());
        for (const auto& item : app.contents) EXPECT_EQ(item.verdict.outcome, Outcome::pass);
    }
}

TEST(Templates, DoubtAboutTheCallerComesFirst) {
    for (const auto& [name, one] : templates()) {
        SCOPED_TRACE(name);
        const auto doubtful = assessed(one, R"("idtyp":"device")");
        EXPECT_EQ(told(doubtful.verdict), "uncertain unknown-identity");
        for (const auto& item : doubtful.contents) {
            if (item.method != "GET") EXPECT_EQ(item.verdict.outcome, Outcome::uncertain);
        }
    }
}

TEST(Templates, NoSecretComesOut) {
    for (const auto& [name, one] : templates()) {
        SCOPED_TRACE(name);
        const auto user = assessed(one, R"("idtyp":"user","amr":["pwd"])");
        std::string json;
        append_contents_json(json, user.contents);
        EXPECT_EQ((json + user.contents_unread).find("s3cret"), std::string::npos);
    }
}

}  // namespace
}  // namespace armgate::verdict
