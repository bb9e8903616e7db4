// Clients that do not trust the CA, or do not know the proxy's credentials: said at once, with the
// way out, while `armgate run`'s command still runs.
#include "support/child_program.hpp"
#include "support/test_pki.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kScript =
    "#!/bin/sh\n"
    "echo \"$HTTPS_PROXY\" > \"$1/at.new\"; mv \"$1/at.new\" \"$1/at\"\n"
    "while [ ! -e \"$1/go\" ]; do sleep 0.05; done\n";

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

/// `armgate run` around a command of a given name that waits for the test.
class Untrusting : public ::testing::Test {
  protected:
    void start(const std::string& command, std::vector<std::string> options) {
        const std::string program = folder_.file(command);
        spill(program, kScript);
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        options.insert(options.begin(), "run");
        options.insert(options.end(), {"--", program, folder_.path()});
        run_ = std::make_unique<ChildProgram>(options);
        ASSERT_TRUE(eventually([this] { return !slurp(folder_.file("at")).empty(); }));
        const std::string url = slurp(folder_.file("at"));
        port_ = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    }

    /// A client that goes as far as its own check of the certificate, and sends a real alert.
    void distrust(const std::string& fields) {
        Wire wire = Wire::connect(port_);
        wire.send("CONNECT management.azure.com:443 HTTP/1.1\r\n" + fields + "\r\n");
        ASSERT_EQ(wire.read_head().status(), 200);
        TlsOptions options;
        options.sni = "management.azure.com";
        options.ca_pem = pki_.ca_pem();
        EXPECT_THROW(wire.start_tls(options), WireError);
    }

    /// A client that takes the handshake to its end, looks, and leaves, in order or by a reset.
    enum class Way { orderly, cut, reset };
    void leave(const std::string& fields, Way way) {
        Wire wire = Wire::connect(port_);
        wire.send("CONNECT management.azure.com:443 HTTP/1.1\r\n" + fields + "\r\n");
        ASSERT_EQ(wire.read_head().status(), 200);
        TlsOptions options;
        options.sni = "management.azure.com";
        wire.start_tls(options);
        if (way == Way::orderly) wire.close();
        if (way == Way::cut) wire.cut();
        if (way == Way::reset) wire.reset();
    }

    std::string finish() {
        spill(folder_.file("go"), "go");
        EXPECT_EQ(run_->wait(), 0);
        return run_->err();
    }

    TemporaryFolder folder_;
    TestPki pki_{now()};
    std::unique_ptr<ChildProgram> run_;
    std::uint16_t port_ = 0;
};

TEST_F(Untrusting, TheToolAndItsVariableAreSaidBeforeTheCommandEndsAndOnce) {
    start("deploy.sh", {"--no-proxy-auth"});
    distrust("User-Agent: curl/8.1\r\n");
    ASSERT_TRUE(run_->says("curl does not trust armgate's CA")) << run_->err();
    const std::string said = run_->err();
    const std::size_t at = said.find("CURL_CA_BUNDLE=") + 15;
    const std::string bundle = said.substr(at, said.find(".pem", at) + 4 - at);
    EXPECT_TRUE(std::filesystem::exists(bundle)) << bundle;
    EXPECT_THAT(said, Not(HasSubstr("REQUESTS_CA_BUNDLE")));

    distrust("User-Agent: curl/8.1\r\n");
    distrust("User-Agent: Go-http-client/1.1\r\n");
    ASSERT_TRUE(run_->says("it lacks SSL_CERT_FILE=")) << run_->err();
    const std::string err = finish();
    EXPECT_EQ(count(err, "curl does not trust armgate's CA, so"), 1U) << err;
    EXPECT_THAT(err, HasSubstr("no ARM request came through armgate: curl does not trust its CA"));
    EXPECT_THAT(err, HasSubstr("next: set CURL_CA_BUNDLE="));
}

TEST_F(Untrusting, ANamelessClientIsTheCommandWhereThatIsOne) {
    start("az", {"--no-proxy-auth"});
    distrust("");
    EXPECT_TRUE(run_->says("az does not trust armgate's CA")) << run_->err();
    EXPECT_TRUE(run_->says("it lacks REQUESTS_CA_BUNDLE=")) << run_->err();
    finish();
}

TEST_F(Untrusting, WhoCannotBeKnownIsSaidToBeSo) {
    start("deploy.sh", {"--no-proxy-auth"});
    distrust("");
    EXPECT_TRUE(run_->says("a client that does not say its name does not trust")) << run_->err();
    EXPECT_TRUE(run_->says("az, Python: REQUESTS_CA_BUNDLE; ")) << run_->err();
    finish();
}

TEST_F(Untrusting, AKindThatLeavesWithoutAnAlertIsNamedAndNoOther) {
    start("deploy.sh", {"--no-proxy-auth"});
    leave("User-Agent: curl/8\r\n", Way::orderly);
    leave("User-Agent: Wget/1.21.3\r\n", Way::orderly);
    EXPECT_TRUE(run_->says("wget closed its connection to ARM when it saw")) << run_->err();
    EXPECT_TRUE(run_->says("it may lack WGETRC=")) << run_->err();
    leave("User-Agent: curl/8\r\n", Way::reset);
    leave("User-Agent: git/2.39.5\r\n", Way::reset);
    EXPECT_TRUE(run_->says("it may lack GIT_SSL_CAINFO=")) << run_->err();
    EXPECT_THAT(finish(), Not(HasSubstr("curl")));
}

TEST_F(Untrusting, HoweverItLeaves) {
    start("deploy.sh", {"--no-proxy-auth"});
    leave("User-Agent: Wget/1.21.3\r\n", Way::cut);
    EXPECT_TRUE(run_->says("wget closed its connection to ARM when it saw")) << run_->err();
    finish();
}

TEST_F(Untrusting, AFloodOfNamesIsCutShort) {
    start("deploy.sh", {"--no-proxy-auth"});
    for (int i = 0; i < 40; ++i) distrust("User-Agent: x" + std::to_string(i) + "y/1\r\n");
    ASSERT_TRUE(run_->says("'x0y/1'"));
    EXPECT_EQ(count(finish(), "does not trust armgate's CA, so"), 16U);
}

TEST_F(Untrusting, AClientWithoutCredentialsIsToldOfTheOption) {
    start("java", {});
    {
        Wire wire = Wire::connect(port_);
        wire.send("CONNECT management.azure.com:443 HTTP/1.1\r\nUser-Agent: Java/17.0.15\r\n\r\n");
        EXPECT_EQ(wire.read_head().status(), 407);
    }
    const std::string err = finish();
    EXPECT_THAT(err, HasSubstr("Java reached armgate without the proxy's credentials"));
    EXPECT_THAT(err, HasSubstr("next: try again with 'armgate run --no-proxy-auth'"));
}

TEST_F(Untrusting, AClientThatComesBackWithThemIsNotComplainedOf) {
    start("java", {"--proxy-auth", "me:pw"});
    {
        Wire wire = Wire::connect(port_);
        wire.send("CONNECT management.azure.com:443 HTTP/1.1\r\nUser-Agent: Java/17.0.15\r\n\r\n");
        EXPECT_EQ(wire.read_head().status(), 407);
    }
    {
        Wire wire = Wire::connect(port_);
        wire.send(
            "GET http://management.azure.com/ HTTP/1.1\r\nHost: management.azure.com\r\n\r\n");
        EXPECT_EQ(wire.read_head().status(), 403);  // an ARM request, whatever became of it
    }
    EXPECT_THAT(finish(), Not(HasSubstr("credentials")));
}

TEST_F(Untrusting, AClientThatSendsThemWhenAskedIsNotComplainedOf) {
    start("curl", {"--proxy-auth", "me:pw"});
    {
        Wire wire = Wire::connect(port_);
        const std::string connect = "CONNECT management.azure.com:443 HTTP/1.1\r\n";
        wire.send(connect + "\r\n");
        EXPECT_EQ(wire.read_head().status(), 407);
        wire.send(connect + "Proxy-Authorization: Basic bWU6cHc=\r\n\r\n");
        EXPECT_EQ(wire.read_head().status(), 200);
    }
    EXPECT_THAT(finish(), Not(HasSubstr("credentials")));
}

}  // namespace
}  // namespace armgate::tests
