#include "core/trace/decode.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::trace {
namespace {

RequestRecord full_record() {
    RequestRecord record;
    record.time = *base::parse_rfc3339("2026-11-24T10:00:00.123456Z");
    record.session = "s-1";
    record.seq = 17;
    record.connection = 3;
    record.user_agent = "AZURECLI/2.81.0";
    record.tool = {"azure-cli", "2.81.0", "2.76.0", true};
    record.client_request_id = "c-1";
    record.command = "group create";
    record.method = "DELETE";
    record.host = "management.azure.com";
    record.path = "/subscriptions/s/resourcegroups/g";
    record.query = "api-version=2021-04-01";
    record.classification.request_class = arm::RequestClass::del;
    record.classification.operation = "Microsoft.Resources/subscriptions/resourceGroups/delete";
    record.classification.resource_id = "/subscriptions/s/resourcegroups/g";
    record.request_bytes = 31;
    record.identity.kind = identity::IdentityKind::user;
    record.identity.known_by = "idtyp";
    record.identity.idtyp = "user";
    record.identity.amr = {"pwd", "rsa"};
    record.identity.acrs = {"c1"};
    record.identity.name = "a@b";
    record.identity.guest = false;
    record.identity.expires = *base::parse_rfc3339("2026-11-24T11:00:00Z");
    record.verdict = {verdict::Outcome::fail, verdict::ClauseId::user_without_mfa};
    record.policy = "sys.mfa-delete";
    record.contents = {{"kv",
                        "PUT",
                        arm::RequestClass::write,
                        "/subscriptions/s/kv",
                        "Microsoft.A/b/write",
                        {verdict::Outcome::fail, verdict::ClauseId::user_without_mfa},
                        "sys.mfa-write",
                        0},
                       {"r",
                        "GET",
                        arm::RequestClass::read,
                        std::nullopt,
                        std::nullopt,
                        {verdict::Outcome::pass, verdict::ClauseId::read},
                        "",
                        0}};
    record.action = Action::refused;
    record.status = 401;
    record.request_id = "r-1";
    record.response_bytes = 366;
    record.refused_by = "arm";
    record.error = "timed_out: too long";
    record.retry = Retry{12, RetryToken::fresh};
    record.total = std::chrono::microseconds(41234);
    record.upstream = std::chrono::microseconds(40900);
    return record;
}

TEST(Decode, GivesBackWhatEncodeWrote) {
    const auto rules = base::load_redaction_rules();
    ASSERT_TRUE(rules);
    const std::string line = encode(full_record(), *rules);
    const auto record = decode(std::string_view(line).substr(0, line.size() - 1));
    ASSERT_TRUE(record);
    ASSERT_TRUE(std::holds_alternative<RequestRecord>(*record));
    EXPECT_EQ(encode(std::get<RequestRecord>(*record), *rules), line);
    const auto& contents = std::get<RequestRecord>(*record).contents;
    ASSERT_EQ(contents.size(), 2U);
    EXPECT_EQ(contents[0].request_class, arm::RequestClass::write);
    EXPECT_EQ(contents[1].request_class, arm::RequestClass::read);
}

TEST(Decode, LeavesOutAnItemItDoesNotKnow) {
    const auto rules = base::load_redaction_rules();
    std::string line = encode(full_record(), *rules);
    const std::size_t at = line.find(R"("clause":"read")");
    ASSERT_NE(at, std::string::npos);
    line.replace(at, 15, R"("clause":"new!")");
    line.pop_back();
    const auto record = decode(line);
    ASSERT_TRUE(record);
    EXPECT_EQ(std::get<RequestRecord>(*record).contents.size(), 1U);
}

TEST(Decode, KnowsTheOtherRecords) {
    SessionRecord session;
    session.session = "s-1";
    session.mode = "enforce";
    TunnelRecord tunnel;
    tunnel.host = "login.microsoftonline.com";
    tunnel.port = 443;
    tunnel.bytes_sent = 10;
    tunnel.bytes_received = 20;
    tunnel.duration = std::chrono::microseconds(1500);
    for (const std::string& line : {encode(session), encode(tunnel)}) {
        SCOPED_TRACE(line);
        const auto record = decode(line);
        ASSERT_TRUE(record);
        const std::string again = std::holds_alternative<SessionRecord>(*record)
                                      ? encode(std::get<SessionRecord>(*record))
                                      : encode(std::get<TunnelRecord>(*record));
        EXPECT_EQ(again, line);
    }
    const auto gap = decode(encode_gap(7));
    ASSERT_TRUE(gap);
    EXPECT_EQ(std::get<GapRecord>(*gap).lost, 7U);
}

TEST(Decode, SkipsWhatIsNoWholeRecord) {
    const auto rules = base::load_redaction_rules();
    ASSERT_TRUE(rules);
    const std::string line = encode(full_record(), *rules);
    for (std::size_t cut = 0; cut + 2 < line.size(); cut += 7) {
        EXPECT_FALSE(decode(line.substr(0, cut))) << cut;
    }
    const std::string cases[] = {
        "",
        "null",
        "[]",
        "{}",
        R"({"record":"other"})",
        R"({"record":"session"})",
        R"({"record":"session","schema":"armgate.trace/2"})",
        R"({"record":"request"})",
        R"({"record":"request","request":{"class":"read"},"verdict":{"outcome":"pass","clause":"nope"},"action":"forwarded"})",
        R"({"record":"request","request":7,"verdict":{"outcome":"pass","clause":"read"},"action":"forwarded"})",
        std::string(100'000, '['),
    };
    for (const std::string& text : cases) {
        SCOPED_TRACE(text.substr(0, 80));
        EXPECT_FALSE(decode(text));
    }
}

TEST(Decode, HalfALinkIsNone) {
    const std::string start =
        R"({"record":"request","request":{"class":"write"},"action":"forwarded",)"
        R"("verdict":{"outcome":"fail","clause":"user-without-mfa"})";
    const struct {
        const char* fields;
        std::optional<RetryToken> token;
    } cases[] = {{R"(,"retry_of":3,"retry_token":"same"})", RetryToken::same},
                 {R"(,"retry_of":3,"retry_token":"new"})", RetryToken::fresh},
                 {R"(,"retry_of":null,"retry_token":null})", std::nullopt},
                 {R"(,"retry_of":3,"retry_token":"other"})", std::nullopt},
                 {R"(,"retry_of":3})", std::nullopt},
                 {R"(,"retry_of":"3","retry_token":"new"})", std::nullopt},
                 {R"(,"retry_of":-3,"retry_token":"new"})", std::nullopt},
                 {"}", std::nullopt}};
    for (const auto& c : cases) {
        const auto record = decode(start + c.fields);
        ASSERT_TRUE(record) << c.fields;
        const auto& retry = std::get<RequestRecord>(*record).retry;
        ASSERT_EQ(retry.has_value(), c.token.has_value()) << c.fields;
        if (!retry) continue;
        EXPECT_EQ(retry->of, 3U) << c.fields;
        EXPECT_EQ(retry->token, c.token) << c.fields;
    }
}

TEST(Decode, LetsOddValuesBeAbsent) {
    const auto record =
        decode(R"({"record":"request","request":{"class":"write","method":5,"body_bytes":-1},)"
               R"("verdict":{"outcome":"fail","clause":"user-without-mfa"},"action":"forwarded",)"
               R"("identity":{"kind":"alien","amr":["pwd",3],"expires":"soon"},)"
               R"("response":{"status":99999},"time_ms":{"total":-5,"upstream":"x"}})");
    ASSERT_TRUE(record);
    const auto& request = std::get<RequestRecord>(*record);
    EXPECT_EQ(request.method, "");
    EXPECT_EQ(request.identity.kind, identity::IdentityKind::unknown);
    EXPECT_EQ(request.identity.amr, std::vector<std::string>{"pwd"});
    EXPECT_FALSE(request.identity.expires);
    EXPECT_FALSE(request.status);
    EXPECT_FALSE(request.upstream);
}

}  // namespace
}  // namespace armgate::trace
