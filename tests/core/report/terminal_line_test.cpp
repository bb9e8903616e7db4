#include "core/report/terminal_line.hpp"

#include "core/verdict/clauses.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::report {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using trace::Action;
using trace::RequestRecord;
using verdict::ClauseId;
using verdict::Outcome;

constexpr const char* kPath =
    "/subscriptions/33333333-aaaa-4bbb-8ccc-444444444444/resourceGroups/demo/providers/"
    "Microsoft.Storage/storageAccounts/demostore";

RequestRecord refused_put(const std::string& path = kPath) {
    RequestRecord record;
    record.method = "PUT";
    record.path = path;
    record.verdict.outcome = Outcome::fail;
    record.verdict.clause = ClauseId::user_without_mfa;
    record.action = Action::refused;
    record.status = 401;
    return record;
}

RequestRecord passed_get(const std::string& path = "/subscriptions") {
    RequestRecord record;
    record.method = "GET";
    record.path = path;
    record.verdict.outcome = Outcome::pass;
    record.verdict.clause = ClauseId::read;
    record.action = Action::forwarded;
    record.status = 200;
    return record;
}

std::string line(const RequestRecord& record, std::size_t width) {
    return terminal_line(record, {width, Color::off});
}

TEST(TerminalLine, GivesUpTheMiddleOfThePathFirstThenColumns) {
    const struct {
        std::size_t width;
        const char* want;
    } cases[] = {
        {200,
         "fail      refused   401 PUT     "
         "/subscriptions/33333333-aaaa-4bbb-8ccc-444444444444/resourceGroups/demo/providers/"
         "Microsoft.Storage/storageAccounts/demostore      user-without-mfa"},
        {120,
         "fail      refused   401 PUT     "
         "/subscriptions/3333333...s/Microsoft.Storage/storageAccounts/demostore user-without-mfa"},
        {80, "fail      refused   401 PUT     /subscrip...Accounts/demostore user-without-mfa"},
        {71, "fail      401 PUT     /subscrip...eAccounts/demostore user-without-mfa"},
        {40, "fail      401 PUT     /subs.../demostore"},
        {31, "fail      PUT     /su...mostore"},
        {20, "fail      PUT     /s"},
        {5, "fail"},
        {0, ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.width);
        EXPECT_EQ(line(refused_put(), c.width), c.want);
        EXPECT_LE(std::string(c.want).size(), c.width);
    }
}

TEST(TerminalLine, IsNeverWiderThanTheTerminalWhateverTheClientSends) {
    std::size_t longest_clause = 0;
    for (const ClauseId clause : {ClauseId::contents_not_read, ClauseId::workload_identity}) {
        longest_clause = std::max(longest_clause, verdict::clause_name(clause).size());
    }
    EXPECT_EQ(longest_clause, 17U);
    RequestRecord record = refused_put("/" + std::string(5000, 'x'));
    record.method = std::string(60, 'M');
    record.verdict.clause = ClauseId::contents_not_read;
    record.verdict.outcome = Outcome::uncertain;
    for (std::size_t width = 0; width <= 260; ++width) {
        EXPECT_LE(line(record, width).size(), width);
        EXPECT_LE(line(passed_get(""), width).size(), width);
    }
}

TEST(TerminalLine, ColumnsStandInTheSamePlaceInEveryLine) {
    for (const std::size_t width : {60U, 72U, 80U, 120U, 200U}) {
        SCOPED_TRACE(width);
        const std::string a = line(refused_put(), width);
        const std::string b = line(passed_get(), width);
        EXPECT_EQ(a.find('/'), b.find('/'));
        EXPECT_EQ(a.find("user-without-mfa"), b.rfind("read"));
    }
}

TEST(TerminalLine, ARequestWithoutAnAnswerHasADashForItsStatus) {
    RequestRecord record = passed_get();
    record.status.reset();
    record.action = Action::failed;
    EXPECT_THAT(line(record, 80), StartsWith("pass      failed    --- GET     /subscriptions"));
}

TEST(TerminalLine, ColourIsRoundTheOutcomeAndTakesNoColumn) {
    const std::string plain = line(refused_put(), 80);
    EXPECT_EQ(terminal_line(refused_put(), {80, Color::on}),
              "\x1b[31mfail\x1b[0m" + plain.substr(4));
    EXPECT_THAT(terminal_line(passed_get(), {80, Color::on}), StartsWith("\x1b[32mpass\x1b[0m "));
    RequestRecord uncertain = passed_get();
    uncertain.verdict.outcome = Outcome::uncertain;
    EXPECT_THAT(terminal_line(uncertain, {80, Color::on}), StartsWith("\x1b[33muncertain\x1b[0m"));
    EXPECT_EQ(terminal_line(uncertain, {4, Color::on}), "unce");
}

TEST(TerminalLine, NothingThatATerminalObeysAndNoTokenIsShown) {
    const std::string token = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJzZWNyZXQifQ.c2lnbmF0dXJl";
    RequestRecord record = refused_put("/\x1b]0;x\x07\r\n\xc3\xa9/" + token);
    record.method = "\x1b[2J";
    for (const std::size_t width : {40U, 80U, 200U}) {
        const std::string shown = line(record, width);
        for (const char c : shown) EXPECT_TRUE(c >= 0x20 && c < 0x7F) << static_cast<int>(c);
        EXPECT_THAT(shown, Not(HasSubstr("c2lnbm")));
    }
}

TEST(CutMiddle, KeepsBothEndsAndMoreOfTheSecond) {
    EXPECT_EQ(cut_middle("0123456789", 10), "0123456789");
    EXPECT_EQ(cut_middle("0123456789", 9), "01...6789");
    EXPECT_EQ(cut_middle("0123456789", 6), "0...89");
    EXPECT_EQ(cut_middle("0123456789", 5), "01234");
    EXPECT_EQ(cut_middle("0123456789", 0), "");
    EXPECT_EQ(cut_middle("", 3), "");
}

}  // namespace
}  // namespace armgate::report
