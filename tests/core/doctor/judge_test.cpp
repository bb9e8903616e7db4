#include "core/doctor/judge.hpp"

#include "core/doctor/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::doctor {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string>& arm_hosts() {
    static const std::vector<std::string> hosts{"management.azure.com"};
    return hosts;
}

const wiring::WiringRules& wiring_rules() {
    static const wiring::WiringRules rules = *wiring::load_wiring_rules();
    return rules;
}

const ProbeRule& rule(std::string_view id) {
    static const std::vector<ProbeRule> rules = *load_probe_rules(wiring_rules());
    for (const ProbeRule& each : rules) {
        if (each.id == id) return each;
    }
    throw std::out_of_range(std::string(id));
}

wiring::Environment wired(const std::string& url = "http://u:p@127.0.0.1:8642") {
    return wiring::wire({}, {url, arm_hosts(), "/ca", {}, {}}, wiring_rules()).set;
}

Finding judged(std::string_view id,
               const Evidence& evidence,
               const wiring::Environment& environment,
               Source source = Source::shell) {
    const wiring::Environment expected = wired();
    return judge(rule(id), evidence,
                 {source, environment, expected, "127.0.0.1:8642", "/ca", arm_hosts(),
                  std::chrono::seconds(30), "armgate env"});
}

Evidence alerted() {
    Evidence evidence;
    evidence.connected = evidence.alerted = true;
    evidence.status = 60;
    return evidence;
}

Evidence unseen(int status) {
    Evidence evidence;
    evidence.status = status;
    evidence.output = "curl: (6) Could not resolve host: management.azure.com\n";
    return evidence;
}

TEST(DoctorJudge, OnlyItsOwnRequestIsProof) {
    Evidence evidence;
    evidence.reached_arm = evidence.connected = true;
    // Java asks once without credentials, then with them; a status that is not 0 is the 404 of ARM.
    evidence.without_credentials = true;
    evidence.status = 22;
    const Finding found = judged("az", evidence, wired(), Source::run);
    EXPECT_EQ(found.state, State::ok);
    EXPECT_EQ(found.cause, Cause::none);
    EXPECT_EQ(found.variable, "REQUESTS_CA_BUNDLE");
    EXPECT_EQ(found.detail, "through the proxy, CA trusted by REQUESTS_CA_BUNDLE");
    evidence.reached_arm = false;
    evidence.status = 0;
    EXPECT_EQ(judged("az", evidence, wired(), Source::run).state, State::failed);
}

TEST(DoctorJudge, ACaThatTheSystemTrustsNeedsNoVariable) {
    Evidence evidence;
    evidence.reached_arm = true;
    wiring::Environment shell = wired();
    shell.erase("CURL_CA_BUNDLE");
    const Finding found = judged("curl", evidence, shell);
    EXPECT_EQ(found.state, State::ok);
    EXPECT_EQ(found.variable, "");
    EXPECT_THAT(found.detail, HasSubstr("CA trusted without CURL_CA_BUNDLE"));
}

TEST(DoctorJudge, TheTrustVariableIsNamedWithItsValue) {
    const struct {
        const char* client;
        const char* variable;
        const char* set;
    } cases[] = {
        {"az", "REQUESTS_CA_BUNDLE", "sets REQUESTS_CA_BUNDLE=/ca/bundle.pem"},
        {"terraform", "SSL_CERT_FILE", "sets SSL_CERT_FILE=/ca/bundle.pem"},
        {"python", "SSL_CERT_FILE", "sets SSL_CERT_FILE=/ca/bundle.pem"},
        {"python-requests", "REQUESTS_CA_BUNDLE", "sets REQUESTS_CA_BUNDLE=/ca/bundle.pem"},
        {"node", "NODE_EXTRA_CA_CERTS", "sets NODE_EXTRA_CA_CERTS=/ca/ca.pem"},
        {"java", "JAVA_TOOL_OPTIONS",
         "sets JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=/ca/bundle.jks"},
        {"curl", "CURL_CA_BUNDLE", "sets CURL_CA_BUNDLE=/ca/bundle.pem"},
        {"wget", "WGETRC", "sets WGETRC=/ca/wgetrc"},
        {"git", "GIT_SSL_CAINFO", "sets GIT_SSL_CAINFO=/ca/bundle.pem"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.client);
        wiring::Environment shell = wired();
        shell.erase(c.variable);
        const Finding missing = judged(c.client, alerted(), shell);
        EXPECT_EQ(missing.cause, Cause::untrusting);
        EXPECT_EQ(missing.variable, c.variable);
        EXPECT_THAT(missing.detail, HasSubstr("does not trust armgate's CA"));
        EXPECT_THAT(missing.detail, HasSubstr("is not set"));
        EXPECT_THAT(missing.detail, HasSubstr(c.set));
        shell[c.variable] = "/mine.pem";
        const Finding wrong = judged(c.client, alerted(), shell);
        EXPECT_EQ(wrong.variable, c.variable);
        EXPECT_THAT(wrong.detail, HasSubstr("does not name it"));
    }
}

TEST(DoctorJudge, WhereTheVariableIsRightNoVariableIsNamed) {
    const Finding found = judged("curl", alerted(), wired(), Source::run);
    EXPECT_EQ(found.cause, Cause::untrusting);
    EXPECT_EQ(found.variable, "");
    EXPECT_THAT(found.detail, HasSubstr("though CURL_CA_BUNDLE names it"));
    EXPECT_THAT(found.detail, HasSubstr(".curlrc"));
}

TEST(DoctorJudge, ASilentEndAfterTheCertificateIsSaidWithDoubt) {
    Evidence evidence;
    evidence.connected = evidence.left = true;
    const Finding found = judged("wget", evidence, wired());
    EXPECT_EQ(found.cause, Cause::untrusting);
    EXPECT_THAT(found.detail, HasSubstr("seems not to trust"));
}

TEST(DoctorJudge, WhatLeadsPastTheProxyIsNamed) {
    const auto without = [](std::initializer_list<const char*> names) {
        wiring::Environment out = wired();
        for (const char* name : names) out.erase(name);
        return out;
    };
    const auto with = [](const char* name, const char* value) {
        wiring::Environment out = wired();
        out[name] = value;
        return out;
    };
    const struct {
        const char* client;
        wiring::Environment shell;
        const char* variable;
    } cases[] = {
        {"az", without({"https_proxy", "HTTPS_PROXY"}), "https_proxy"},
        {"az", without({"https_proxy"}), ""},
        {"wget", without({"https_proxy"}), "https_proxy"},
        {"terraform", without({"https_proxy", "HTTPS_PROXY"}), "HTTPS_PROXY"},
        {"curl", with("https_proxy", "http://proxy.corp:8080"), "https_proxy"},
        {"curl", with("https_proxy", "http://localhost:8642/"), ""},
        {"curl", with("NO_PROXY", "localhost,.azure.com"), "NO_PROXY"},
        {"curl", with("no_proxy", "*"), "no_proxy"},
        {"curl", with("NO_PROXY", "localhost,example.com"), ""},
        {"node-fetch", without({"NODE_USE_ENV_PROXY"}), "NODE_USE_ENV_PROXY"},
        {"java", without({"JAVA_TOOL_OPTIONS"}), "JAVA_TOOL_OPTIONS"},
        {"java", with("JAVA_TOOL_OPTIONS", "-Dhttps.proxyPort=1"), "JAVA_TOOL_OPTIONS"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.client) + " " + c.variable);
        const Finding found = judged(c.client, unseen(6), c.shell);
        EXPECT_EQ(found.state, State::failed);
        EXPECT_EQ(found.cause, Cause::past_the_proxy);
        EXPECT_EQ(found.variable, c.variable);
        if (*c.variable != '\0') EXPECT_THAT(found.detail, HasSubstr(c.variable));
    }
}

TEST(DoctorJudge, OfNoProxyOnlyTheEntryThatMattersIsShown) {
    wiring::Environment shell = wired();
    shell["NO_PROXY"] = "localhost,.azure.com,corp.example";
    const Finding found = judged("curl", unseen(0), shell);
    EXPECT_THAT(found.detail, HasSubstr("take '.azure.com' out of it"));
}

TEST(DoctorJudge, TheProxysCredentialsAreNeverShown) {
    wiring::Environment shell = wired();
    shell.erase("HTTPS_PROXY");
    shell.erase("https_proxy");
    const Finding found = judged("az", unseen(1), shell);
    EXPECT_THAT(found.detail, HasSubstr("https_proxy=http://USER:PASS@127.0.0.1:8642"));
    EXPECT_THAT(found.detail, Not(HasSubstr("u:p")));
}

TEST(DoctorJudge, AProxyThatIsNamedAndNotUsedIsShownWithTheClientsOwnWords) {
    const Finding found = judged("curl", unseen(6), wired(), Source::run);
    EXPECT_EQ(found.cause, Cause::past_the_proxy);
    EXPECT_THAT(found.detail, HasSubstr("nothing of it reached the proxy, though https_proxy"));
    EXPECT_THAT(found.detail, HasSubstr("(status 6: curl: (6) Could not resolve host"));
}

TEST(DoctorJudge, CredentialsThatTheShellLacksAreToldApartFromAClientThatCannotSendThem) {
    Evidence evidence;
    evidence.connected = evidence.without_credentials = true;
    const Finding cannot = judged("curl", evidence, wired(), Source::run);
    EXPECT_EQ(cannot.cause, Cause::no_credentials);
    EXPECT_THAT(cannot.detail, HasSubstr("armgate run --no-proxy-auth"));
    const Finding lacks = judged("curl", evidence, wired("http://127.0.0.1:8642"));
    EXPECT_EQ(lacks.cause, Cause::no_credentials);
    EXPECT_EQ(lacks.variable, "https_proxy");
    EXPECT_THAT(lacks.detail, HasSubstr("lacks them"));
}

TEST(DoctorJudge, TheOtherEndingsAreToldApart) {
    Evidence hung;
    hung.timed_out = true;
    hung.status = 137;
    EXPECT_EQ(judged("az", hung, wired()).cause, Cause::too_slow);
    EXPECT_THAT(judged("az", hung, wired()).detail, HasSubstr("within 30 s, and nothing of it"));
    hung.connected = true;
    EXPECT_THAT(judged("az", hung, wired()).detail, HasSubstr("though it reached the proxy"));

    Evidence broken;
    broken.failure = "Exec format error";
    EXPECT_EQ(judged("az", broken, wired()).cause, Cause::no_start);
    EXPECT_EQ(judged("az", unseen(127), wired()).cause, Cause::no_start);

    Evidence silent;
    silent.connected = true;
    silent.status = 139;
    EXPECT_EQ(judged("az", silent, wired()).cause, Cause::no_request);
    EXPECT_THAT(judged("az", silent, wired()).detail, HasSubstr("(signal 11)"));
}

TEST(DoctorJudge, AClientThatHangsForWantOfItsProxyIsToldOfTheVariable) {
    Evidence hung;
    hung.timed_out = true;
    wiring::Environment shell = wired();
    shell["NO_PROXY"] = "management.azure.com";
    EXPECT_EQ(judged("az", hung, shell).variable, "NO_PROXY");
}

std::vector<Finding> findings() {
    Finding ok;
    ok.id = ok.name = "az";
    ok.program = "/usr/bin/az";
    ok.version = "2.91.0";
    ok.variable = "REQUESTS_CA_BUNDLE";
    ok.detail = "through the proxy, CA trusted by REQUESTS_CA_BUNDLE";
    ok.took = std::chrono::milliseconds(1250);
    Finding bad;
    bad.id = bad.name = "terraform";
    bad.state = State::failed;
    bad.cause = Cause::untrusting;
    bad.detail = "does not trust armgate's CA";
    Finding open;
    open.id = "node-fetch";
    open.name = "node (fetch)";
    open.state = State::not_probed;
    open.detail = "too old";
    Finding gone;
    gone.id = gone.name = "pwsh";
    gone.state = State::not_installed;
    return {ok, bad, open, gone};
}

TEST(DoctorRender, OneAlignedLineAClient) {
    EXPECT_EQ(render_text(findings()),
              "az 2.91.0     ok: through the proxy, CA trusted by REQUESTS_CA_BUNDLE\n"
              "terraform     no: does not trust armgate's CA\n"
              "node (fetch)  --: found, not probed: too old\n"
              "not installed: pwsh\n"
              "1 ok, 1 to mend, 1 not probed\n");
}

TEST(DoctorRender, JsonHoldsTheSame) {
    const std::string json = render_json(findings());
    EXPECT_THAT(json, HasSubstr("\"failed\": 1"));
    EXPECT_THAT(json, HasSubstr("\"state\": \"not-probed\""));
    EXPECT_THAT(json, HasSubstr("\"cause\": \"untrusting\""));
    EXPECT_THAT(json, HasSubstr("\"seconds\": 1.25"));
    EXPECT_THAT(json, HasSubstr("\"not_installed\": [\n    \"pwsh\"\n  ]"));
}

}  // namespace
}  // namespace armgate::doctor
