#include "core/verdict/contents.hpp"

#include "core/arm/contents.hpp"
#include "core/verdict/rules.hpp"
#include "support/tokens.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::verdict {
namespace {

const std::string kGroup = "/subscriptions/s/resourceGroups/rg";
const std::string kDeployment = kGroup + "/providers/Microsoft.Resources/deployments/d";
const std::string kUser = test::bearer(test::claims(R"("idtyp":"user","amr":["pwd"])"));
const std::string kApp = test::bearer(test::claims(R"("idtyp":"app")"));

const Rules& rules() {
    static const Rules kRules = load_rules().value();
    return kRules;
}

Assessment assessed(std::string_view method,
                    std::string_view path,
                    std::string_view body,
                    const std::string& token = kUser,
                    arm::Cloud cloud = arm::Cloud::azure_public) {
    const std::string_view fields[] = {token};
    RequestView view;
    view.method = method;
    view.path = path;
    view.cloud = cloud;
    view.authorization = fields;
    view.body = body;
    return assess(view, base::parse_rfc3339("2026-11-24T10:00:00Z").value(), rules());
}

std::string told(const Verdict& verdict) {
    return std::string(outcome_name(verdict.outcome)) + " " +
           std::string(clause_name(verdict.clause));
}

std::string item(const std::string& method,
                 const std::string& path,
                 const std::string& content = "null") {
    static int count = 0;
    return "{name:'" + std::to_string(count++) + "',httpMethod:'" + method + "',url:'" + path +
           "',content:" + content + "}";
}

std::string batch(const std::vector<std::string>& items) {
    std::string out = "{requests:[";
    for (const auto& one : items) out += one + ",";
    return out + "]}";
}

const std::string kRead = item("GET", kGroup);
const std::string kWrite = item("PUT", kGroup);
const std::string kTags = item("PATCH", kGroup, "{tags:{a:'b'}}");
const std::string kAction = item("POST", kGroup + "/providers/Microsoft.Storage/s/a/listKeys");
const std::string kExempt = item("PUT", kGroup + "/providers/Microsoft.Resources/tags/default");
const std::string kLinked = item("PUT", kDeployment, "{properties:{templateLink:{}}}");
const std::string kEmpty = item("PUT", kDeployment, "{properties:{template:{resources:[]}}}");

TEST(Contents, TogetherTheItemsMakeTheVerdict) {
    const std::pair<std::vector<std::string>, const char*> table[] = {
        {{}, "pass contents"},
        {{kRead}, "pass contents"},
        {{kRead, kExempt, kEmpty}, "pass contents"},
        {{kWrite}, "fail contents"},
        {{kRead, kWrite, kLinked, kAction}, "fail contents"},
        {{kRead, kAction}, "uncertain contents"},
        {{kTags}, "uncertain contents"},
        {{kLinked, kRead}, "uncertain contents-not-read"},
        {{kLinked, kAction}, "uncertain contents-not-read"},
    };
    for (const auto& [items, want] : table) {
        const std::string body = batch(items);
        SCOPED_TRACE(body);
        const auto assessment = assessed("POST", "/batch", body);
        EXPECT_EQ(told(assessment.verdict), want);
        EXPECT_EQ(assessment.contents.size(), items.size());
    }
}

TEST(Contents, EachItemIsJudgedAsIfItCameAlone) {
    const auto assessment = assessed(
        "POST", "/batch", batch({kRead, kWrite, kTags, kAction, kExempt, kLinked, kEmpty}));
    std::vector<std::string> got;
    for (const auto& one : assessment.contents) got.push_back(told(one.verdict));
    const std::vector<std::string> want{"pass read",           "fail user-without-mfa",
                                        "uncertain tags-only", "uncertain post-action",
                                        "pass exempt-type",    "uncertain contents-not-read",
                                        "pass contents"};
    EXPECT_EQ(got, want);
}

TEST(Contents, WithoutABodyNothingIsSaid) {
    const std::string_view fields[] = {kUser};
    RequestView view;
    view.method = "PUT";
    view.path = kDeployment;
    view.authorization = fields;
    const auto assessment = assess(view, base::Timestamp(), rules());
    EXPECT_EQ(assessment.verdict.clause, ClauseId::contents_not_read);
    EXPECT_TRUE(assessment.contents.empty());
    EXPECT_TRUE(assessment.contents_unread.empty());
}

TEST(Contents, TagsAloneAreUncertain) {
    const std::string vault = kGroup + "/providers/Microsoft.KeyVault/vaults/kv";
    EXPECT_EQ(told(assessed("PATCH", vault, R"({"tags":{}})").verdict), "uncertain tags-only");
    EXPECT_EQ(told(assessed("PATCH", vault, R"({"tags":{},"sku":{}})").verdict),
              "fail user-without-mfa");
    EXPECT_EQ(told(assessed("PATCH", vault, "not JSON").verdict), "fail user-without-mfa");
    EXPECT_EQ(told(assessed("PATCH", "/x/.." + vault, R"({"tags":{}})").verdict),
              "fail user-without-mfa");
    EXPECT_EQ(told(assessed("PUT", vault, R"({"tags":{}})").verdict), "fail user-without-mfa");
    EXPECT_EQ(told(assessed("PATCH", kGroup + "/providers/Microsoft.Resources/tags/default",
                            R"({"tags":{}})")
                       .verdict),
              "pass exempt-type");
    EXPECT_EQ(told(assessed("PATCH", vault, R"({"tags":{}})", kApp).verdict),
              "pass workload-identity");
}

TEST(Contents, OtherCloudsAreNotEnforcedAnywhere) {
    const auto assessment = assessed("POST", "/batch", batch({kWrite}), kUser, arm::Cloud::other);
    EXPECT_EQ(told(assessment.verdict), "pass other-cloud");
    EXPECT_EQ(told(assessment.contents.at(0).verdict), "pass other-cloud");
}

TEST(Contents, ABatchIsDecidedItemByItem) {
    const std::string nested =
        item("PUT", kDeployment,
             "{properties:{template:{resources:[{type:'Microsoft.A/b',name:'x'}]}}}");
    const auto assessment =
        assessed("POST", "/batch", batch({kRead, nested, kAction, kWrite, kLinked, kExempt}));
    using Positions = std::vector<std::size_t>;
    EXPECT_EQ(refused_items(Mode::enforce, assessment, UncertainPolicy::by_cause),
              (Positions{1, 3, 4}));
    EXPECT_EQ(refused_items(Mode::enforce, assessment, UncertainPolicy::forward),
              (Positions{1, 3}));
    EXPECT_EQ(refused_items(Mode::enforce, assessment, UncertainPolicy::block),
              (Positions{1, 2, 3, 4}));
    EXPECT_EQ(refused_items(Mode::observe, assessment, UncertainPolicy::block), Positions{});
}

TEST(Contents, PoliciesAreNamedWhereTheyApply) {
    auto assessment =
        assessed("POST", "/batch", batch({kRead, kWrite, item("DELETE", kGroup), kAction}));
    name_policies(assessment.contents, arm::RefusalStyle::system, rules().arm);
    EXPECT_EQ(assessment.contents[0].policy, "");
    EXPECT_EQ(assessment.contents[1].policy, "sys.mfa-write");
    EXPECT_EQ(assessment.contents[2].policy, "sys.mfa-delete");
    EXPECT_EQ(assessment.contents[3].policy, "");
}

/// Bodies made of pieces that matter to the readers, joined in every odd way.
std::string random_value(std::mt19937& random, int depth) {
    static const std::vector<std::string> kKeys = {"properties",
                                                   "template",
                                                   "resources",
                                                   "type",
                                                   "name",
                                                   "mode",
                                                   "requests",
                                                   "httpMethod",
                                                   "url",
                                                   "content",
                                                   "copy",
                                                   "count",
                                                   "condition",
                                                   "existing",
                                                   "scope",
                                                   "tags",
                                                   "Type",
                                                   "import",
                                                   "parameters",
                                                   "variables",
                                                   "value",
                                                   "relativeUrl",
                                                   "templateLink",
                                                   "deploymentScope",
                                                   "expressionEvaluationOptions"};
    static const std::vector<std::string> kValues = {"'Microsoft.Resources/tags'",
                                                     "'Microsoft.KeyVault/vaults'",
                                                     "'default'",
                                                     "true",
                                                     "false",
                                                     "0",
                                                     "3",
                                                     "null",
                                                     "'[parameters(\\'x\\')]'",
                                                     "'[copyIndex()]'",
                                                     "'GET'",
                                                     "'PUT'",
                                                     "'Microsoft.Resources/deployments'",
                                                     "'/'",
                                                     "'/subscriptions/s/resourceGroups/g'",
                                                     "'Complete'",
                                                     "'inner'",
                                                     "'a/b'",
                                                     "''",
                                                     "'../x'",
                                                     "'[[x]'",
                                                     "'providers/tags'"};
    const auto pick = random() % 10;
    if (depth == 0 || pick < 3) return kValues[random() % kValues.size()];
    std::string out = pick < 6 ? "[" : "{";
    const auto count = random() % 4;
    for (unsigned i = 0; i < count; ++i) {
        if (pick >= 6) out += kKeys[random() % kKeys.size()] + ":";
        out += random_value(random, depth - 1) + ",";
    }
    return out + (pick < 6 ? "]" : "}");
}

std::string random_resource(std::mt19937& random) {
    static const std::vector<std::string> kTypes = {"'Microsoft.Resources/tags'",
                                                    "'Microsoft.KeyVault/vaults'",
                                                    "'Microsoft.Resources/deployments'",
                                                    "'Microsoft.Resources/resourceGroups'",
                                                    "'Microsoft.Billing/x'",
                                                    "'Microsoft.Resources/templateSpecs'"};
    std::string out = "{type:" + kTypes[random() % kTypes.size()] + ",name:'n'";
    const std::array<std::string, 8> keys{"condition", "copy",  "resources", "properties",
                                          "existing",  "scope", "parent",    "extension"};
    for (const auto& key : keys) {
        if (random() % 4 == 0) out += "," + key + ":" + random_value(random, 4);
    }
    return out + "}";
}

std::string random_body(std::mt19937& random) {
    switch (random() % 4) {
        case 0:
            return random_value(random, 6);
        case 1:
            return "{requests:[" + random_value(random, 4) + "]}";
        case 2: {
            std::string resources;
            for (auto i = random() % 4; i > 0; --i) resources += random_resource(random) + ",";
            return "{properties:{mode:'Incremental',template:{resources:[" + resources + "]}}}";
        }
        default: {
            std::string text = random_value(random, 6);
            if (!text.empty()) text[random() % text.size()] = static_cast<char>(random() % 256);
            return text;
        }
    }
}

bool may_pass(ClauseId clause) {
    return clause == ClauseId::read || clause == ClauseId::exempt_type ||
           clause == ClauseId::exempt_delete || clause == ClauseId::contents;
}

/// No body makes a write by a user without MFA a `pass`, but where every part of it is one.
TEST(Contents, NoBodyMakesAPassWithoutAClauseThatNamesWhy) {
    std::mt19937 random(20261125);
    const std::pair<const char*, std::string> requests[] = {
        {"PUT", kDeployment},
        {"POST", kDeployment + "/validate"},
        {"POST", "/batch"},
        {"POST", "/providers/Microsoft.Resources/validateResources"},
        {"PATCH", kGroup},
        {"PUT", kGroup},
        {"DELETE", kGroup},
        {"PUT", "/x/.." + kDeployment},
        {"PUT", "/subscriptions/s/providers/Microsoft.Resources/deploymentStacks/s"}};
    int passes = 0;
    int fails = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto& [method, path] = requests[random() % std::size(requests)];
        const std::string body = random_body(random);
        const auto assessment = assessed(method, path, body);
        const Verdict& verdict = assessment.verdict;
        if (verdict.outcome == Outcome::fail && verdict.clause == ClauseId::contents) ++fails;
        bool any_fails = false;
        bool all_pass = true;
        for (const auto& one : assessment.contents) {
            if (one.verdict.outcome == Outcome::pass) {
                ASSERT_TRUE(may_pass(one.verdict.clause)) << method << " " << path << " " << body;
            }
            if (one.depth != 0) continue;
            any_fails = any_fails || one.verdict.outcome == Outcome::fail;
            all_pass = all_pass && one.verdict.outcome == Outcome::pass;
        }
        if (any_fails) {
            ASSERT_EQ(told(verdict), "fail contents") << body;
        }
        if (verdict.outcome != Outcome::pass) continue;
        ++passes;
        ASSERT_EQ(verdict.clause, ClauseId::contents) << method << " " << path << " " << body;
        ASSERT_TRUE(all_pass) << body;
        ASSERT_EQ(path.find(".."), std::string::npos);
    }
    EXPECT_GT(passes, 100);
    EXPECT_GT(fails, 100);
}

}  // namespace
}  // namespace armgate::verdict
