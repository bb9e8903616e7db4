#include "core/report/report.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::report {
namespace {

struct Seen {
    const char* operation;
    arm::RequestClass request_class;
    verdict::Verdict verdict;
    const char* caller = "bob@example.com";
    const char* version = "2.81.0";
};

constexpr verdict::Verdict kFail{verdict::Outcome::fail, verdict::ClauseId::user_without_mfa};
constexpr verdict::Verdict kRead{verdict::Outcome::pass, verdict::ClauseId::read};
constexpr verdict::Verdict kAction{verdict::Outcome::uncertain, verdict::ClauseId::post_action};

std::string line_of(const Seen& seen, const char* resource = "/subscriptions/s/resourceGroups/g") {
    trace::RequestRecord record;
    record.tool = {"azure-cli", seen.version, "2.76.0", std::string(seen.version) >= "2.76.0"};
    record.method = "PUT";
    record.classification.request_class = seen.request_class;
    record.classification.operation = seen.operation;
    record.classification.resource_id = resource;
    record.identity.kind = identity::IdentityKind::user;
    record.identity.name = seen.caller;
    record.verdict = seen.verdict;
    record.action = trace::Action::forwarded;
    return trace::encode(record, *base::load_redaction_rules());
}

void add(Report& report, const std::string& line) {
    report.add_line(std::string_view(line).substr(0, line.size() - 1));
}

TEST(Report, GroupsWhatIsAlikeAndPutsFailuresFirst) {
    Report report;
    const Seen write{"Microsoft.Storage/storageAccounts/write", arm::RequestClass::write, kFail};
    const Seen action{"Microsoft.Storage/storageAccounts/listKeys/action",
                      arm::RequestClass::action, kAction};
    for (int i = 0; i < 3; ++i) add(report, line_of(action));
    add(report, line_of(write, "/a"));
    add(report, line_of(write, "/b"));
    add(report, line_of({"x/read", arm::RequestClass::read, kRead}));
    const auto findings = report.findings();
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].operation, write.operation);
    EXPECT_EQ(findings[0].count, 2U);
    EXPECT_EQ(findings[0].resources, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_EQ(findings[1].operation, action.operation);
    EXPECT_EQ(findings[1].count, 3U);
}

TEST(Report, KeepsCallersAndToolsApart) {
    Report report;
    const char* operation = "Microsoft.Storage/storageAccounts/write";
    add(report, line_of({operation, arm::RequestClass::write, kFail, "bob@example.com"}));
    add(report, line_of({operation, arm::RequestClass::write, kFail, "eve@example.com"}));
    add(report, line_of({operation, arm::RequestClass::write, kFail, "eve@example.com", "2.61.0"}));
    EXPECT_EQ(report.findings().size(), 3U);
}

TEST(Report, TellsHowRefusedWritesEndedAsTheSummaryDoes) {
    const auto redaction = base::load_redaction_rules();
    const auto rules = verdict::load_rules();
    ASSERT_TRUE(redaction && rules);
    trace::RequestRecord first;
    first.seq = 1;
    first.tool.tool = "azure-cli";
    first.classification.request_class = arm::RequestClass::write;
    first.verdict = {verdict::Outcome::fail, verdict::ClauseId::user_without_mfa};
    first.action = trace::Action::refused;
    first.status = 401;
    trace::RequestRecord again = first;
    again.seq = 2;
    again.verdict = {verdict::Outcome::pass, verdict::ClauseId::user_with_mfa};
    again.action = trace::Action::forwarded;
    again.status = 201;
    again.retry = trace::Retry{1, trace::RetryToken::fresh};
    trace::RequestRecord other = first;
    other.seq = 3;
    other.tool.tool = "terraform";
    Report report;
    SignIns live;
    for (const auto& record : {first, again, other}) {
        report.add_line(trace::encode(record, *redaction));
        live.add(record);
    }
    const std::string text = report.text(*rules);
    for (const std::string& line : live.lines(2)) {
        EXPECT_NE(text.find("\n  " + line + "\n"), std::string::npos) << text;
    }
    const auto json = nlohmann::json::parse(report.json(*rules))["refused_writes"];
    ASSERT_EQ(json.size(), 2U);
    EXPECT_EQ(json[0], nlohmann::json::parse(
                           R"({"tool":"azure-cli","recovered":1,"gave_up":0,)"
                           R"("got_through_otherwise":0,"sent_again_with_same_token":0})"));
    EXPECT_EQ(json[1]["gave_up"], 1);
}

TEST(Report, CountsTornLinesAndLostRecords) {
    Report report;
    report.add_line("");
    report.add_line(R"({"record":"requ)");
    report.add_line(trace::encode_gap(4));
    EXPECT_EQ(report.torn(), 1U);
    EXPECT_EQ(report.records(), 1U);
    const auto rules = verdict::load_rules();
    ASSERT_TRUE(rules);
    const std::string text = report.text(*rules);
    EXPECT_NE(text.find("1 line not read"), std::string::npos);
    EXPECT_NE(text.find("4 records lost"), std::string::npos);
}

TEST(Report, SaysWhoWhatThroughWhichToolAndWhatNext) {
    Report report;
    add(report, line_of({"Microsoft.Storage/storageAccounts/write", arm::RequestClass::write, kFail,
                         "bob@example.com", "2.61.0"}));
    const auto rules = verdict::load_rules();
    ASSERT_TRUE(rules);
    const std::string text = report.text(*rules);
    for (const char* part :
         {"1 ARM request", "Microsoft.Storage/storageAccounts/write", "bob@example.com",
          "azure-cli 2.61.0", "needs 2.76.0", "next: ", "/subscriptions/s/",
          "user-without-mfa (certain; inferred for PATCH, Microsoft.Resources/"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part;
    }
    const auto json = nlohmann::json::parse(report.json(*rules));
    EXPECT_EQ(json["schema"], "armgate.report/1");
    EXPECT_EQ(json["by_outcome"]["fail"], 1);
    EXPECT_EQ(json["by_class"]["write"], 1);
    EXPECT_EQ(json["findings"][0]["caller"], "bob@example.com");
    EXPECT_EQ(json["findings"][0]["next"],
              rules->clause(verdict::ClauseId::user_without_mfa).action);
    EXPECT_EQ(json["tools_below_minimum"][0]["minimum"], "2.76.0");
    EXPECT_EQ(json["findings"][0]["certainty"], "certain");
    Report group;
    add(group, line_of({"Microsoft.Resources/subscriptions/resourceGroups/write",
                        arm::RequestClass::write, kFail, "bob@example.com", "2.81.0"}));
    EXPECT_EQ(nlohmann::json::parse(group.json(*rules))["findings"][0]["certainty"], "inferred");
}

TEST(Report, ShowsNothingThatATerminalWouldObey) {
    Report report;
    add(report, line_of({"a\x1b[2Jb", arm::RequestClass::write, kFail, "bob\r\n\x07"}));
    const auto rules = verdict::load_rules();
    ASSERT_TRUE(rules);
    for (const char c : report.text(*rules)) {
        EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F));
    }
}

}  // namespace
}  // namespace armgate::report
