#include "core/trace/record.hpp"

#include "core/arm/operation.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/identity/rules.hpp"
#include "support/arm_rules.hpp"
#include "support/tokens.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::trace {
namespace {

using namespace std::chrono_literals;

const base::Timestamp kTime = base::parse_rfc3339("2026-11-24T10:00:00.123456Z").value();

const base::RedactionRules& rules() {
    static const auto loaded = base::load_redaction_rules().value();
    return loaded;
}

RequestRecord user_write() {
    RequestRecord record;
    record.time = kTime;
    record.session = "0123456789abcdef";
    record.seq = 17;
    record.connection = 3;
    record.user_agent = "AZURECLI/2.81.0";
    record.tool = {"azure-cli", "2.81.0", "2.76.0", true};
    record.client_request_id = "aaaa-bbbb";
    record.command = "group create";
    record.method = "PUT";
    record.host = "management.azure.com";
    record.path = "/subscriptions/s1/resourcegroups/rg%20a/";
    record.query = "api-version=2021-04-01&sig=abc";
    record.classification = arm::classify(record.method, record.path, test::arm_rules());
    record.request_bytes = 31;
    record.identity.credential = identity::Credential::usable;
    record.identity.kind = identity::IdentityKind::user;
    record.identity.known_by = "idtyp";
    record.identity.idtyp = "user";
    record.identity.amr = {"pwd"};
    record.identity.app_id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    record.identity.app = "Azure CLI";
    record.identity.tenant = "t";
    record.identity.object_id = "o";
    record.identity.name = "a@b";
    record.identity.guest = false;
    record.identity.synced = false;
    record.identity.password_grant_suspected = true;
    record.identity.expires = base::parse_rfc3339("2026-11-24T11:00:00Z");
    record.verdict = {verdict::Outcome::fail, verdict::ClauseId::user_without_mfa};
    record.policy = "sys.mfa-write";
    record.action = Action::forwarded;
    record.status = 201;
    record.request_id = "r";
    record.correlation_id = "c";
    record.response_bytes = 512;
    record.total = 41'200us;
    record.upstream = 40'900us;
    return record;
}

void expect_clean_line(const std::string& line) {
    ASSERT_TRUE(line.ends_with('\n'));
    for (const char c : line.substr(0, line.size() - 1)) ASSERT_TRUE(c >= 0x20 && c < 0x7F);
    const auto json = base::parse_json(line, 8);
    ASSERT_TRUE(json) << "no duplicate keys, nothing but one object";
    EXPECT_TRUE(json->is_object());
}

TEST(Record, ASessionLine) {
    const std::string line = encode(SessionRecord{kTime, "0123456789abcdef", "dry-run"});
    EXPECT_EQ(
        line,
        R"({"schema":"armgate.trace/1","record":"session","time":"2026-11-24T10:00:00.123456Z",)"
        R"("session":"0123456789abcdef","version":")" ARMGATE_VERSION R"(","mode":"dry-run"})"
        "\n");
    expect_clean_line(line);
}

TEST(Record, ARequestLineHasTheFieldsOfTheContractInItsOrder) {
    const std::string line = encode(user_write(), rules());
    EXPECT_EQ(
        line,
        R"({"record":"request","time":"2026-11-24T10:00:00.123456Z","session":"0123456789abcdef",)"
        R"("seq":17,"connection":3,"client":{"user_agent":"AZURECLI/2.81.0","tool":"azure-cli",)"
        R"("version":"2.81.0","minimum":"2.76.0","meets_minimum":true,"request_id":"aaaa-bbbb",)"
        R"("command":"group create"},"request":{"method":"PUT","host":"management.azure.com",)"
        R"("path":"/subscriptions/s1/resourcegroups/rg%20a/",)"
        R"("query":"api-version=2021-04-01&sig=REDACTED","class":"write",)"
        R"("operation":"Microsoft.Resources/subscriptions/resourceGroups/write",)"
        R"("resource_id":"/subscriptions/s1/resourcegroups/rg%20a","body_bytes":31},)"
        R"("identity":{"kind":"user","known_by":"idtyp","idtyp":"user","amr":["pwd"],"acrs":[],)"
        R"("app_id":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","app":"Azure CLI","tenant":"t",)"
        R"("object_id":"o","name":"a@b","guest":false,"synced":false,)"
        R"("password_grant_suspected":true,"expires":"2026-11-24T11:00:00Z"},)"
        R"("verdict":{"outcome":"fail","clause":"user-without-mfa","policy":"sys.mfa-write"},)"
        R"("action":"forwarded","response":{"status":201,"request_id":"r","correlation_id":"c",)"
        R"("body_bytes":512,"refused_by":null},"time_ms":{"total":41.2,"upstream":40.9},)"
        R"("contents":[],"simulation":null,"error":null,"retry_of":null,"retry_token":null})"
        "\n");
    expect_clean_line(line);
}

TEST(Record, WhatIsNotKnownIsNull) {
    RequestRecord record;
    record.time = kTime;
    record.session = "s";
    record.method = "BREW";
    record.host = "h";
    record.path = "/";
    record.error = "connection_closed: h closed the connection";
    const std::string line = encode(record, rules());
    EXPECT_EQ(
        line,
        R"({"record":"request","time":"2026-11-24T10:00:00.123456Z","session":"s","seq":0,)"
        R"("connection":0,"client":{"user_agent":null,"tool":null,"version":null,"minimum":null,)"
        R"("meets_minimum":null,"request_id":null,"command":null},"request":{"method":"BREW",)"
        R"("host":"h","path":"/","query":"","class":"other","operation":null,"resource_id":null,)"
        R"("body_bytes":0},"identity":{"kind":"unknown","known_by":null,"idtyp":null,"amr":[],)"
        R"("acrs":[],"app_id":null,"app":null,"tenant":null,"object_id":null,"name":null,)"
        R"("guest":null,"synced":null,"password_grant_suspected":null,"expires":null},)"
        R"("verdict":{"outcome":"uncertain","clause":"not-forwardable","policy":null},)"
        R"("action":"failed","response":{"status":null,"request_id":null,"correlation_id":null,)"
        R"("body_bytes":0,"refused_by":null},"time_ms":{"total":0,"upstream":null},"contents":[],)"
        R"("simulation":null,"error":"connection_closed: h closed the connection","retry_of":null,)"
        R"("retry_token":null})"
        "\n");
    expect_clean_line(line);
}

TEST(Record, ATunnelLine) {
    TunnelRecord record;
    record.time = kTime;
    record.session = "s";
    record.connection = 4;
    record.host = "login.microsoftonline.com";
    record.port = 443;
    record.bytes_sent = 1;
    record.bytes_received = 18446744073709551615ULL;
    record.duration = 1'000'001us;
    EXPECT_EQ(encode(record),
              R"({"record":"tunnel","time":"2026-11-24T10:00:00.123456Z","session":"s",)"
              R"("connection":4,"host":"login.microsoftonline.com","port":443,"bytes_sent":1,)"
              R"("bytes_received":18446744073709551615,"duration_ms":1000.001,"error":null})"
              "\n");
    record.error = "timed_out: \"idle\"";
    expect_clean_line(encode(record));
}

TEST(Record, AGapLine) {
    EXPECT_EQ(encode_gap(3), "{\"record\":\"gap\",\"lost\":3}\n");
}

TEST(Record, TimesHaveThreeDecimalsAtMost) {
    const struct {
        std::chrono::microseconds time;
        const char* want;
    } cases[] = {{0us, "0"},
                 {1us, "0.001"},
                 {10us, "0.01"},
                 {100us, "0.1"},
                 {1000us, "1"},
                 {1010us, "1.01"},
                 {999'999us, "999.999"},
                 {41'200us, "41.2"},
                 {3'600'000'000us, "3600000"}};
    for (const auto& c : cases) {
        RequestRecord record = user_write();
        record.total = c.time;
        const std::string line = encode(record, rules());
        EXPECT_NE(line.find(std::string("\"total\":") + c.want + ","), std::string::npos) << c.want;
    }
}

TEST(Record, ActionsAreAClosedList) {
    EXPECT_EQ(action_name(Action::forwarded), "forwarded");
    EXPECT_EQ(action_name(Action::refused), "refused");
    EXPECT_EQ(action_name(Action::simulated), "simulated");
    EXPECT_EQ(action_name(Action::failed), "failed");
}

// --- hostile text
// ----------------------------------------------------------------------------------

/// Puts `text` wherever a peer's bytes may come to stand in a record.
RequestRecord hostile(const std::string& text) {
    static const auto identity_rules = identity::load_identity_rules().value();
    RequestRecord record = user_write();
    record.user_agent = text;
    record.tool = identity::identify_tool(text, identity_rules);
    record.client_request_id = record.command = record.request_id = record.correlation_id = text;
    record.refused_by = text;
    record.method = text;
    record.path = "/subscriptions/s/resourceGroups/" + text;
    record.query = text + "&sig=" + text + "&api-version=" + text + "&code=" + text;
    record.classification = arm::classify("PUT", record.path, test::arm_rules());
    record.identity.name = text;
    record.identity.amr = {text};
    record.error = text;
    return record;
}

TEST(Record, HostileBytesNeverBreakALine) {
    const std::string texts[] = {"\r\n{\"record\":\"gap\",\"lost\":0}",
                                 "\"},\"action\":\"forwarded\",\"x\":{\"y\":\"",
                                 "\\",
                                 "\x1b[31m\x07",
                                 std::string("a\0b", 3),
                                 "\x7f\x80\xff\xc3(",
                                 "\xed\xa0\x80\xf4\x90\x80\x80",
                                 "\xf0\x9f\x94\x92\xc3\xa9",
                                 std::string(70'000, '\xff'),
                                 "%00%0d%0a",
                                 "?&=;#"};
    for (const std::string& text : texts) {
        SCOPED_TRACE(text.substr(0, 40));
        expect_clean_line(encode(hostile(text), rules()));
        TunnelRecord tunnel;
        tunnel.host = tunnel.error = text;
        expect_clean_line(encode(tunnel));
    }
}

TEST(Record, ATokenIsNeverShownWhereverItStands) {
    const std::string token = test::make_token(test::claims(R"("oid":"secret-object")"));
    const std::string payload = token.substr(token.find('.') + 1);
    const std::string signature = token.substr(token.rfind('.') + 1);
    const std::string texts[] = {token,
                                 "Bearer " + token,
                                 "bearer%20" + token,
                                 "x/" + token + "/y",
                                 "(" + token + ")",
                                 token + "/1.0",
                                 "tool/" + token,
                                 "Bearer opaque" + signature};
    for (const std::string& text : texts) {
        SCOPED_TRACE(text);
        RequestRecord record = hostile(text);
        record.identity = {};  // claims are shown as they are: they are what the trace is for
        const std::string line = encode(record, rules());
        const std::string lower = base::to_lower(line);
        EXPECT_EQ(lower.find(base::to_lower(signature)), std::string::npos) << line;
        EXPECT_EQ(lower.find(base::to_lower(payload.substr(0, 20))), std::string::npos) << line;
        EXPECT_EQ(lower.find(base::to_lower(token.substr(0, 20))), std::string::npos) << line;
        TunnelRecord tunnel;
        tunnel.host = text;
        EXPECT_EQ(encode(tunnel).find(signature), std::string::npos) << "as a CONNECT host";
    }
}

TEST(Record, ValuesOfAQueryAreHiddenUnlessListed) {
    RequestRecord record = user_write();
    record.query = "api-version=2021-04-01&sig=SECRET&code=SECRET&$filter=a&SECRET&a%3dSECRET=1";
    const std::string line = encode(record, rules());
    EXPECT_EQ(line.find("SECRET"), std::string::npos) << line;
    EXPECT_NE(line.find("api-version=2021-04-01"), std::string::npos);
}

TEST(Record, TellsWhatTheRequestCarries) {
    RequestRecord record = user_write();
    record.contents = {{"kv\n",
                        "PUT",
                        arm::RequestClass::write,
                        "/subscriptions/s/kv",
                        "Microsoft.KeyVault/vaults/write",
                        {verdict::Outcome::fail, verdict::ClauseId::user_without_mfa},
                        "sys.mfa-write",
                        0},
                       {"Bearer abc.def.ghi",
                        "PUT",
                        arm::RequestClass::write,
                        std::nullopt,
                        std::nullopt,
                        {verdict::Outcome::uncertain, verdict::ClauseId::contents_not_read},
                        "",
                        1}};
    const std::string line = encode(record, rules());
    EXPECT_NE(line.find(R"("contents":[{"name":"kv\u000a","method":"PUT",)"
                        R"("resource_id":"/subscriptions/s/kv",)"
                        R"("operation":"Microsoft.KeyVault/vaults/write","verdict":)"
                        R"({"outcome":"fail","clause":"user-without-mfa",)"
                        R"("policy":"sys.mfa-write"}},{"name":)"),
              std::string::npos)
        << line;
    EXPECT_NE(line.find(R"(,"method":"PUT","resource_id":null,"operation":null,"verdict":)"
                        R"({"outcome":"uncertain","clause":"contents-not-read","policy":null}}],)"),
              std::string::npos)
        << line;
    EXPECT_EQ(line.find("abc.def"), std::string::npos);
}

}  // namespace
}  // namespace armgate::trace
