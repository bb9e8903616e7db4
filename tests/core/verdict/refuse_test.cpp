// Which refusal a request or an item gets, and when a body has to be waited for.
#include "core/verdict/refuse.hpp"

#include "core/base/json.hpp"
#include "core/verdict/rules.hpp"
#include "support/tokens.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::verdict {
namespace {

const Rules& rules() {
    static const Rules kRules = load_rules().value();
    return kRules;
}

ContentsItem item(const std::string& name, std::size_t depth, Outcome outcome, ClauseId clause) {
    ContentsItem out;
    out.name = name;
    out.method = "PUT";
    out.request_class = arm::RequestClass::write;
    out.operation = "Microsoft.Demo/things/write";
    out.depth = depth;
    out.verdict = {outcome, clause};
    return out;
}

ContentsItem fails(const std::string& name, std::size_t depth = 0) {
    return item(name, depth, Outcome::fail, ClauseId::user_without_mfa);
}

/// The targets of the answer's details; its code where it has none.
std::string told(const arm::LocalAnswer& answer) {
    const auto error = base::parse_json(answer.body, 32)->at("error");
    if (!error.contains("details")) return error.at("code").get<std::string>();
    std::string out;
    for (const auto& detail : error.at("details")) {
        out += (out.empty() ? "" : " ") + detail.at("target").get<std::string>();
    }
    return out;
}

arm::LocalAnswer answer_to(const Refused& request, Decision decision = Decision::refuse_mfa) {
    const identity::Identity who;
    const RefusalOptions options(arm::RefusalStyle::system, 401, who);
    return refuse(request, decision, options, arm::AnswerContext(), rules().arm);
}

Refused deployment(std::span<const ContentsItem> inside, Verdict verdict) {
    Refused out;
    out.operation = "Microsoft.Resources/deployments/write";
    out.resource_name = "d";
    out.verdict = verdict;
    out.inside = inside;
    return out;
}

TEST(Refuse, ADeploymentNamesTheResourcesThatFailAndNotWhatCarriesThem) {
    const std::vector<ContentsItem> inside{
        item("ok", 0, Outcome::pass, ClauseId::exempt_type),          fails("a/b"),
        item("nested", 0, Outcome::fail, ClauseId::contents),         fails("c", 1),
        item("doubt", 0, Outcome::uncertain, ClauseId::tenant_scope),
    };
    EXPECT_EQ(told(answer_to(deployment(inside, {Outcome::fail, ClauseId::contents}))), "b c");
}

TEST(Refuse, WhereNoneFailsItNamesTheUncertainOnesElseItself) {
    const std::vector<ContentsItem> doubtful{
        item("ok", 0, Outcome::pass, ClauseId::exempt_type),
        item("doubt", 0, Outcome::uncertain, ClauseId::contents_not_read)};
    const Verdict uncertain{Outcome::uncertain, ClauseId::contents};
    EXPECT_EQ(told(answer_to(deployment(doubtful, uncertain))), "doubt");
    EXPECT_EQ(told(answer_to(deployment({}, uncertain))), "d");
    EXPECT_EQ(told(answer_to(deployment({}, {Outcome::uncertain, ClauseId::contents_not_read}))),
              "d");
}

TEST(Refuse, OnlyADeploymentRefusedForItsContentsGetsDetails) {
    Refused batch = deployment({}, {Outcome::fail, ClauseId::contents});
    batch.operation = {};
    EXPECT_EQ(told(answer_to(batch)), "RequestDisallowedByAzure");
    EXPECT_EQ(told(answer_to(deployment({}, {Outcome::uncertain, ClauseId::unknown_identity}))),
              "RequestDisallowedByAzure");
    EXPECT_EQ(told(answer_to(deployment({}, {Outcome::uncertain, ClauseId::unusable_token}),
                             Decision::refuse_token)),
              "AuthenticationFailed");
}

TEST(Refuse, AnItemIsTakenWithWhatItCarries) {
    std::vector<ContentsItem> contents{fails("a"), item("d", 0, Outcome::fail, ClauseId::contents),
                                       fails("x", 1), fails("y", 2), fails("b")};
    contents[4].resource_id = "/subscriptions/s/providers/Microsoft.Demo/things/t";
    contents[4].request_class = arm::RequestClass::del;
    EXPECT_EQ(own_items(contents), (std::vector<std::size_t>{0, 1, 4}));
    EXPECT_TRUE(refused_item(contents, 0).inside.empty());
    EXPECT_EQ(refused_item(contents, 1).inside.size(), 2U);
    const Refused last = refused_item(contents, 4);
    EXPECT_EQ(last.resource_name, "t");
    EXPECT_TRUE(last.is_delete);
    EXPECT_TRUE(last.inside.empty());
}

TEST(HangsOnBody, OnlyWhereTheBodyCanChangeTheVerdict) {
    const std::string user = test::bearer(test::claims(R"("idtyp":"user","amr":["pwd"])"));
    const std::string mfa = test::bearer(test::claims(R"("idtyp":"user","amr":["mfa"])"));
    const std::string app = test::bearer(test::claims(R"("idtyp":"app")"));
    const std::string unknown = test::bearer(test::claims(R"("idtyp":"device")"));
    const std::string group = "/subscriptions/s/resourceGroups/g";
    const std::string deployments = group + "/providers/Microsoft.Resources/deployments/d";
    const struct {
        const char* method;
        std::string path;
        std::string token;
        bool hangs;
    } table[] = {
        {"PUT", deployments, user, true},
        {"POST", deployments + "/validate", user, true},
        {"POST", "/batch", user, true},
        {"PATCH", group, user, true},
        {"PUT", deployments, mfa, false},
        {"PUT", deployments, app, false},
        {"PUT", deployments, unknown, false},
        {"PUT", deployments, "nonsense", false},
        {"GET", deployments, user, false},
        {"DELETE", deployments, user, false},
        {"PUT", group, user, false},
        {"POST", group + "/moveResources", user, false},
        {"PATCH", group, app, false},
        {"POST", "/batch", mfa, false},
        {"PATCH", deployments, user, false},
        {"put", deployments, user, false},
        {"PUT", group + "/../x/" + deployments, user, false},
        {"PATCH", group + "/providers/Microsoft.Resources/tags/default", user, false},
    };
    for (const auto& row : table) {
        const std::string_view fields[] = {row.token};
        RequestView view;
        view.method = row.method;
        view.path = row.path;
        view.authorization = fields;
        const auto now = base::parse_rfc3339("2026-11-24T10:00:00Z").value();
        EXPECT_EQ(hangs_on_body(view, assess(view, now, rules())), row.hangs)
            << row.method << " " << row.path << " " << row.token.substr(0, 20);
    }
}

}  // namespace
}  // namespace armgate::verdict
