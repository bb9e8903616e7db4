// `/batch` in enforce: decided item by item, and ARM's answers and ours come back in order.
#include "support/proxy_fixture.hpp"

#include <nlohmann/json.hpp>

namespace armgate::tests {
namespace {

using nlohmann::json;
using verdict::ClauseId;

constexpr const char* kBatch = "/batch?api-version=2020-06-01";
const std::string kVault =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv1?api-version=1";

std::string item(const std::string& name,
                 const std::string& method,
                 const std::string& url = kVault) {
    return R"({"name":")" + name + R"(","httpMethod":")" + method + R"(","url":")" + url + R"("})";
}

std::string batch(const std::vector<std::string>& items) {
    std::string list;
    for (const std::string& one : items) list += (list.empty() ? "" : ",") + one;
    return R"({"requests":[)" + list + "]}";
}

class BatchTest : public ProxyTest {
  protected:
    BatchTest() {
        settings_.mode = verdict::Mode::enforce;
        answer_each();
    }

    /// As ARM: one answer an item, in an order of its own.
    void answer_each() {
        upstream_.answer_with([](Wire& wire, const Message& message) {
            json responses = json::array();
            if (!message.body.empty()) {
                const json body = json::parse(message.body);
                for (const json& one : body.at("requests")) {
                    const json answer{
                        {"name", one.at("name")}, {"httpStatusCode", 200}, {"content", "of ARM"}};
                    responses.insert(responses.begin(), answer);
                }
            }
            wire.send(ok(json({{"responses", responses}}).dump()));
            return Afterwards::next_request;
        });
    }

    Message post(Wire& wire, const std::string& body, const std::string& who = user_without_mfa()) {
        wire.send(request("POST", kBatch, who, body));
        return wire.read_response();
    }

    /// `name:status` of each answer, in order.
    static std::string told(const Message& answer) {
        std::string out;
        const json envelope = json::parse(answer.body);
        for (const json& one : envelope.at("responses")) {
            if (!out.empty()) out += " ";
            out += one.at("name").get<std::string>() + ":" +
                   std::to_string(one.at("httpStatusCode").get<int>());
        }
        return out;
    }

    /// The names of the items that reached ARM with its request number `at`.
    std::string sent(std::size_t at) {
        std::string out;
        const json body = json::parse(upstream_.requests().at(at).body);
        for (const json& one : body.at("requests")) out += one.at("name").get<std::string>();
        return out;
    }

    trace::RequestRecord record(std::size_t at = 0) {
        return proxy().records().requests(at + 1).at(at);
    }
};

TEST_F(BatchTest, NoItemRefusedIsForwardedAsItIs) {
    Wire wire = arm();
    const std::string body = batch({item("a", "GET"), item("b", "GET")});
    EXPECT_EQ(told(post(wire, body)), "b:200 a:200");
    EXPECT_EQ(upstream_.requests().at(0).body, body);
    EXPECT_EQ(record().action, trace::Action::forwarded);
    EXPECT_EQ(record().contents.size(), 2U);
}

TEST_F(BatchTest, AllItemsRefusedAreAnsweredHere) {
    Wire wire = arm();
    const Message answer = post(wire, batch({item("a", "PUT"), item("b", "DELETE")}));
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.value("x-armgate-verdict"), "contents");
    EXPECT_FALSE(answer.has("WWW-Authenticate"));
    EXPECT_EQ(told(answer), "a:401 b:401");
    const json first = json::parse(answer.body).at("responses").at(0);
    EXPECT_NE(first.at("headers")
                  .at("WWW-Authenticate")
                  .get<std::string>()
                  .find("error=\"insufficient_claims\""),
              std::string::npos);
    EXPECT_EQ(first.at("headers").at("x-armgate-verdict"), "user-without-mfa");
    EXPECT_EQ(first.at("content").at("error").at("code"), "RequestDisallowedByAzure");
    EXPECT_EQ(first.at("content").at("error").at("target"), "kv1");
    EXPECT_EQ(upstream_.accepted(), 0U);
    EXPECT_EQ(record().action, trace::Action::refused);
    EXPECT_EQ(record().status, 200U);
    EXPECT_EQ(record().contents.at(1).policy, "sys.mfa-delete");
}

TEST_F(BatchTest, SomeItemsRefusedAreTakenOutAndTheirAnswersPutBackInOrder) {
    Wire wire = arm();
    const std::string body =
        batch({item("a", "GET"), item("b", "PUT"), item("c", "POST", "/subscriptions/s/register"),
               item("d", "DELETE"), item("e", "GET")});
    const Message answer =
        post(wire, body, user_without_mfa() + "Accept-Encoding: gzip, deflate\r\n");
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(told(answer), "a:200 b:401 c:200 d:401 e:200");
    EXPECT_EQ(answer.value("Content-Length"), std::to_string(answer.body.size()));
    EXPECT_EQ(sent(0), "ace");
    EXPECT_EQ(upstream_.requests().at(0).values("Accept-Encoding"),
              std::vector<std::string>{"identity"});
    EXPECT_EQ(record().action, trace::Action::forwarded);
    EXPECT_EQ(record().verdict.clause, ClauseId::contents);
    EXPECT_EQ(record().verdict.outcome, verdict::Outcome::fail);
    EXPECT_EQ(record().request_bytes, body.size());
    EXPECT_EQ(record().response_bytes, answer.body.size());
    EXPECT_EQ(record().error, "");
    EXPECT_EQ(record().contents.at(1).verdict.outcome, verdict::Outcome::fail);
    EXPECT_EQ(record().contents.at(2).verdict.clause, ClauseId::post_action);
    // Both connections are used again.
    EXPECT_EQ(told(post(wire, body)), "a:200 b:401 c:200 d:401 e:200");
    EXPECT_EQ(upstream_.connections(), 1U);
}

TEST_F(BatchTest, AChunkedBatchGoesOnChunked) {
    Wire wire = arm();
    const std::string body = batch({item("a", "GET"), item("b", "PUT")});
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
    wire.send(std::string("POST ") + kBatch + " HTTP/1.1\r\nHost: " + kArm + "\r\n" +
              user_without_mfa() + "Transfer-Encoding: chunked\r\n\r\n" + size.data() + body +
              "\r\n0\r\n\r\n");
    EXPECT_EQ(told(wire.read_response()), "a:200 b:401");
    EXPECT_EQ(upstream_.requests().at(0).value("Transfer-Encoding"), "chunked");
    EXPECT_EQ(sent(0), "a");
}

TEST_F(BatchTest, AChunkedAnswerIsMergedToo) {
    upstream_.answer_with(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "10\r\n{\"responses\":[{\"\r\n23\r\nname\":\"a\",\"httpStatusCode\":200}]  }\r\n0\r\n\r\n");
    Wire wire = arm();
    EXPECT_EQ(told(post(wire, batch({item("b", "PUT"), item("a", "GET")}))), "b:401 a:200");
}

TEST_F(BatchTest, ALargeAnswerIsMerged) {
    const std::string text(3U << 20U, 'x');
    upstream_.answer_with(
        ok(R"({"responses":[{"name":"a","httpStatusCode":200,"content":")" + text + R"("}]})"));
    Wire wire = arm();
    const Message answer = post(wire, batch({item("a", "GET"), item("b", "PUT")}));
    EXPECT_EQ(told(answer), "a:200 b:401");
    EXPECT_GT(answer.body.size(), text.size());
}

TEST_F(BatchTest, OverTwentyItemsWithSomeRefusedAreRefusedWhole) {
    std::vector<std::string> items{item("w", "PUT")};
    for (int i = 0; i < 20; ++i) items.push_back(item("r" + std::to_string(i), "GET"));
    Wire wire = arm();
    const Message refused = post(wire, batch(items));
    EXPECT_EQ(refused.status(), 401);
    EXPECT_NE(refused.value("x-armgate-reason").find("more than 20 items"), std::string::npos);
    EXPECT_NE(record().error.find("(limit merged-items)"), std::string::npos);
    EXPECT_EQ(record().action, trace::Action::refused);
    EXPECT_EQ(upstream_.accepted(), 0U);
    items.pop_back();  // 20 are merged
    const Message merged = post(wire, batch(items));
    EXPECT_EQ(merged.status(), 200);
    EXPECT_TRUE(told(merged).starts_with("w:401 r0:200 r1:200")) << told(merged);
    items.assign(21, "");
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = item("r" + std::to_string(i), "GET");
    EXPECT_EQ(post(wire, batch(items)).status(), 200);  // none refused: as it is
    EXPECT_EQ(upstream_.requests().size(), 2U);
}

TEST_F(BatchTest, AnAnswerThatCannotBeMergedReachesTheClientUnchanged) {
    const std::string answers[] = {
        "HTTP/1.1 202 Accepted\r\nLocation: https://management.azure.com/x\r\n"
        "Content-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot JSON!",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b..",
    };
    std::size_t at = 0;
    Wire wire = arm();
    for (const std::string& bytes : answers) {
        upstream_.answer_with(bytes);
        const Message answer = post(wire, batch({item("a", "GET"), item("b", "PUT")}));
        EXPECT_EQ(answer.raw, bytes);
        EXPECT_TRUE(record(at).error.starts_with("bad_response: ")) << record(at).error;
        EXPECT_NE(record(at).error.find("unchanged"), std::string::npos);
        EXPECT_EQ(record(at).action, trace::Action::forwarded);
        ++at;
    }
}

TEST_F(BatchTest, AnAnswerOverTheLimitReachesTheClientUnchanged) {
    const std::string body(9U << 20U, ' ');
    upstream_.answer_with(ok(body));
    Wire wire = arm();
    const Message answer = post(wire, batch({item("a", "GET"), item("b", "PUT")}));
    EXPECT_TRUE(answer.body == body);
    EXPECT_NE(record().error.find("(limit batch-answer-bytes)"), std::string::npos)
        << record().error;
}

TEST_F(BatchTest, AnAnswerThatBreaksOffIsABadGateway) {
    upstream_.answer_with([](Wire& wire, const Message&) {
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"responses\":[");
        wire.close();
        return Afterwards::end_connection;
    });
    Wire wire = arm();
    EXPECT_EQ(post(wire, batch({item("a", "GET"), item("b", "PUT")})).status(), 502);
    EXPECT_EQ(record().action, trace::Action::failed);
}

TEST_F(BatchTest, ABatchThatCannotBeReadIsRefusedWhole) {
    Wire wire = arm();
    const Message refused = post(wire, R"({"requests":[{"name":"a"}]})");
    EXPECT_EQ(refused.status(), 401);
    EXPECT_EQ(refused.value("x-armgate-verdict"), "contents-not-read");
    EXPECT_NE(record().error.find("input_invalid"), std::string::npos);
    EXPECT_EQ(upstream_.accepted(), 0U);
}

TEST_F(BatchTest, ADeploymentInABatchIsRefusedAsADeployment) {
    settings_.deployment_refusal = 400;
    const std::string content =
        R"({"properties":{"mode":"Incremental","template":{"resources":[)"
        R"({"type":"Microsoft.KeyVault/vaults","apiVersion":"1","name":"kv9"}]}}})";
    const std::string deployment =
        R"({"name":"d","httpMethod":"PUT","url":"/subscriptions/s/resourceGroups/g/providers/)"
        R"(Microsoft.Resources/deployments/d?api-version=1","content":)" +
        content + "}";
    Wire wire = arm();
    const Message answer = post(wire, batch({deployment, item("a", "GET")}));
    EXPECT_EQ(told(answer), "d:400 a:200");
    const json first = json::parse(answer.body).at("responses").at(0);
    EXPECT_FALSE(first.at("headers").contains("WWW-Authenticate"));
    EXPECT_EQ(first.at("content").at("error").at("details").at(0).at("target"), "kv9");
    EXPECT_EQ(record().contents.size(), 3U);
}

TEST_F(BatchTest, ObserveAndCallersWithMfaAndWorkloadsForwardAllOfIt) {
    const std::string body = batch({item("a", "PUT"), item("b", "GET")});
    Wire wire = arm();
    EXPECT_EQ(told(post(wire, body, user_with_mfa())), "b:200 a:200");
    EXPECT_EQ(told(post(wire, body, service_principal())), "b:200 a:200");
    EXPECT_EQ(record(1).verdict.clause, ClauseId::workload_identity);
    EXPECT_EQ(upstream_.requests().at(0).body, body);
    EXPECT_EQ(upstream_.requests().at(1).body, body);
}

TEST_F(BatchTest, ObserveForwardsByteForByte) {
    settings_.mode = verdict::Mode::observe;
    const std::string body = " " + batch({item("a", "PUT"), item("b", "GET")}) + "\r\n";
    Wire wire = arm();
    EXPECT_EQ(told(post(wire, body)), "b:200 a:200");
    EXPECT_EQ(upstream_.requests().at(0).body, body);
    EXPECT_EQ(record().contents.at(0).verdict.outcome, verdict::Outcome::fail);
    EXPECT_EQ(record().action, trace::Action::forwarded);
}

}  // namespace
}  // namespace armgate::tests
