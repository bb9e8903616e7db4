#include "core/report/summary.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using trace::Action;
using trace::RequestRecord;
using verdict::ClauseId;
using verdict::Mode;
using verdict::Outcome;

RequestRecord request(Outcome outcome, const std::string& operation = "A/b/write") {
    RequestRecord record;
    record.method = outcome == Outcome::pass ? "GET" : "PUT";
    record.path = "/p";
    record.classification.request_class =
        outcome == Outcome::pass ? arm::RequestClass::read : arm::RequestClass::write;
    record.classification.operation = operation;
    record.verdict.outcome = outcome;
    record.verdict.clause = outcome == Outcome::pass   ? ClauseId::read
                            : outcome == Outcome::fail ? ClauseId::user_without_mfa
                                                       : ClauseId::tenant_scope;
    record.action = Action::forwarded;
    record.status = 200;
    record.tool.tool = "azure-cli";
    record.identity.name = "bob@example.com";
    return record;
}

Summary of(const std::vector<RequestRecord>& records) {
    Summary summary;
    for (const RequestRecord& record : records) summary.add(record);
    return summary;
}

TEST(Summary, SaysWhenNothingCame) {
    EXPECT_THAT(Summary().lines(Mode::observe),
                ElementsAre(HasSubstr("no ARM request"), HasSubstr("HTTPS_PROXY")));
}

TEST(Summary, NamesTheClientThatDoesNotTrustTheCaAndWhatItLacks) {
    Summary summary;
    summary.add_untrusting("curl", "CURL_CA_BUNDLE=/f/bundle.pem");
    summary.add_untrusting("Node", "NODE_EXTRA_CA_CERTS=/f/ca.pem");
    EXPECT_THAT(summary.lines(Mode::observe),
                ElementsAre("no ARM request came through armgate: curl does not trust its CA",
                            "next: set CURL_CA_BUNDLE=/f/bundle.pem"));
    summary.add(request(Outcome::fail));
    const auto lines = summary.lines(Mode::observe);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[2],
              "  not seen: calls of curl, which does not trust armgate's CA; it lacks "
              "CURL_CA_BUNDLE=/f/bundle.pem");
    EXPECT_THAT(lines[3], HasSubstr("next: "));
}

TEST(Summary, NamesTheOptionForAClientThatCannotSendCredentials) {
    Summary summary;
    summary.add_without_credentials();
    EXPECT_THAT(summary.lines(Mode::observe),
                ElementsAre(HasSubstr("credentials"), HasSubstr("--no-proxy-auth")));
}

TEST(Summary, CountsAndNamesWhatWouldBeRefused) {
    const Summary summary = of({request(Outcome::pass), request(Outcome::fail),
                                request(Outcome::fail), request(Outcome::fail, "C/d/delete")});
    EXPECT_THAT(
        summary.lines(Mode::observe),
        ElementsAre("4 ARM requests, 3 writes: 1 pass, 3 fail, 0 uncertain",
                    "  fail  A/b/write (2 times), through azure-cli",
                    "  fail  C/d/delete, through azure-cli",
                    "next: MFA enforcement would refuse these for bob@example.com; sign in with "
                    "MFA, or use a workload identity"));
}

TEST(Summary, OneIsNotWrittenAsMany) {
    EXPECT_THAT(of({request(Outcome::pass)}).lines(Mode::observe),
                ElementsAre("1 ARM request, 0 writes: 1 pass, 0 fail, 0 uncertain"));
}

TEST(Summary, TellsRefusedAndFailedApart) {
    RequestRecord refused = request(Outcome::fail);
    refused.action = Action::refused;
    RequestRecord failed = request(Outcome::pass);
    failed.action = Action::failed;
    EXPECT_EQ(
        of({refused, failed}).lines(Mode::enforce)[0],
        "2 ARM requests, 1 write: 1 pass, 1 fail, 0 uncertain; 1 refused; 1 did not get through");
    EXPECT_EQ(of({refused}).refused(), 1U);
}

TEST(Summary, IsTenLinesAtMost) {
    std::vector<RequestRecord> records;
    for (int i = 0; i < 40; ++i)
        records.push_back(request(Outcome::fail, "Op/" + std::to_string(i % 20)));
    const auto lines = of(records).lines(Mode::observe);
    EXPECT_LE(lines.size(), 10U);
    EXPECT_EQ(lines[4], "  fail  Op/3 (2 times), through azure-cli");
    EXPECT_EQ(lines[5], "  and 32 more requests");
    EXPECT_THAT(lines.back(), HasSubstr("next: "));
    for (const auto& line : lines) EXPECT_THAT(line, Not(HasSubstr("\n")));
}

RequestRecord refused(int number, const std::string& tool) {
    RequestRecord record = request(Outcome::fail, "Op/" + std::to_string(number));
    record.action = Action::refused;
    record.status = 401;
    record.tool.tool = tool;
    return record;
}

TEST(Summary, TellsHowRefusedWritesEnded) {
    RequestRecord again = refused(1, "azure-cli");
    again.verdict = {Outcome::pass, ClauseId::user_with_mfa};
    again.action = Action::forwarded;
    again.status = 201;
    again.retry = trace::Retry{1, trace::RetryToken::fresh};
    const auto lines =
        of({refused(1, "azure-cli"), again, refused(2, "azure-cli")}).lines(Mode::enforce);
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_EQ(lines[3], "  azure-cli: 1 recovered by signing in again, 1 gave up");
}

TEST(Summary, IsTenLinesAtMostWithEverythingInIt) {
    Summary summary;
    summary.add_untrusting("curl", "CURL_CA_BUNDLE=/f/bundle.pem");
    for (int i = 0; i < 40; ++i) summary.add(refused(i, "tool" + std::to_string(i % 5)));
    const auto lines = summary.lines(Mode::enforce);
    ASSERT_EQ(lines.size(), 10U);
    EXPECT_EQ(lines[6], "  tool0: 8 gave up");
    EXPECT_EQ(lines[7], "  4 other tools: 32 gave up");
    EXPECT_THAT(lines[9], HasSubstr("next: "));
}

TEST(Summary, EndsWithTheNextStep) {
    RequestRecord write = request(Outcome::pass);
    write.classification.request_class = arm::RequestClass::write;
    EXPECT_THAT(of({write}).lines(Mode::observe).back(), HasSubstr("next: nothing"));
    EXPECT_THAT(of({write}).lines(Mode::enforce).back(), Not(HasSubstr("next:")));
    RequestRecord unknown = request(Outcome::uncertain);
    unknown.verdict.clause = ClauseId::unusable_token;
    EXPECT_THAT(of({unknown}).lines(Mode::observe).back(), HasSubstr("armgate token"));
    RequestRecord nameless = request(Outcome::fail);
    nameless.identity.name.reset();
    EXPECT_THAT(of({nameless}).lines(Mode::observe).back(), HasSubstr("for this user"));
    EXPECT_THAT(of({write, request(Outcome::uncertain)}).lines(Mode::observe).back(),
                Not(HasSubstr("next: nothing")));
}

TEST(Summary, TheGateFiresByItsRule) {
    const struct {
        Outcome outcome;
        bool write, on_fail, on_uncertain, on_write;
    } cases[] = {{Outcome::pass, false, false, false, false},
                 {Outcome::pass, true, false, false, true},
                 {Outcome::fail, true, true, true, true},
                 {Outcome::uncertain, true, false, true, true}};
    for (const auto& c : cases) {
        RequestRecord record = request(c.outcome);
        record.classification.request_class =
            c.write ? arm::RequestClass::action : arm::RequestClass::read;
        const Summary summary = of({record});
        EXPECT_FALSE(summary.gate_fires(FailOn::never));
        EXPECT_EQ(summary.gate_fires(FailOn::fail), c.on_fail);
        EXPECT_EQ(summary.gate_fires(FailOn::uncertain), c.on_uncertain);
        EXPECT_EQ(summary.gate_fires(FailOn::write), c.on_write);
    }
    EXPECT_FALSE(Summary().gate_fires(FailOn::write));
}

TEST(RequestLine, HasOutcomeActionStatusAndOperation) {
    EXPECT_EQ(request_line(request(Outcome::fail)),
              "fail      forwarded 200  PUT    A/b/write  [user-without-mfa]");
    RequestRecord record = request(Outcome::pass);
    record.status.reset();
    record.action = Action::failed;
    record.classification.operation.reset();
    EXPECT_EQ(request_line(record), "pass      failed    ---  GET    GET /p  [read]");
}

TEST(RequestLine, NothingThatATerminalObeysAndNoTokenIsShown) {
    RequestRecord record = request(Outcome::fail);
    const std::string token = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJzZWNyZXQifQ.c2lnbmF0dXJl";
    record.classification.operation.reset();
    record.method = "\x1b[2J" + token;
    record.path = "/\x1b]0;x\x07\r\n\xff/" + token;
    record.tool.tool = "\x1b[31m" + token;
    record.identity.name = "\x1b[31m";
    std::string shown = request_line(record);
    for (const auto& line : of({record}).lines(Mode::observe)) shown += line;
    for (const char c : shown) EXPECT_TRUE(c >= 0x20 && c < 0x7F) << static_cast<int>(c);
    EXPECT_THAT(shown, Not(HasSubstr("eyJ")));
    EXPECT_THAT(shown, Not(HasSubstr("c2lnbmF0dXJl")));
}

}  // namespace
}  // namespace armgate::report
