#include "support/hostile_fixture.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <iostream>

#include <gmock/gmock.h>

namespace armgate::tests {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Stands in the token, the query and wherever else a case may hold a secret.
constexpr const char* kPlanted = "PLANTED";

bool is_final(const std::string& answer) {
    return !answer.starts_with('1');
}

/// The case's target as it has to go out: an absolute form loses scheme and authority.
std::string origin_of(const std::string& target) {
    if (!base::ascii_istarts_with(target, "https://")) return target;
    return target.substr(target.find('/', 8));
}

void expect_only_what_may_pass(const StrictMessage& got) {
    EXPECT_TRUE(got.is_canonical);
    const std::size_t passing = got.end_to_end().size();
    const std::size_t framing = got.values("Host").size() + got.values("Content-Length").size() +
                                got.values("Transfer-Encoding").size();
    EXPECT_EQ(got.fields.size(), passing + framing + got.values("Connection").size());
}

}  // namespace

HostileTest::HostileTest() : witness_(upstream_), rules_(verdict::load_rules().value()) {
    settings_.limits.expect_continue = std::chrono::milliseconds(200);
    settings_.limits.response_head = std::chrono::seconds(5);
    settings_.limits.body_progress = std::chrono::seconds(5);
}

void HostileTest::run_all(const HostileGroup& group,
                          const std::function<void(const HostileCase&)>& run) {
    expect_canary("first");
    static_cast<void>(new_records());
    for (const HostileCase& one : group.cases) {
        std::cout << one.name << std::endl;  // flushed: a crash must still name its case
        SCOPED_TRACE(one.name);
        try {
            run(one);
            expect_canary(one.name);
        } catch (const WireError& error) {
            ADD_FAILURE() << error.what();
        }
        static_cast<void>(new_records());
    }
    end_proxy();
    EXPECT_TRUE(upstream_.wait_for_end());
    EXPECT_EQ(witness_.take_requests().size(), 0U) << "more requests than cases that pass";
    for (const std::string& rest : witness_.take_rest()) {
        EXPECT_FALSE(strict_request(rest)) << rest;
    }
}

void HostileTest::expect_canary(const std::string& name) {
    const std::string target = "/canary/" + name;
    Wire wire = arm();
    wire.send(request("GET", target));
    const Message answer = wire.read_response();
    EXPECT_EQ(answer.status(), 200) << answer.raw;
    EXPECT_EQ(answer.body, target);
}

std::string HostileTest::say_to_arm(std::string_view bytes) {
    Wire wire = arm();
    static_cast<void>(wire.try_send(bytes));
    wire.finish_sending();
    return wire.read_to_end();
}

std::vector<trace::Record> HostileTest::new_records() {
    const std::string all = proxy().trace();
    std::string_view added = std::string_view(all).substr(trace_read_);
    trace_read_ = all.size();
    EXPECT_TRUE(added.empty() || added.back() == '\n');
    EXPECT_THAT(std::string(added), Not(HasSubstr(kPlanted)));
    std::vector<trace::Record> records;
    while (!added.empty()) {
        const std::string_view line = added.substr(0, added.find('\n'));
        added.remove_prefix(line.size() + 1);
        EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) {
            return c >= 0x20 && c < 0x7F;
        })) << line;
        const auto record = trace::decode(line);
        EXPECT_TRUE(record) << line;
        if (record) records.push_back(*record);
    }
    return records;
}

std::vector<trace::RequestRecord> HostileTest::new_requests() {
    std::vector<trace::RequestRecord> out;
    for (const trace::Record& record : new_records()) {
        if (const auto* request = std::get_if<trace::RequestRecord>(&record)) {
            out.push_back(*request);
        }
    }
    return out;
}

void HostileTest::expect_refusal(const HostileCase& one, const Message& answer) {
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 " + one.answers.back() + " "));
    EXPECT_EQ(answer.value("Connection"), "close");
    EXPECT_THAT(answer.body, HasSubstr(R"("message":"armgate: )"));
    EXPECT_THAT(answer.body, HasSubstr(one.says));
    EXPECT_THAT(answer.raw, Not(HasSubstr(kPlanted)));
    const auto printable = [](char c) { return c >= 0x20 && c < 0x7F; };
    EXPECT_TRUE(std::all_of(answer.body.begin(), answer.body.end(), printable)) << answer.body;
}

void HostileTest::expect_record(const HostileCase& one, const trace::RequestRecord& record) {
    EXPECT_EQ(record.action, trace::Action::refused);
    EXPECT_EQ(record.verdict.clause, verdict::ClauseId::not_forwardable);
    EXPECT_EQ(record.verdict.outcome, verdict::Outcome::uncertain);
    EXPECT_EQ(std::to_string(record.status.value_or(0)), one.answers.back());
    EXPECT_EQ(record.error.substr(0, record.error.find(':')), one.rule) << record.error;
    EXPECT_THAT(record.error, HasSubstr(one.says));
}

void HostileTest::run_request(const HostileCase& one) {
    Wire wire = arm();
    if (one.answers.front() == "cut" || one.answers.front() == "silence") {
        run_unfinished(one, wire);
        return;
    }
    const std::size_t before = upstream_.accepted();
    const std::string after = "/canary/after-" + one.name;
    static_cast<void>(wire.try_send(one.bytes));
    static_cast<void>(wire.try_send(request("GET", after)));
    std::string method = one.method();
    Message answer;
    for (const std::string& status : one.answers) {
        answer = wire.read_response(method);
        EXPECT_EQ(std::to_string(answer.status()), status) << answer.raw;
        if (is_final(status)) method = "GET";
    }
    const bool stays_open = one.rule == "keep";
    if (stays_open) {
        EXPECT_EQ(wire.read_response().body, after);
        wire.finish_sending();
    }
    EXPECT_EQ(wire.read_to_end(), "") << "answered more than it was asked";
    const auto finals = std::count_if(one.answers.begin(), one.answers.end(), is_final);
    const auto records = new_requests();
    ASSERT_EQ(records.size(), static_cast<std::size_t>(finals) + (stays_open ? 1 : 0));
    expect_requests(one, records);
    if (!one.is_refused()) return;
    expect_refusal(one, answer);
    EXPECT_EQ(answer.value("x-armgate-verdict"), "not-forwardable");
    expect_record(one, records.back());
    // A chunk is seen to be bad when its message is on the way; anything else, before.
    const bool may_have_begun = one.rule == "chunk_invalid";
    EXPECT_TRUE(may_have_begun || upstream_.accepted() == before);
}

void HostileTest::run_unfinished(const HostileCase& one, Wire& wire) {
    const std::size_t before = proxy().records().requests(0).size();
    wire.send(one.bytes);
    wire.finish_sending();
    EXPECT_EQ(wire.read_to_end(), "");
    EXPECT_EQ(witness_.take_requests().size(), 0U);
    if (one.answers.front() == "silence") {
        EXPECT_EQ(new_requests().size(), 0U);
        return;
    }
    static_cast<void>(proxy().records().requests(before + 1));
    const auto records = new_requests();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].action, trace::Action::failed);
    EXPECT_THAT(records[0].error, StartsWith(one.rule + ": "));
}

void HostileTest::expect_requests(const HostileCase& one,
                                  const std::vector<trace::RequestRecord>& records) {
    const std::vector<StrictMessage> seen = witness_.take_requests();
    const auto passed = std::count(one.answers.begin(), one.answers.end(), "200");
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(passed));
    std::string_view rest = one.bytes;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const auto sent = strict_request(rest);
        ASSERT_TRUE(sent);
        rest.remove_prefix(sent->size);
        expect_only_what_may_pass(seen[i]);
        EXPECT_EQ(seen[i].start_line,
                  sent->method() + " " + origin_of(sent->target()) + " HTTP/1.1");
        EXPECT_EQ(seen[i].values("Host"), std::vector<std::string>{kArm});
        EXPECT_EQ(seen[i].values("Connection").size(), 0U);
        EXPECT_EQ(seen[i].end_to_end(), sent->end_to_end());
        EXPECT_EQ(seen[i].body, sent->body);
        EXPECT_EQ(records[i].action, trace::Action::forwarded);
        EXPECT_EQ(records[i].request_bytes, sent->body.size());
        expect_same_verdict(seen[i], records[i]);
    }
}

void HostileTest::expect_same_verdict(const StrictMessage& seen,
                                      const trace::RequestRecord& record) {
    const std::string method = seen.method();
    const std::string target = seen.target();
    const std::vector<std::string> tokens = seen.values("Authorization");
    const std::vector<std::string_view> authorization(tokens.begin(), tokens.end());
    verdict::RequestView view;
    view.method = method;
    view.path = std::string_view(target).substr(0, target.find('?'));
    view.host = kArm;
    view.authorization = authorization;
    verdict::Assessment again = verdict::assess(view, record.time, rules_);
    if (verdict::hangs_on_body(view, again)) {
        view.body = seen.body;
        verdict::judge_body(view, again, rules_);
    }
    EXPECT_EQ(record.method, method);
    EXPECT_EQ(record.path, view.path);
    EXPECT_EQ(record.classification.request_class, again.request.request_class);
    EXPECT_EQ(record.classification.operation, again.request.operation);
    EXPECT_EQ(record.classification.resource_id, again.request.resource_id);
    EXPECT_EQ(record.verdict.outcome, again.verdict.outcome);
    EXPECT_EQ(record.verdict.clause, again.verdict.clause);
    EXPECT_EQ(record.identity.kind, again.identity.kind);
}

void HostileTest::run_connect(const HostileCase& one) {
    const std::size_t before = upstream_.accepted();
    Wire wire = dial();
    static_cast<void>(wire.try_send(one.bytes));
    if (one.answers.front() == "200") {
        run_tunnel(one, wire);
        return;
    }
    if (one.answers.front() == "silence") {
        wire.finish_sending();
        EXPECT_EQ(wire.read_to_end(), "");
        EXPECT_EQ(new_records().size(), 0U);
        return;
    }
    const Message answer = wire.read_response();
    EXPECT_EQ(wire.read_to_end(), "");
    expect_refusal(one, answer);
    EXPECT_EQ(upstream_.accepted(), before);
    const std::vector<trace::Record> records = new_records();
    // Bytes that begin no request are answered, and that is all.
    if (one.name.find("-garbage-") != std::string::npos) {
        EXPECT_EQ(records.size(), 0U);
        return;
    }
    ASSERT_EQ(records.size(), 1U);
    if (const auto* tunnel = std::get_if<trace::TunnelRecord>(&records[0])) {
        EXPECT_THAT(tunnel->error, StartsWith(one.rule + ": "));
        return;
    }
    expect_record(one, std::get<trace::RequestRecord>(records[0]));
}

void HostileTest::run_tunnel(const HostileCase& one, Wire& wire) {
    EXPECT_EQ(wire.read_head().status(), 200);
    if (one.rule == "tls") {
        wire.start_tls(tls_options());
        wire.send(request("GET", "/canary/inside"));
        EXPECT_EQ(wire.read_response().body, "/canary/inside");
        return;
    }
    wire.finish_sending();
    // What followed CONNECT was taken for a ClientHello, and is none: an alert at the most.
    const std::string rest = wire.read_to_end();
    EXPECT_EQ(rest.find("HTTP/"), std::string::npos);
    EXPECT_EQ(new_requests().size(), 0U);
}

void HostileTest::run_answer(const HostileCase& one, std::string method) {
    if (one.name.find("to-head-") != std::string::npos) method = "HEAD";
    witness_.answer_with([&one](Wire& wire, const StrictMessage&) {
        static_cast<void>(wire.try_send(one.bytes));
        const bool ends =
            one.rule == "end" || one.rule == "truncated" || one.rule == "connection_closed";
        if (!ends) return Afterwards::next_request;
        wire.close();
        return Afterwards::end_connection;
    });
    const std::size_t before = proxy().records().requests(0).size();
    Wire wire = arm();
    wire.send(request(method, "/case?sig=PLANTED", user_with_mfa() + "X-Own: PLANTED\r\n"));
    wire.finish_sending();
    const std::string got = wire.read_to_end();
    static_cast<void>(proxy().records().requests(before + 1));
    // A write goes out once, whatever comes back; a read a second time where nothing came.
    const bool again = method == "GET" && one.bytes.empty();
    EXPECT_EQ(witness_.take_requests().size(), again ? 2U : 1U);
    const auto records = new_requests();
    ASSERT_EQ(records.size(), 1U);
    if (one.answers.back() == "cut") {
        const auto whole = strict_response(got, method);
        EXPECT_TRUE(!whole || whole->until_close) << "a cut answer looks whole";
        EXPECT_EQ(wire.ending(), Ending::cut);
    } else {
        expect_answer(one, method, got);
    }
    const bool passed = one.rule == "keep" || one.rule == "end";
    EXPECT_EQ(records[0].action, passed ? trace::Action::forwarded : trace::Action::failed);
    EXPECT_THAT(records[0].error, StartsWith(passed ? "" : one.rule + ": "));
}

void HostileTest::expect_answer(const HostileCase& one,
                                const std::string& method,
                                std::string_view got) {
    std::vector<std::string> statuses = take_interim(got);
    const auto answer = strict_response(got, method);
    ASSERT_TRUE(answer) << got;
    statuses.push_back(std::to_string(answer->status()));
    EXPECT_EQ(statuses, one.answers);
    EXPECT_EQ(answer->size, got.size()) << "bytes after the answer";
    expect_only_what_may_pass(*answer);
    if (one.is_refused() && one.rule != "keep" && one.rule != "end") {
        if (method != "HEAD") {
            EXPECT_THAT(answer->body, HasSubstr(R"("code":"BadGateway","message":"armgate: )"));
            EXPECT_THAT(answer->body, HasSubstr(one.says));
        }
        EXPECT_THAT(std::string(got), Not(HasSubstr(kPlanted)));
        EXPECT_EQ(answer->values("Set-Cookie").size(), 0U);
        return;
    }
    std::string_view given = one.bytes;
    static_cast<void>(take_interim(given));
    const auto sent = strict_response(given, method);
    ASSERT_TRUE(sent);
    EXPECT_EQ(answer->start_line.substr(9), sent->start_line.substr(9));
    EXPECT_EQ(answer->end_to_end(), sent->end_to_end());
    EXPECT_EQ(answer->body, sent->body);
}

}  // namespace armgate::tests
