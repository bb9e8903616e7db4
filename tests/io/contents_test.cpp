// Requests whose verdict hangs on their body: it is held until it is judged, then goes on as it is.
#include "support/proxy_fixture.hpp"

#include <nlohmann/json.hpp>

namespace armgate::tests {
namespace {

using verdict::ClauseId;
using verdict::Outcome;

const std::string kDeployments =
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/demo/providers/"
    "Microsoft.Resources/deployments/d";
const std::string kDeployment = kDeployments + "?api-version=2021-04-01";

/// A deployment of these resources, each `type/name`.
std::string deployment(const std::vector<std::pair<std::string, std::string>>& resources) {
    std::string list;
    for (const auto& [type, name] : resources) {
        list += list.empty() ? "" : ",";
        list += R"({"type":")" + type + R"(","apiVersion":"2023-01-01","name":")" + name + R"("})";
    }
    return R"({"properties":{"mode":"Incremental","template":{"resources":[)" + list + "]}}}";
}

const std::string kFails = deployment({{"Microsoft.Storage/storageAccounts", "st1"}});
const std::string kFailsTwice = deployment(
    {{"Microsoft.Storage/storageAccounts", "st1"}, {"Microsoft.KeyVault/vaults", "kv1"}});
const std::string kPasses = deployment({{"Microsoft.Resources/templateSpecs", "ts1"}});
const std::string kUnreadable =
    R"({"properties":{"mode":"Incremental","templateLink":{"uri":"x"}}})";
// As az writes it: its own JSON around a template that it minified.
const std::string kAz =
    R"({"properties":{"template":{$schema:"https://schema.management.azure.com/s#",)"
    R"(resources:[{type:"Microsoft.Storage/storageAccounts",apiVersion:"2023-01-01",name:"st1"}],},)"
    R"("parameters":{},"mode":"incremental"}})";

class ContentsTest : public ProxyTest {
  protected:
    ContentsTest() { settings_.mode = verdict::Mode::enforce; }

    Message put(const std::string& body, const std::string& who = user_without_mfa()) {
        Wire wire = arm();
        wire.send(request("PUT", kDeployment, who, body));
        return wire.read_response();
    }

    static std::string chunked(const std::string& method,
                               const std::string& target,
                               const std::string& fields,
                               const std::vector<std::string>& pieces) {
        std::string out = method + " " + target + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + fields +
                          "Transfer-Encoding: chunked\r\n\r\n";
        for (const std::string& piece : pieces) {
            std::array<char, 20> size{};
            std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
            out += size.data() + piece + "\r\n";
        }
        return out + "0\r\n\r\n";
    }

    trace::RequestRecord record(std::size_t at = 0) {
        return proxy().records().requests(at + 1).at(at);
    }
};

TEST_F(ContentsTest, APatchOfTagsAloneIsForwardedAndOneOfMoreIsRefused) {
    Wire wire = arm();
    const std::string tags = R"({"tags":{"a":"b"}})";
    wire.send(request("PATCH", kGroup, user_without_mfa(), tags));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().at(0).body, tags);
    EXPECT_EQ(record().verdict.clause, ClauseId::tags_only);
    EXPECT_EQ(record().request_bytes, tags.size());
    wire.send(request("PATCH", kGroup, user_without_mfa(), R"({"tags":{},"properties":{}})"));
    const Message refused = wire.read_response();
    EXPECT_EQ(refused.status(), 401);
    EXPECT_EQ(refused.value("x-armgate-verdict"), "user-without-mfa");
    wire.send(request("PATCH", kGroup, user_without_mfa(), tags));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().size(), 2U);
    EXPECT_EQ(upstream_.connections(), 1U);
}

TEST_F(ContentsTest, ADeploymentIsDecidedByItsResources) {
    const struct {
        std::string body;
        int status;
        Outcome outcome;
        ClauseId clause;
        std::size_t items;
    } table[] = {
        {kFails, 401, Outcome::fail, ClauseId::contents, 1},
        {kFailsTwice, 401, Outcome::fail, ClauseId::contents, 2},
        {kPasses, 200, Outcome::pass, ClauseId::contents, 1},
        {kAz, 401, Outcome::fail, ClauseId::contents, 1},
        {kUnreadable, 401, Outcome::uncertain, ClauseId::contents_not_read, 0},
        {"no json at all", 401, Outcome::uncertain, ClauseId::contents_not_read, 0},
        {"", 401, Outcome::uncertain, ClauseId::contents_not_read, 0},
    };
    std::size_t at = 0;
    std::size_t forwarded = 0;
    for (const auto& row : table) {
        EXPECT_EQ(put(row.body).status(), row.status) << row.body;
        const auto seen = record(at++);
        EXPECT_EQ(seen.verdict.outcome, row.outcome) << row.body;
        EXPECT_EQ(seen.verdict.clause, row.clause) << row.body;
        EXPECT_EQ(seen.contents.size(), row.items) << row.body;
        EXPECT_EQ(seen.error.empty(), row.clause == ClauseId::contents) << seen.error;
        if (row.status == 200) ++forwarded;
    }
    EXPECT_EQ(upstream_.requests().size(), forwarded);
    EXPECT_EQ(record(0).contents.at(0).name, "st1");
    EXPECT_EQ(record(0).contents.at(0).policy, "sys.mfa-write");
    EXPECT_EQ(record(0).contents.at(0).operation, "Microsoft.Storage/storageAccounts/write");
}

TEST_F(ContentsTest, ARefusedDeploymentNamesEachResourceThatFails) {
    const Message one = put(kFails);
    EXPECT_TRUE(one.has("WWW-Authenticate"));
    const auto error = nlohmann::json::parse(one.body).at("error");
    EXPECT_EQ(error.at("code"), "InvalidTemplateDeployment");
    EXPECT_EQ(error.at("details").size(), 1U);
    EXPECT_EQ(error.at("details").at(0).at("target"), "st1");
    EXPECT_EQ(error.at("details").at(0).at("code"), "RequestDisallowedByAzure");
    const auto two = nlohmann::json::parse(put(kFailsTwice).body).at("error");
    EXPECT_EQ(two.at("details").size(), 2U);
    EXPECT_EQ(two.at("details").at(1).at("target"), "kv1");
    const auto itself = nlohmann::json::parse(put(kUnreadable).body).at("error");
    EXPECT_EQ(itself.at("details").at(0).at("target"), "d");
}

TEST_F(ContentsTest, ADeploymentMayBeRefusedWith400AndNoChallenge) {
    settings_.deployment_refusal = 400;
    const Message refused = put(kFails);
    EXPECT_EQ(refused.start_line(), "HTTP/1.1 400 Bad Request");
    EXPECT_FALSE(refused.has("WWW-Authenticate"));
    EXPECT_NE(refused.body.find("InvalidTemplateDeployment"), std::string::npos);
    Wire wire = arm();  // other writes are refused as ever
    wire.send(request("PUT", kGroup, user_without_mfa(), "{}"));
    EXPECT_EQ(wire.read_response().status(), 401);
}

TEST_F(ContentsTest, ValidateAndWhatIfAreRefusedTheSameWay) {
    for (const char* action : {"/validate", "/whatIf"}) {
        Wire wire = arm();
        wire.send(request("POST", kDeployments + action + "?api-version=2021-04-01",
                          user_without_mfa(), kFails));
        const Message refused = wire.read_response();
        EXPECT_EQ(refused.status(), 401);
        EXPECT_NE(refused.body.find("InvalidTemplateDeployment"), std::string::npos);
    }
    Wire wire = arm();
    wire.send(
        request("POST", "/providers/Microsoft.Resources/validateResources?api-version=2021-04-01",
                user_without_mfa(),
                R"({"provider":"Microsoft.KeyVault","type":"vaults","location":"westeurope",)"
                R"("scope":"/subscriptions/s/resourceGroups/g","resources":[{"name":"kv1"}]})"));
    const Message refused = wire.read_response();
    EXPECT_EQ(refused.status(), 401);
    const auto error = nlohmann::json::parse(refused.body).at("error");
    EXPECT_EQ(error.at("code"), "ResourceValidationFailed");
    EXPECT_EQ(error.at("message"), "Resource validation failed, correlation id: '" +
                                       refused.value("x-ms-correlation-request-id") +
                                       "', see details for more information.");
    EXPECT_EQ(error.at("details").at(0).at("target"), "kv1");
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(ContentsTest, ThePolicyStyleShowsTheRuleWithTheTokensClaims) {
    settings_.refusal = arm::RefusalStyle::policy;
    const auto detail = nlohmann::json::parse(put(kFails).body)["error"]["details"][0];
    EXPECT_EQ(detail["code"], "RequestDisallowedByPolicy");
    const auto info = detail["additionalInfo"][0]["info"];
    EXPECT_EQ(info["evaluationDetails"]["evaluatedExpressions"][1]["targetValue"],
              nlohmann::json::parse(R"(["pwd"])"));
    EXPECT_NE(record().contents.at(0).policy.find("4e6c27d5"), std::string::npos);
}

TEST_F(ContentsTest, ObserveForwardsEveryBodyByteForByte) {
    settings_.mode = verdict::Mode::observe;
    std::size_t at = 0;
    for (const std::string& body : {kFails, kAz, kUnreadable, std::string("\x00\xff{", 3)}) {
        EXPECT_EQ(put(body).status(), 200);
        const Message sent = upstream_.requests().at(at);
        EXPECT_EQ(sent.body, body);
        EXPECT_EQ(sent.value("Content-Length"), std::to_string(body.size()));
        EXPECT_EQ(record(at).action, trace::Action::forwarded);
        EXPECT_EQ(record(at).error, "");
        ++at;
    }
    EXPECT_EQ(record(0).verdict.outcome, Outcome::fail);
}

TEST_F(ContentsTest, AChunkedBodyIsReadAcrossItsChunksAndGoesOnChunked) {
    Wire wire = arm();
    const std::vector<std::string> pieces{kPasses.substr(0, 7), kPasses.substr(7, 1),
                                          kPasses.substr(8)};
    const std::string whole = chunked("PUT", kDeployment, user_without_mfa(), pieces);
    for (std::size_t i = 0; i < whole.size(); i += 100) wire.send(whole.substr(i, 100));
    EXPECT_EQ(wire.read_response().status(), 200);
    const Message sent = upstream_.requests().at(0);
    EXPECT_EQ(sent.value("Transfer-Encoding"), "chunked");
    EXPECT_FALSE(sent.has("Content-Length"));
    EXPECT_EQ(sent.body, kPasses);
    EXPECT_EQ(record().request_bytes, kPasses.size());
    wire.send(chunked("PUT", kDeployment, user_without_mfa(), {kFails}));
    EXPECT_EQ(wire.read_response().status(), 401);
    wire.send(request("GET", kGroup, user_without_mfa()));
    EXPECT_EQ(wire.read_response().status(), 200);
}

TEST_F(ContentsTest, AMalformedChunkIsRefusedAndNothingGoesOut) {
    Wire wire = arm();
    wire.send("PUT " + kDeployment + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + user_without_mfa() +
              "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n");
    EXPECT_EQ(wire.read_response().status(), 400);
    EXPECT_EQ(wire.read_to_end(), "");
    EXPECT_EQ(record().verdict.clause, ClauseId::not_forwardable);
    EXPECT_EQ(record().action, trace::Action::refused);
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(ContentsTest, ArmgateSaysContinueOnceAndSwallowsTheUpstreams) {
    upstream_.converse([this](Wire& wire) {
        for (;;) {
            Message message = wire.read_head();
            if (message.head.empty()) return;
            wire.send("HTTP/1.1 100 Continue\r\n\r\n");
            wire.read_body(message);
            upstream_.log(message);
            wire.send(ok("{}"));
        }
    });
    const std::string head =
        "PUT " + kDeployment + " HTTP/1.1\r\nHost: " + kArm + "\r\nExpect: 100-continue\r\n";
    Wire wire = arm();
    wire.send(head + user_without_mfa() + "Content-Length: " + std::to_string(kPasses.size()) +
              "\r\n\r\n");
    EXPECT_EQ(wire.read_response().raw, "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(upstream_.accepted(), 0U);
    wire.send(kPasses);
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(upstream_.requests().at(0).body, kPasses);
    // Refused after the 100: the body came whole, and the connection stays.
    wire.send(head + user_without_mfa() + "Content-Length: " + std::to_string(kFails.size()) +
              "\r\n\r\n");
    EXPECT_EQ(wire.read_response().status(), 100);
    wire.send(kFails);
    EXPECT_EQ(wire.read_response().status(), 401);
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().status(), 200);  // a 100 is for those who ask for one
}

TEST_F(ContentsTest, ABodyOverTheLimitIsNotReadButStreamed) {
    settings_.mode = verdict::Mode::observe;
    const std::string large = kFails + std::string(std::size_t{2} << 20U, ' ');
    EXPECT_EQ(put(large).status(), 200);
    Wire wire = arm();
    wire.send(chunked("PUT", kDeployment, user_without_mfa(),
                      {large.substr(0, 1 << 20U), large.substr(1 << 20U)}));
    EXPECT_EQ(wire.read_response().status(), 200);
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().status(), 200);
    for (std::size_t at = 0; at < 2; ++at) {
        EXPECT_TRUE(upstream_.requests().at(at).body == large) << at;
        EXPECT_EQ(record(at).verdict.clause, ClauseId::contents_not_read);
        EXPECT_EQ(record(at).request_bytes, large.size());
    }
}

TEST_F(ContentsTest, ABodyOverTheLimitIsRefusedInEnforce) {
    const std::string large = kPasses + std::string(std::size_t{2} << 20U, ' ');
    EXPECT_EQ(put(large).status(), 401);
    Wire wire = arm();
    wire.send(chunked("PUT", kDeployment, user_without_mfa(), {large}));
    EXPECT_EQ(wire.read_response().status(), 401);
    wire.send(request("GET", kGroup));
    EXPECT_EQ(wire.read_response().status(), 200);
    EXPECT_EQ(record(0).verdict.clause, ClauseId::contents_not_read);
    EXPECT_EQ(upstream_.requests().size(), 1U);
}

TEST_F(ContentsTest, TheLimitCanBeSet) {
    settings_.limits.held_body_bytes = kPasses.size() - 1;
    EXPECT_EQ(put(kPasses).status(), 401);
    EXPECT_EQ(record().verdict.clause, ClauseId::contents_not_read);
}

TEST_F(ContentsTest, ACompressedBodyIsNotRead) {
    EXPECT_EQ(put(kPasses, user_without_mfa() + "Content-Encoding: gzip\r\n").status(), 401);
    EXPECT_EQ(record().verdict.clause, ClauseId::contents_not_read);
    EXPECT_EQ(put(kPasses, user_without_mfa() + "Content-Encoding: identity\r\n").status(), 200);
}

TEST_F(ContentsTest, CallersWhoseVerdictNeedsNoBodyAreNotHeldUp) {
    for (const std::string& who : {user_with_mfa(), service_principal(), std::string()}) {
        const std::size_t before = upstream_.accepted();
        upstream_.converse([](Wire& wire) {
            static_cast<void>(wire.read_head());
            wire.send(ok("{}"));
            wire.close();
        });
        Wire wire = arm();  // the head alone reaches the upstream, and its answer the client
        wire.send("PUT " + kDeployment + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + who +
                  "Content-Length: 1000\r\n\r\n{");
        EXPECT_EQ(wire.read_response().status(), 200) << who;
        EXPECT_EQ(upstream_.accepted(), before + 1);
    }
}

TEST_F(ContentsTest, ASlowBodyIsCutAndRecorded) {
    settings_.limits.body_progress = std::chrono::milliseconds(200);
    Wire wire = arm();
    wire.send("PUT " + kDeployment + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + user_without_mfa() +
              "Content-Length: 1000\r\n\r\n{");
    EXPECT_TRUE(wire.read_to_end().starts_with("HTTP/1.1 408 "));
    EXPECT_EQ(record().action, trace::Action::failed);
    EXPECT_TRUE(record().error.starts_with("client_timed_out")) << record().error;
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(ContentsTest, AClientThatLeavesInItsBodySendsNothing) {
    Wire wire = arm();
    wire.send("PUT " + kDeployment + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + user_without_mfa() +
              "Content-Length: 1000\r\n\r\n{");
    wire.close();
    EXPECT_EQ(record().action, trace::Action::failed);
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(ContentsTest, TheTraceListsTheContentsAndNoBody) {
    put(R"({"properties":{"mode":"Incremental","parameters":{"p":{"value":"hunter2"}},)"
        R"("template":{"resources":[{"type":"Microsoft.KeyVault/vaults","apiVersion":"1",)"
        R"("name":"kv1"}]}}})");
    static_cast<void>(record());
    const std::string trace = proxy().trace();
    EXPECT_NE(trace.find(R"("contents":[{"name":"kv1","method":"PUT")"), std::string::npos);
    EXPECT_EQ(trace.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace armgate::tests
