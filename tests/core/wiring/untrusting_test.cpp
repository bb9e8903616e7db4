#include "core/wiring/untrusting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::wiring {
namespace {

using testing::HasSubstr;
using testing::Not;

const WiringRules& rules() {
    static const WiringRules loaded = *load_wiring_rules();
    return loaded;
}

std::string id_of(const char* user_agent, const char* command) {
    const ClientRule* client =
        recognise_client({"management.azure.com", user_agent, command}, rules());
    return client == nullptr ? "" : client->id;
}

TEST(Untrusting, AClientIsKnownByItsUserAgentAndWithoutOneByTheCommand) {
    const struct {
        const char* user_agent;
        const char* command;
        const char* want;
    } cases[] = {
        {"Go-http-client/1.1", "", "go"},
        {"go-http-client/2.0", "bash", "go"},
        {"curl/7.88.1", "az", "curl"},
        {"Wget/1.21.3", "", "wget"},
        {"git/2.39.5", "", "git"},
        {"node", "", "node"},
        {"undici", "", "node"},
        {"Java/17.0.15", "", "java"},
        {"Java-http-client/17.0.15", "", "java"},
        {"azsdk-java-com.azure.resourcemanager.resources/2.53.5 (17.0.15; Linux)", "", "java"},
        {"azsdk-js-arm-resources/5.2.0 core-rest-pipeline/1.24.0 Node/20.20.2", "", "node"},
        {"azmcp/2.0.5.0 azmcp-stdio/2.0.5.0 (.NETCoreApp,Version=v10.0; Debian)", "", "dotnet"},
        {"Python/3.11 aiohttp/3.9.1", "", "python-async"},
        {"python-requests/2.31", "", "python"},
        {"libwww-perl/6.72", "", "perl"},
        // Nameless: az, Python, .NET and the Azure SDK for JS.
        {"", "az", "azure-cli"},
        {"", "/usr/bin/az", "azure-cli"},
        {"", "python3.11", "python"},
        {"", "/opt/x/python3", "python"},
        {"", "pwsh", "dotnet"},
        {"", "node", "node"},
        {"", "java", "java"},
        // Terraform itself gives a name, so the nameless one is the az that it calls for a token.
        {"", "terraform", "azure-cli"},
        {"", "tofu", "azure-cli"},
        // Not to be known.
        {"", "", ""},
        {"", "bash", ""},
        {"", "./deploy.sh", ""},
        {"", "curl", ""},
        {"something/1.0", "az", ""},
        {"nodes/1", "", ""},
        {"azsdk-/1", "az", ""},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(id_of(c.user_agent, c.command), c.want) << c.user_agent << " | " << c.command;
    }
}

TEST(Untrusting, TheReportNamesTheOneVariableWithItsValue) {
    const struct {
        const char* user_agent;
        const char* want;
    } cases[] = {
        {"Go-http-client/1.1", "it lacks SSL_CERT_FILE=/x y/bundle.pem"},
        {"curl/8", "it lacks CURL_CA_BUNDLE=/x y/bundle.pem"},
        {"undici", "it lacks NODE_EXTRA_CA_CERTS=/x y/ca.pem"},
        {"Wget/1.21", "it lacks WGETRC=/x y/wgetrc"},
        {"Java/17", "it lacks JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=/x y/bundle.jks"},
    };
    for (const auto& c : cases) {
        const auto report = report_untrusting({"h", c.user_agent, ""}, "/x y", rules());
        EXPECT_THAT(report.sentence(), HasSubstr(c.want));
        EXPECT_THAT(report.sentence(), Not(HasSubstr("REQUESTS_CA_BUNDLE"))) << "one, not all";
    }
}

TEST(Untrusting, WhoCannotBeKnownIsSaidToBeSoWithTheCommonVariables) {
    const auto nameless = report_untrusting({"h", "", "bash"}, "/f", rules());
    EXPECT_EQ(nameless.sentence(),
              "a client that does not say its name does not trust armgate's CA, so its call to ARM "
              "failed; it lacks the variable that names /f/bundle.pem (az, Python: "
              "REQUESTS_CA_BUNDLE; Terraform, Go, .NET: SSL_CERT_FILE; Node: NODE_EXTRA_CA_CERTS; "
              "Java: JAVA_TOOL_OPTIONS); 'armgate run' had set it for its command");
    EXPECT_THAT(report_untrusting({"h", "own/1", ""}, "/f", rules()).sentence(),
                HasSubstr("a client that calls itself 'own/1'"));
}

TEST(Untrusting, OneKindIsOneClientAtOneHost) {
    const auto kind = [](const char* host, const char* user_agent) {
        return report_untrusting({host, user_agent, ""}, "/f", rules()).kind;
    };
    EXPECT_EQ(kind("a", "curl/7"), kind("a", "curl/8"));
    EXPECT_NE(kind("a", "curl/7"), kind("b", "curl/7"));
    EXPECT_NE(kind("a", "curl/7"), kind("a", "Wget/1"));
    EXPECT_NE(kind("a", "x/1"), kind("a", "y/1"));
}

TEST(Untrusting, AClientsOwnTextHoldsNothingThatATerminalObeysAndNoToken) {
    const std::string token = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJzZWNyZXQifQ.c2lnbmF0dXJl";
    const UntrustingClient client{"h\x1b[2J", "\x1b]0;x\x07 " + token + std::string(500, 'x'), ""};
    for (const std::string& text : {report_untrusting(client, "/f", rules()).sentence(),
                                    report_without_credentials(client, rules())}) {
        for (const char c : text) EXPECT_TRUE(c >= 0x20 && c < 0x7F) << static_cast<int>(c);
        EXPECT_THAT(text, Not(HasSubstr("c2lnbmF0")));
        EXPECT_LT(text.size(), 500U);
    }
}

TEST(Untrusting, WhoLeavesWithoutAnAlertIsReportedWithDoubtWhereItsKindDoesThat) {
    const auto wget = report_left({"h", "Wget/1.21.3", ""}, "/f", rules());
    ASSERT_TRUE(wget);
    EXPECT_EQ(
        wget->sentence(),
        "wget closed its connection to ARM when it saw armgate's certificate, so it seems not "
        "to trust armgate's CA; it may lack WGETRC=/f/wgetrc; 'armgate env' prints it");
    EXPECT_TRUE(report_left({"h", "git/2.39.5", ""}, "/f", rules()));
    for (const char* user_agent : {"curl/8", "Go-http-client/1.1", "own/1", ""}) {
        EXPECT_FALSE(report_left({"h", user_agent, "az"}, "/f", rules())) << user_agent;
    }
}

TEST(WithoutCredentials, NamesTheWayOut) {
    EXPECT_THAT(report_without_credentials({"", "Java/17", "java"}, rules()),
                testing::AllOf(HasSubstr("Java reached"), HasSubstr("--no-proxy-auth")));
    EXPECT_THAT(report_without_credentials({"", "Java/17", ""}, rules()),
                testing::AllOf(HasSubstr("USER:PASS@"), Not(HasSubstr("armgate run"))));
}

}  // namespace
}  // namespace armgate::wiring
