// A dry run through real sockets: reads go to ARM, writes are answered here, and of what cannot be
// rehearsed nothing leaves.
#include "support/child_program.hpp"
#include "support/proxy_fixture.hpp"

#include <algorithm>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

namespace armgate::tests {
namespace {

using nlohmann::json;

const std::string kSub = "/subscriptions/11111111-2222-3333-4444-555555555555";
const std::string kVersion = "?api-version=2021-04-01";
const std::string kReal = kSub + "/resourceGroups/real";
const std::string kNew = kSub + "/resourceGroups/new";
constexpr const char* kNotFound = R"({"error":{"code":"ResourceGroupNotFound","message":"gone"}})";

std::string group(const std::string& id, const std::string& location = "westeurope") {
    const std::string name = id.substr(id.rfind('/') + 1);
    return json({{"id", id},
                 {"name", name},
                 {"type", "Microsoft.Resources/resourceGroups"},
                 {"location", location},
                 {"properties", {{"provisioningState", "Succeeded"}}}})
        .dump();
}

std::string not_found() {
    const std::string body = kNotFound;
    return "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

class DryRunTest : public ProxyTest {
  protected:
    DryRunTest() {
        settings_.mode = verdict::Mode::dry_run;
        settings_.dry_run.options.lro = dryrun::Lro::instant;
        upstream_.answer_with([](Wire& wire, const Message& message) {
            wire.send(real_answer(message.start_line()));
            return Afterwards::next_request;
        });
    }

    /// A real subscription with one group.
    static std::string real_answer(const std::string& line) {
        if (line.starts_with("GET " + kReal + "?")) return ok(group(kReal));
        if (line.starts_with("GET " + kSub + "/resourceGroups?")) {
            return ok(R"({"value":[)" + group(kReal) + "]}");
        }
        if (line.starts_with("GET ") || line.starts_with("HEAD ")) return not_found();
        return "HTTP/1.1 599 A write came through\r\nContent-Length: 0\r\n\r\n";
    }

    Message send(Wire& wire,
                 const std::string& method,
                 const std::string& path,
                 const std::string& body = "",
                 const std::string& fields = user_without_mfa()) {
        wire.send(request(method, path + kVersion, fields, body));
        return wire.read_response(method);
    }

    /// Start lines of what reached ARM.
    std::vector<std::string> upstream_lines() const {
        std::vector<std::string> out;
        for (const Message& message : upstream_.requests()) out.push_back(message.start_line());
        return out;
    }

    void expect_reads_alone() const {
        for (const std::string& line : upstream_lines()) {
            EXPECT_TRUE(line.starts_with("GET ") || line.starts_with("HEAD ")) << line;
        }
    }
};

TEST_F(DryRunTest, AWriteIsAnsweredHereAndLaterReadsSeeIt) {
    Wire wire = arm();
    const Message made = send(wire, "PUT", kNew, R"({"location":"westeurope","tags":{"a":"b"}})");
    EXPECT_EQ(made.status(), 201) << made.raw;
    EXPECT_EQ(json::parse(made.body).at("name"), "new");
    EXPECT_TRUE(made.has("x-ms-request-id"));

    const Message got = send(wire, "GET", kNew);
    EXPECT_EQ(got.status(), 200);
    EXPECT_EQ(json::parse(got.body).at("tags").at("a"), "b");
    EXPECT_EQ(send(wire, "HEAD", kNew).status(), 204);

    const json listed = json::parse(send(wire, "GET", kSub + "/resourceGroups").body);
    EXPECT_EQ(listed.at("value").size(), 2U) << listed.dump();
    expect_reads_alone();

    const auto records = proxy().records().requests(4);
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records[0].action, trace::Action::simulated);
    EXPECT_EQ(records[0].verdict.clause, verdict::ClauseId::user_without_mfa)
        << "recorded, not refused";
    EXPECT_EQ(records[0].status, 201U);
    const std::vector<dryrun::Change> changes = proxy().dry_run().changes();
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].kind, dryrun::ChangeKind::create);
    EXPECT_EQ(changes[0].seq, records[0].seq);
}

TEST_F(DryRunTest, WhatIsNotTouchedIsReadFromArmAsItIs) {
    Wire wire = arm();
    const Message got = send(wire, "GET", kReal);
    EXPECT_EQ(got.body, group(kReal));
    const std::vector<Message> asked = upstream_.requests();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_TRUE(asked[0].has("Authorization"));
    EXPECT_EQ(proxy().records().requests(1).at(0).action, trace::Action::forwarded);
}

TEST_F(DryRunTest, ADeletedGroupIsGoneFromReadsAndLists) {
    Wire wire = arm();
    EXPECT_LT(send(wire, "DELETE", kReal).status(), 300);
    EXPECT_EQ(send(wire, "GET", kReal).status(), 404);
    const json listed = json::parse(send(wire, "GET", kSub + "/resourceGroups").body);
    EXPECT_TRUE(listed.at("value").empty()) << listed.dump();
    expect_reads_alone();
}

TEST_F(DryRunTest, ARequestWithoutAUsableTokenGetsArmsOwn401) {
    Wire wire = arm();
    for (const std::string fields : {"", "Authorization: Bearer not-a-token\r\n"}) {
        const Message answer = send(wire, "PUT", kNew, R"({"location":"westeurope"})", fields);
        EXPECT_EQ(answer.status(), 401);
        EXPECT_TRUE(answer.has("WWW-Authenticate"));
        EXPECT_EQ(answer.body.find("MFA"), std::string::npos);
    }
    EXPECT_TRUE(upstream_.requests().empty());
    EXPECT_TRUE(proxy().dry_run().changes().empty());
}

TEST_F(DryRunTest, NoSpellingOfAWriteGetsOut) {
    const std::vector<std::pair<std::string, std::string>> writes = {
        {"PUT", kNew},
        {"PUT", "/" + kNew},
        {"PUT", kNew + "/"},
        {"DELETE", kSub + "/resourcegroups/REAL"},
        {"PATCH", kReal},
        {"POST", kReal + "/moveResources"},
        {"POST", kSub + "/providers/Microsoft.Network/register"},
        {"POST", kReal + "/providers/Microsoft.Compute/virtualMachines/vm1/start"},
        {"DELETE", kReal + "/providers/Microsoft.Foo%2Fbars/b1"},
        {"POST", "/batch"},
        {"PUT", "/odd"},
        {"DELETE", "/"},
    };
    for (const auto& [method, path] : writes) {
        SCOPED_TRACE(method + " " + path);
        Wire wire = arm();
        const Message answer = send(wire, method, path, method == "DELETE" ? "" : "{}");
        EXPECT_NE(answer.status(), 599);
        EXPECT_GE(answer.status(), 200);
    }
    expect_reads_alone();
}

TEST_F(DryRunTest, ABodyThatCannotBeReadIsRefusedWithTheReason) {
    settings_.limits.rehearsed_body_bytes = 100;
    {
        Wire wire = arm();
        const Message large = send(wire, "PUT", kNew, std::string(101, ' '));
        EXPECT_EQ(large.status(), 413);
        EXPECT_NE(large.body.find("rehearsed-body-bytes"), std::string::npos) << large.body;
    }
    Wire wire = arm();
    const Message packed =
        send(wire, "PUT", kNew, "xx", user_without_mfa() + "Content-Encoding: gzip\r\n");
    EXPECT_EQ(packed.status(), 415);
    EXPECT_TRUE(upstream_.requests().empty());
}

TEST_F(DryRunTest, WhatArmRefusesToShowIsNoGround) {
    upstream_.answer_with("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    Wire wire = arm();
    const Message answer = send(wire, "PUT", kNew, R"({"location":"westeurope"})");
    EXPECT_GE(answer.status(), 400) << answer.raw;
    EXPECT_TRUE(proxy().dry_run().changes().empty());
}

TEST_F(DryRunTest, AnUpstreamThatCannotBeReachedIsABadGateway) {
    settings_.connect_to = {{kArm, 443, "127.0.0.1", 1}};
    Wire wire = arm();
    const Message answer = send(wire, "PUT", kNew, R"({"location":"westeurope"})");
    EXPECT_EQ(answer.status(), 502) << answer.raw;
    EXPECT_TRUE(proxy().dry_run().changes().empty());
}

TEST_F(DryRunTest, ArmsWhatIfIsAskedFirstAndWhatItForeseesIsTaken) {
    settings_.dry_run.options.ask_what_if = true;
    const std::string account = kReal + "/providers/Microsoft.Storage/storageAccounts/acc1";
    const std::string result = kSub + "/operationresults/w1" + kVersion;
    upstream_.answer_with([&](Wire& wire, const Message& message) {
        const std::string line = message.start_line();
        if (line.starts_with("POST ") && line.find("/whatIf?") != std::string::npos) {
            wire.send("HTTP/1.1 202 Accepted\r\nLocation: https://management.azure.com" + result +
                      "\r\nContent-Length: 0\r\n\r\n");
        } else if (line.starts_with("GET " + result)) {
            const json after{{"id", account},
                             {"location", "westeurope"},
                             {"sku", {{"name", "Standard_GRS"}}},
                             {"kind", "StorageV2"},
                             {"properties", {{"foreseen", true}}}};
            const json change{{"resourceId", account}, {"changeType", "Create"}, {"after", after}};
            wire.send(ok(json({{"status", "Succeeded"},
                               {"properties", {{"changes", json::array({change})}}}})
                             .dump()));
        } else {
            wire.send(real_answer(line));
        }
        return Afterwards::next_request;
    });
    const json resource{{"type", "Microsoft.Storage/storageAccounts"},
                        {"apiVersion", "2023-01-01"},
                        {"name", "acc1"},
                        {"location", "westeurope"},
                        {"kind", "StorageV2"},
                        {"sku", {{"name", "Standard_LRS"}}}};
    const json sent{
        {"properties",
         {{"mode", "Incremental"},
          {"template",
           {{"$schema",
             "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"},
            {"contentVersion", "1.0.0.0"},
            {"resources", json::array({resource})}}}}}};
    Wire wire = arm();
    const Message put =
        send(wire, "PUT", kReal + "/providers/Microsoft.Resources/deployments/d1", sent.dump());
    EXPECT_EQ(put.status(), 201) << put.raw;
    const json made = json::parse(send(wire, "GET", account).body);
    EXPECT_EQ(made.at("properties").value("foreseen", false), true) << made.dump();
    EXPECT_EQ(made.at("sku").at("name"), "Standard_GRS");
    for (const std::string& line : upstream_lines()) {
        EXPECT_TRUE(line.starts_with("GET ") || line.find("/whatIf?") != std::string::npos) << line;
    }
}

TEST_F(DryRunTest, ADataPlaneIsNotTunnelledUnlessAskedFor) {
    ScriptedUpstream vault([](Wire& wire) { wire.send("hello"); });
    for (const std::string host : {"kv1.vault.azure.net", "kv2.vault.azure.net"}) {
        settings_.connect_to.push_back({host, 443, "127.0.0.1", vault.port()});
    }
    settings_.dry_run.tunnels = {*arm::HostPattern::parse("kv2.vault.azure.net")};
    Wire refused = dial();
    refused.send("CONNECT KV1.vault.azure.net:443 HTTP/1.1\r\nHost: KV1.vault.azure.net\r\n\r\n");
    Message answer = refused.read_head();
    refused.read_body(answer);
    EXPECT_EQ(answer.status(), 403);
    EXPECT_NE(answer.body.find("Key Vault"), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("--tunnel kv1.vault.azure.net"), std::string::npos) << answer.body;
    EXPECT_EQ(vault.accepted(), 0U);

    Wire passed = dial();
    EXPECT_EQ(connect(passed, "kv2.vault.azure.net:443"), 200);
    EXPECT_EQ(passed.read_exactly(5), "hello");
    const auto tunnels = proxy().records().tunnels(1);
    ASSERT_GE(tunnels.size(), 1U);
    EXPECT_TRUE(tunnels[0].error.starts_with("not_rehearsed: ")) << tunnels[0].error;
}

TEST_F(DryRunTest, AHandshakeForADataPlaneInsideAnotherTunnelIsCut) {
    ScriptedUpstream server([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "127.0.0.1:" + std::to_string(server.port())), 200);
    TlsOptions options;
    options.sni = "kv1.vault.azure.net";
    EXPECT_THROW(wire.start_tls(options), WireError);
    const auto tunnels = proxy().records().tunnels(1);
    ASSERT_EQ(tunnels.size(), 1U);
    EXPECT_EQ(tunnels[0].bytes_sent, 0U);
    EXPECT_NE(tunnels[0].error.find("Key Vault"), std::string::npos) << tunnels[0].error;
}

TEST_F(DryRunTest, AHandshakeThatNamesNoHostIsNotLetThroughToAnAddress) {
    ScriptedUpstream server([](Wire& wire) { static_cast<void>(wire.read_to_end()); });
    Wire wire = dial();
    ASSERT_EQ(connect(wire, "127.0.0.1:" + std::to_string(server.port())), 200);
    EXPECT_THROW(wire.start_tls(TlsOptions()), WireError);
    const auto tunnels = proxy().records().tunnels(1);
    ASSERT_EQ(tunnels.size(), 1U);
    EXPECT_EQ(tunnels[0].bytes_sent, 0U);
    EXPECT_NE(tunnels[0].error.find("names no host"), std::string::npos) << tunnels[0].error;
}

TEST_F(DryRunTest, AnOverlayIsKeptAndResumed) {
    const TemporaryFolder folder;
    settings_.dry_run.overlay = folder.file("overlay.json");
    {
        Wire wire = arm();
        EXPECT_EQ(send(wire, "PUT", kNew, R"({"location":"westeurope"})").status(), 201);
    }
    struct stat info {};
    ASSERT_EQ(::stat(settings_.dry_run.overlay.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    TestProxy second(settings_, pki_.ca_pem(), traced_);
    EXPECT_EQ(second.dry_run().changes().size(), 1U);
}

TEST_F(DryRunTest, WhatTheOverlaysFileCannotKeepHasNotHappened) {
    const TemporaryFolder folder;
    settings_.dry_run.overlay = folder.file("overlay.json");
    Wire wire = arm();
    EXPECT_EQ(send(wire, "PUT", kNew, R"({"location":"westeurope"})").status(), 201);
    ASSERT_EQ(::rename(folder.path().c_str(), (folder.path() + "-moved").c_str()), 0);
    const Message answer = send(wire, "PUT", kNew + "2", R"({"location":"westeurope"})");
    EXPECT_EQ(answer.status(), 503) << answer.raw;
    EXPECT_EQ(send(wire, "GET", kNew).status(), 200) << "what was kept before is still there";
    ASSERT_EQ(::rename((folder.path() + "-moved").c_str(), folder.path().c_str()), 0);
    EXPECT_EQ(send(wire, "GET", kNew + "2").status(), 404);
    EXPECT_EQ(send(wire, "PUT", kNew + "3", R"({"location":"westeurope"})").status(), 201);
    const std::string text = slurp(settings_.dry_run.overlay);
    EXPECT_NE(text.find("resourceGroups/new\\\""), std::string::npos) << "nothing is lost of it";
}

TEST_F(DryRunTest, ABrokenOverlayStopsTheStart) {
    const TemporaryFolder folder;
    spill(folder.file("overlay.json"), "{\"not\":\"ours\"}");
    settings_.dry_run.overlay = folder.file("overlay.json");
    try {
        static_cast<void>(proxy());
        FAIL() << "it started";
    } catch (const WireError& error) {
        EXPECT_NE(std::string(error.what()).find("overlay.json"), std::string::npos)
            << error.what();
    }
}

TEST(DryRunOptions, AreRefusedInOtherModes) {
    ChildProgram program({"run", "--overlay", "x", "--", "true"});
    EXPECT_EQ(program.wait(), 2);
    EXPECT_NE(program.err().find("--overlay is for --mode dry-run"), std::string::npos)
        << program.err();
}

TEST(DryRunOptions, AChangesFileThatCannotBeWrittenStopsTheStart) {
    ChildProgram program(
        {"run", "--mode", "dry-run", "--changes", "/no/such/folder/c.json", "--", "true"});
    EXPECT_EQ(program.wait(), 1);
    EXPECT_NE(program.err().find("--changes /no/such/folder/c.json"), std::string::npos)
        << program.err();
}

}  // namespace
}  // namespace armgate::tests
