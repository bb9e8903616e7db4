#include "core/wiring/child_environment.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::wiring {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const WiringRequest kRequest{
    "http://127.0.0.1:4000", {"management.azure.com"}, "/private/run", "", ""};

std::string at_folder(const std::string& file) {
    return "/private/run/" + file;
}

Wiring wire(const Environment& current, const WiringRequest& request) {
    static const WiringRules rules = *load_wiring_rules();
    return wiring::wire(current, request, rules);
}

std::string no_proxy_of(const std::string& value) {
    return wire({{"NO_PROXY", value}}, kRequest).set.at("NO_PROXY");
}

TEST(ChildEnvironment, ABareShellGetsTheProxyAndOneBundle) {
    const Wiring wiring = wire({}, kRequest);
    EXPECT_EQ(wiring.set.at("HTTPS_PROXY"), "http://127.0.0.1:4000");
    EXPECT_EQ(wiring.set.at("https_proxy"), "http://127.0.0.1:4000") << "wget reads this one only";
    EXPECT_EQ(wiring.set.at("NO_PROXY"), "localhost,127.0.0.1,::1,169.254.169.254");
    EXPECT_EQ(wiring.set.at("no_proxy"), wiring.set.at("NO_PROXY"));
    for (const char* name : {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE",
                             "GIT_SSL_CAINFO", "PIP_CERT", "AWS_CA_BUNDLE"}) {
        EXPECT_EQ(wiring.set.at(name), at_folder("bundle.pem")) << name;
    }
    EXPECT_EQ(wiring.set.at("NODE_EXTRA_CA_CERTS"), at_folder("ca.pem"));
    EXPECT_EQ(wiring.set.at("NODE_USE_ENV_PROXY"), "1");
    EXPECT_EQ(wiring.set.at("ARMGATE_ACTIVE"), "1");
    EXPECT_EQ(wiring.set.count("HTTP_PROXY"), 0U) << "plain HTTP is not for armgate";
    EXPECT_EQ(wiring.set.count("http_proxy"), 0U);
    ASSERT_EQ(wiring.bundles.size(), 1U);
    EXPECT_EQ(wiring.bundles[0].source, "");
    EXPECT_THAT(wiring.additions, IsEmpty());
    EXPECT_THAT(wiring.notices, IsEmpty());
}

TEST(ChildEnvironment, ACompanyRootIsKeptForEveryClient) {
    const Wiring wiring = wire({{"REQUESTS_CA_BUNDLE", "/corp.pem"}}, kRequest);
    ASSERT_EQ(wiring.bundles.size(), 1U);
    EXPECT_EQ(wiring.bundles[0].name, "bundle.pem");
    EXPECT_EQ(wiring.bundles[0].source, "/corp.pem");
    EXPECT_EQ(wiring.set.at("SSL_CERT_FILE"), at_folder("bundle.pem"));
}

TEST(ChildEnvironment, EachOwnFileMakesOneBundle) {
    const Wiring wiring = wire({{"SSL_CERT_FILE", "/a.pem"},
                                {"REQUESTS_CA_BUNDLE", "/b.pem"},
                                {"PIP_CERT", "/b.pem"},
                                {"NODE_EXTRA_CA_CERTS", "/node.pem"},
                                {"CURL_CA_BUNDLE", ""}},
                               kRequest);
    ASSERT_EQ(wiring.bundles.size(), 2U);
    EXPECT_EQ(wiring.bundles[0].source, "/a.pem");
    EXPECT_EQ(wiring.bundles[1].source, "/b.pem");
    EXPECT_EQ(wiring.set.at("SSL_CERT_FILE"), at_folder("bundle.pem"));
    EXPECT_EQ(wiring.set.at("CURL_CA_BUNDLE"), at_folder("bundle.pem"));
    EXPECT_EQ(wiring.set.at("REQUESTS_CA_BUNDLE"), at_folder("bundle-2.pem"));
    EXPECT_EQ(wiring.set.at("PIP_CERT"), at_folder("bundle-2.pem"));
    ASSERT_EQ(wiring.additions.size(), 1U);
    EXPECT_EQ(wiring.additions[0].source, "/node.pem");
    EXPECT_EQ(wiring.set.at("NODE_EXTRA_CA_CERTS"), at_folder("extra.pem"));
    EXPECT_EQ(wiring.set.at("DENO_CERT"), at_folder("ca.pem"));
}

TEST(ChildEnvironment, NoProxyKeepsWhatIsNotArm) {
    EXPECT_EQ(no_proxy_of("internal.test, .corp.test,10.0.0.0/8,LOCALHOST"),
              "localhost,127.0.0.1,::1,169.254.169.254,internal.test,.corp.test,10.0.0.0/8");
    const Wiring both =
        wire({{"NO_PROXY", "a.test,b.test"}, {"no_proxy", "B.TEST,c.test"}}, kRequest);
    EXPECT_THAT(both.set.at("no_proxy"), testing::EndsWith(",a.test,b.test,c.test"));
    EXPECT_THAT(both.notices, IsEmpty());
}

TEST(ChildEnvironment, NoProxyLosesWhatWouldLetArmPassAndSaysSo) {
    const Wiring wiring =
        wire({{"NO_PROXY", "a.test,.azure.com"}, {"no_proxy", ".azure.com"}}, kRequest);
    EXPECT_THAT(wiring.set.at("NO_PROXY"), testing::EndsWith(",a.test"));
    ASSERT_EQ(wiring.notices.size(), 1U) << "once, though it stood in both";
    EXPECT_THAT(wiring.notices[0], HasSubstr("'.azure.com'"));
}

TEST(ChildEnvironment, ARegionalArmHostIsNoWayPast) {
    for (const char* entry : {"westeurope.management.azure.com", ".westeurope.management.azure.com",
                              "*.management.azure.com", "WestEurope.Management.Azure.com:443"}) {
        EXPECT_EQ(no_proxy_of(entry), no_proxy_of("")) << entry;
    }
}

TEST(ChildEnvironment, EntriesMayBePartedBySpacesAsCurlAndNodeReadThem) {
    EXPECT_EQ(no_proxy_of("a.test management.azure.com\tb.test"), no_proxy_of("a.test,b.test"));
}

TEST(ChildEnvironment, JavaGetsItsStoreAndTheProxyBehindWhatItHad) {
    EXPECT_EQ(wire({}, kRequest).set.at("JAVA_TOOL_OPTIONS"),
              "-Djavax.net.ssl.trustStore=/private/run/bundle.jks "
              "-Djavax.net.ssl.trustStorePassword=changeit -Djavax.net.ssl.trustStoreType=JKS "
              "-Djava.net.useSystemProxies=true -Dhttps.proxyHost=127.0.0.1 "
              "-Dhttps.proxyPort=4000 "
              "-Dhttp.nonProxyHosts=localhost|127.*|[::1]|169.254.169.254");
    const Wiring wiring = wire({{"JAVA_TOOL_OPTIONS", "-Xmx1g '-Da=b c'"},
                                {"NO_PROXY", ".corp.test"},
                                {"SSL_CERT_FILE", "/corp.pem"}},
                               kRequest);
    EXPECT_THAT(wiring.set.at("JAVA_TOOL_OPTIONS"),
                testing::AllOf(testing::StartsWith("-Xmx1g '-Da=b c' -Djavax"),
                               testing::EndsWith("|*.corp.test")));
    EXPECT_EQ(wiring.store.name, "bundle.jks");
    EXPECT_EQ(wiring.store.bundle_source, "/corp.pem");
    EXPECT_EQ(wiring.store.own, "");
}

TEST(ChildEnvironment, CredentialsStayOutOfJavasOptionsAndAddressesAreTakenApart) {
    WiringRequest request = kRequest;
    request.proxy_url = "http://armgate:5ecret@[::1]:4000";
    request.folder = "/my own/run";
    const std::string options = wire({}, request).set.at("JAVA_TOOL_OPTIONS");
    EXPECT_THAT(options, Not(HasSubstr("5ecret"))) << "every JVM prints the variable";
    EXPECT_THAT(options, HasSubstr(" -Dhttps.proxyHost=::1 -Dhttps.proxyPort=4000 "));
    EXPECT_THAT(options,
                testing::StartsWith("\"-Djavax.net.ssl.trustStore=/my own/run/bundle.jks\" "));
}

TEST(ChildEnvironment, JavasOwnStoreIsNamedToBeKept) {
    const Wiring wiring = wire({{"JAVA_TOOL_OPTIONS",
                                 "-Djavax.net.ssl.trustStore=/own.p12 "
                                 "-Djavax.net.ssl.trustStorePassword=pw"}},
                               kRequest);
    EXPECT_EQ(wiring.store.own, "/own.p12");
    EXPECT_EQ(wiring.store.own_password, "pw");
}

TEST(ChildEnvironment, JavasOwnExceptionsLoseWhatWouldLetArmPass) {
    const Wiring wiring =
        wire({{"JAVA_TOOL_OPTIONS",
               "-Dhttp.nonProxyHosts=*.corp.test|management.*|*.management.azure.com|*.azure.com"}},
             kRequest);
    EXPECT_THAT(wiring.set.at("JAVA_TOOL_OPTIONS"),
                testing::EndsWith("|169.254.169.254|*.corp.test"));
    EXPECT_EQ(wiring.notices.size(), 3U);
}

TEST(ChildEnvironment, WgetGetsAFileWithTheUsersOwnInFront) {
    WiringRequest request = kRequest;
    request.wgetrc = "tries = 3\nca_certificate = ~/corp.pem\n";
    const Wiring wiring = wire({{"HOME", "/home/ana"}}, request);
    EXPECT_EQ(wiring.set.at("WGETRC"), at_folder("wgetrc"));
    ASSERT_EQ(wiring.private_files.size(), 1U);
    EXPECT_EQ(wiring.private_files[0].content,
              "tries = 3\nca_certificate = ~/corp.pem\nca_certificate = "
              "/private/run/bundle-2.pem\n");
    ASSERT_EQ(wiring.bundles.size(), 2U);
    EXPECT_EQ(wiring.bundles[1].source, "/home/ana/corp.pem");
}

TEST(ChildEnvironment, InASharedFolderTheUsersOwnHasItsOwnNames) {
    WiringRequest request = kRequest;
    request.own_prefix = "env-";
    EXPECT_EQ(wire({}, request).set.at("SSL_CERT_FILE"), at_folder("bundle.pem"));
    EXPECT_EQ(wire({}, request).store.name, "bundle.jks");
    const Wiring own = wire({{"SSL_CERT_FILE", "/a.pem"}}, request);
    EXPECT_EQ(own.set.at("SSL_CERT_FILE"), at_folder("env-bundle.pem"));
    EXPECT_EQ(own.store.name, "env-bundle.jks");
}

}  // namespace
}  // namespace armgate::wiring
