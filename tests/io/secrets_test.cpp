// A full session of the built program with a secret in every place that can hold one, at log level
// debug, in every mode, through every failure; then nothing that armgate wrote holds any of them.
#include "core/base/text.hpp"
#include "support/program_fixture.hpp"
#include "support/tokens.hpp"

#include <csignal>
#include <map>

namespace armgate::tests {
namespace {

constexpr const char* kPath = "/subscriptions/s/resourceGroups/g";

/// Secrets by the place they were planted in; each is a text that occurs nowhere else.
class Plants {
  public:
    /// A secret on its own; sixteen letters are a canonical part of a token too.
    std::string text(const std::string& place) {
        const std::string secret = "plant" + std::to_string(planted_.size() + 10'000) + "qXz7Kw";
        planted_.emplace_back(place, secret);
        return secret;
    }
    /// A token whose every part is one.
    std::string token(const std::string& place, const std::string& claims) {
        const std::string header =
            test::base64url(R"({"alg":"RS256","kid":")" + text(place) + "\"}");
        const std::string payload = test::base64url(claims);
        planted_.emplace_back(place + " (header)", header);
        planted_.emplace_back(place + " (payload)", payload);
        return header + "." + payload + "." + text(place + " (signature)");
    }
    std::string token(const std::string& place) {
        return token(place, test::claims("\"idtyp\":\"app\""));
    }
    /// `Basic` credentials with one as the password.
    std::string basic(const std::string& place) {
        const std::string encoded = base::base64_encode("user:" + text(place));
        planted_.emplace_back(place + " (base64)", encoded);
        return "Basic " + encoded;
    }

    /// Another form of one that is planted.
    void also(const std::string& place, const std::string& secret) {
        planted_.emplace_back(place, secret);
    }

    /// The places whose secret stands in `text`, as it is or reversibly written.
    [[nodiscard]] std::vector<std::string> found_in(const std::string& text) const {
        std::vector<std::string> places;
        for (const auto& [place, secret] : planted_) {
            for (const std::string& form : {secret, base::base64_encode(secret)}) {
                if (text.find(form) != std::string::npos) places.push_back(place);
            }
        }
        return places;
    }
    [[nodiscard]] std::size_t size() const noexcept { return planted_.size(); }

  private:
    std::vector<std::pair<std::string, std::string>> planted_;
};

class Secrets : public ProgramTest {
  protected:
    Secrets() {
        options_.environment = {"TMPDIR=" + folder_.path()};
        upstream_.answer_with(
            ok(R"({"keys":[{"value":")" + plants_.text("an answer's body") + R"("}]})",
               "Set-Cookie: s=" + plants_.text("Set-Cookie") +
                   "\r\nLocation: https://x.test/?sig=" + plants_.text("Location") +
                   "\r\nWWW-Authenticate: Bearer x=\"" + plants_.text("WWW-Authenticate") +
                   "\"\r\nx-ms-request-id: " + plants_.token("x-ms-request-id") + "\r\n"));
    }

    void expect_clean(const std::string& what, const std::string& text) {
        const auto places = plants_.found_in(text);
        for (const std::string& place : places) ADD_FAILURE() << place << " is in " << what;
        if (!places.empty()) std::cerr << text.substr(0, 6000) << "\n";
    }

    /// Each file below the folder but those that the test itself wrote secrets into.
    void expect_files_clean(const std::string& folder) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            const std::string path = entry.path().string();
            if (entry.is_regular_file() && !path.ends_with(".secret")) {
                expect_clean(path, slurp(path));
            }
        }
    }

    /// Says `bytes` on a new connection; what armgate itself answered must hold no secret.
    void say(std::uint16_t port, const std::string& bytes) {
        Wire wire = Wire::connect(port);
        static_cast<void>(wire.try_send(bytes));
        wire.finish_sending();
        expect_clean("the answer to " + bytes.substr(0, 20), wire.read_to_end());
    }

    /// The same inside an intercepted connection; an answer of the upstream's own is not looked at.
    void say_to_arm(std::uint16_t port, const std::string& bytes) {
        Wire wire = arm_through(port, credentials_);
        static_cast<void>(wire.try_send(bytes));
        const std::string answer = wire.read_some();
        if (answer.find(" 200 OK") == std::string::npos) expect_clean("an answer", answer);
        wire.cut();
    }

    void plant_before_the_tunnel(std::uint16_t port);
    void plant_in_requests(std::uint16_t port);
    void plant_in_broken_requests(std::uint16_t port);

    [[nodiscard]] std::string request_with(const std::string& method,
                                           const std::string& target,
                                           const std::string& fields,
                                           const std::string& body = "") {
        return method + " " + target + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + fields +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    /// What a command prints about the trace or about nothing.
    void expect_command_clean(const std::vector<std::string>& arguments) {
        ChildProgram program(arguments, options_);
        EXPECT_NE(program.wait(), -1) << arguments.front();
        expect_clean("stdout of " + arguments.front(), program.out());
        expect_clean("stderr of " + arguments.front(), program.err());
    }

    Plants plants_;
    ProgramOptions options_;
    std::string credentials_;  ///< the Proxy-Authorization field, where one is needed
};

void Secrets::plant_before_the_tunnel(std::uint16_t port) {
    const std::string arm = std::string(kArm) + ":443";
    say(port, "CONNECT " + arm + " HTTP/1.1\r\nProxy-Authorization: " +
                  plants_.basic("wrong Proxy-Authorization") + "\r\n\r\n");
    say(port, "CONNECT user:" + plants_.text("userinfo of CONNECT") + "@" + arm + " HTTP/1.1\r\n" +
                  credentials_ + "\r\n");
    say(port, "CONNECT " + arm + "/?code=" + plants_.text("path of CONNECT") + " HTTP/1.1\r\n" +
                  credentials_ + "\r\n");
    say(port, "CONNECT other.test:443 HTTP/1.1\r\n" + credentials_ +
                  "Host: " + plants_.token("Host of CONNECT") + "\r\nUser-Agent: " +
                  plants_.token("User-Agent of CONNECT") + "\r\nAuthorization: Bearer " +
                  plants_.token("Authorization of CONNECT") + "\r\n\r\n");
    say(port, "CONNECT no-such-host.invalid:443 HTTP/1.1\r\n" + credentials_ +
                  "Cookie: " + plants_.text("Cookie of CONNECT") + "\r\n\r\n");
    say(port, "GET http://user:" + plants_.text("userinfo of plain HTTP") + "@example.test/?code=" +
                  plants_.text("query of plain HTTP") + " HTTP/1.1\r\nAuthorization: Bearer " +
                  plants_.token("Authorization of plain HTTP") + "\r\n\r\n");
    say(port, "GET /?" + plants_.text("query to the proxy") + " HTTP/1.1\r\n\r\n");
    say(port, plants_.text("garbage") + "\r\n\r\n");
    say(port, plants_.token("a token as a line") + "\r\n\r\n");
    say(port,
        "CONNECT " + arm + " HTTP/1.1\r\nAuthorization " + plants_.text("no colon") + "\r\n\r\n");
    say(port,
        "CONNECT " + arm + " HTTP/1.1\r\n" + plants_.text("a name with a space") + " : x\r\n\r\n");
    say(port, "\x16\x03\x01" + plants_.text("no TLS"));
}

void Secrets::plant_in_requests(std::uint16_t port) {
    const std::string user = test::claims(R"("idtyp":"user","scp":"x","amr":["pwd"])");
    const auto bearer = [&](const std::string& place, const std::string& claims) {
        return "Authorization: Bearer " + plants_.token(place, claims) + "\r\n";
    };
    const std::string target = std::string(kPath) + "?api-version=1&sig=" + plants_.text("sig") +
                               "&code=" + plants_.text("code") +
                               "&access_token=" + plants_.text("access_token") +
                               "&subscription-key=" + plants_.text("key in the query") + "&" +
                               plants_.text("a query without a value");
    const std::string fields =
        "x-ms-authorization-auxiliary: Bearer " + plants_.token("auxiliary token") +
        "\r\nCookie: a=" + plants_.text("Cookie") + "\r\napi-key: " + plants_.text("api-key") +
        "\r\nOcp-Apim-Subscription-Key: " + plants_.text("subscription key") +
        "\r\nx-functions-key: " + plants_.text("functions key") +
        "\r\nx-ms-copy-source: https://x/?sig=" + plants_.text("x-ms-copy-source") +
        "\r\nx-ms-encryption-key: " + plants_.text("x-ms-encryption-key") +
        "\r\nProxy-Authorization: " + plants_.basic("Proxy-Authorization inside") +
        "\r\nUser-Agent: " + plants_.token("User-Agent") +
        "\r\nx-ms-client-request-id: " + plants_.token("x-ms-client-request-id") +
        "\r\nCommandName: " + plants_.token("CommandName") +
        "\r\nx-ms-correlation-request-id: " + plants_.token("correlation id") +
        "\r\nReferer: https://x/?code=" + plants_.text("Referer") + "\r\n";
    const std::string body =
        R"({"properties":{"adminPassword":")" + plants_.text("a body") + R"("}})";
    for (const std::string method : {"GET", "PUT", "PATCH", "DELETE", "POST"}) {
        say_to_arm(
            port, request_with(method, target, bearer(method + " of a user", user) + fields, body));
        say_to_arm(
            port,
            request_with(method, target,
                         bearer(method + " of an app", test::claims("\"idtyp\":\"app\"")) + fields,
                         body));
    }
    const std::string put = std::string(kPath) + "/providers/Microsoft.Resources/deployments/d";
    say_to_arm(
        port,
        request_with(
            "PUT", put, bearer("a deployment", user),
            R"({"properties":{"mode":"Incremental","template":{"resources":[{"type":"Microsoft.Web/sites","name":"n","apiVersion":"1","properties":{"p":")" +
                plants_.text("a template") + R"("}}]},"parameters":{"secret":{"value":")" +
                plants_.text("a parameter") + R"("}}}})"));
    say_to_arm(
        port,
        request_with(
            "POST", "/batch?api-version=1", bearer("a batch", user),
            R"({"requests":[{"httpMethod":"PUT","url":"/subscriptions/s/resourceGroups/g?sig=)" +
                plants_.text("an item's query") + R"(","content":{"p":")" +
                plants_.text("an item's content") + R"("}}]})"));
    say_to_arm(port,
               request_with("PUT", "/x/" + plants_.token("a path"), bearer("a path's own", user)));
    say_to_arm(port,
               request_with("PUT", kPath, "Authorization: " + plants_.basic("Basic") + "\r\n"));
    say_to_arm(port,
               request_with("PUT", kPath, bearer("one of two", user) + bearer("two of two", user)));
    say_to_arm(port, request_with("PUT", kPath,
                                  "Authorization: Bearer " + plants_.text("no token") + "\r\n"));
}

void Secrets::plant_in_broken_requests(std::uint16_t port) {
    const std::string host = std::string("Host: ") + kArm + "\r\n";
    const auto put = [&](const std::string& fields) {
        say_to_arm(port, std::string("PUT ") + kPath + " HTTP/1.1\r\n" + host + fields + "\r\n");
    };
    put("X-HTTP-Method-Override: " + plants_.text("method override") + "\r\n");
    put("Content-Length: 1\r\nContent-Length: " + plants_.text("length") + "\r\n");
    put("Transfer-Encoding: " + plants_.text("coding") + "\r\n");
    put("Authorization: Bearer\r\n " + plants_.text("a folded line") + "\r\n");
    put(plants_.text("a line without colon") + "\r\n");
    put("Expect: " + plants_.text("Expect") + "\r\n");
    put("Connection: " + plants_.text("Connection") + ", host\r\n");
    put("Transfer-Encoding: chunked\r\n\r\n" + plants_.text("a chunk's size") + "\r\n");
    put("Transfer-Encoding: chunked\r\n\r\n1;x=" + plants_.text("a chunk's extension") +
        "\r\na\r\n0\r\nAuthorization: " + plants_.text("a trailer") + "\r\n");
    put("Authorization: Bearer " + plants_.text("a bare return") + "\rx\r\n");
    say_to_arm(port, "PUT " + std::string(kPath) + "#access_token=" + plants_.text("a fragment") +
                         " HTTP/1.1\r\n" + host + "\r\n");
    say_to_arm(port, "PUT " + std::string(kPath) + "\\" + plants_.token("a backslash") +
                         " HTTP/1.1\r\n" + host + "\r\n");
    say_to_arm(port, "PUT https://user:" + plants_.text("userinfo") + "@" + kArm + kPath +
                         " HTTP/1.1\r\n" + host + "\r\n");
    say_to_arm(port, "PUT " + std::string(kPath) + " HTTP/1.1\r\nHost: user:" +
                         plants_.token("userinfo of Host") + "@" + kArm + "\r\n\r\n");
    say_to_arm(port, plants_.token("a method") + " " + kPath + " HTTP/1.1\r\n" + host + "\r\n");
    say_to_arm(port,
               "PUT " + std::string(kPath) + "?sig=" + plants_.text("no version") + "\r\n\r\n");
    say_to_arm(port, "PUT " + std::string(kPath) + " HTTP/1.1\r\n" + host + "x: " +
                         std::string(70'000, 'x') + plants_.text("an oversized head") + "\r\n\r\n");
}

TEST_F(Secrets, ReachNothingThatTheProxyWritesInAnyMode) {
    const std::string password = plants_.text("--proxy-auth");
    const std::string right = base::base64_encode("armgate:" + password);
    plants_.also("the right Proxy-Authorization", right);
    credentials_ = "Proxy-Authorization: Basic " + right + "\r\n";
    spill(folder_.file("config.secret"), R"({"proxy-auth":"armgate:)" + password + R"("})");
    for (const std::string mode : {"observe", "enforce", "dry-run"}) {
        ChildProgram probe(
            {"proxy", "--mode", mode, "--print-config", "--config", folder_.file("config.secret")},
            options_);
        EXPECT_EQ(probe.wait(), 0) << probe.err();
        expect_clean("--print-config", probe.out() + probe.err());
        const auto program =
            start({"--mode", mode, "--config", folder_.file("config.secret")}, options_);
        plant_before_the_tunnel(program->port());
        plant_in_requests(program->port());
        plant_in_broken_requests(program->port());
        const std::string none = plants_.text("an answer that is none");
        upstream_.converse([none](Wire& wire) {
            static_cast<void>(wire.read_request());
            wire.send("HTTP/1.1 " + none + "\r\n\r\n");
        });
        say_to_arm(program->port(), request_with("GET", kPath, ""));
        upstream_.converse({});
        program->signal(SIGTERM);
        EXPECT_EQ(program->wait(), 0);
        expect_clean("stdout", program->out());
        expect_clean("stderr", program->err());
        expect_files_clean(program->file(""));
    }
    EXPECT_GT(plants_.size(), 200U);
    EXPECT_EQ(plants_.found_in("x" + right + "x").size(), 1U) << "the search finds nothing";
    EXPECT_EQ(plants_.found_in("x" + password + "x").size(), 1U) << "the search finds nothing";
    EXPECT_GT(slurp(folder_.file("trace.jsonl")).size(), 20'000U);
    expect_files_clean(folder_.path());
    for (const std::string format :
         {"text", "json", "markdown", "html", "sarif", "junit", "har", "role"}) {
        expect_command_clean({"report", folder_.file("trace.jsonl"), "--format", format});
    }
    expect_command_clean({"ca", "show", "--ca-dir", folder_.file("ca")});
}

TEST_F(Secrets, ReachNothingWhereTheUpstreamFails) {
    ScriptedUpstream untrusted(TestPki(now()).leaf(kArm));
    ScriptedUpstream silent([](Wire& wire) { wire.reset(); });
    const std::string refusal = "HTTP/1.1 407 " + plants_.text("a company proxy's reason") +
                                "\r\nProxy-Authenticate: Basic realm=\"" +
                                plants_.text("its realm") + "\"\r\nContent-Length: 0\r\n\r\n";
    ScriptedUpstream company([refusal](Wire& wire) {
        static_cast<void>(wire.read_head());
        wire.send(refusal);
    });
    const std::string arm = std::string(kArm) + ":443:127.0.0.1:";
    const std::string url = "http://user:" + plants_.text("the company proxy's password") +
                            "@127.0.0.1:" + std::to_string(company.port());
    spill(folder_.file("proxy.secret"), R"({"upstream-proxy":")" + url + R"("})");
    const std::vector<std::vector<std::string>> setups{
        {"--connect-to", arm + std::to_string(untrusted.port())},
        {"--connect-to", arm + std::to_string(silent.port())},
        {"--config", folder_.file("proxy.secret")}};
    for (const auto& setup : setups) {
        std::vector<std::string> arguments{"proxy",
                                           "--listen",
                                           "127.0.0.1:0",
                                           "--ca-dir",
                                           folder_.file("ca"),
                                           "--trace",
                                           folder_.file("trace.jsonl"),
                                           "--log-level",
                                           "debug"};
        arguments.insert(arguments.end(), setup.begin(), setup.end());
        ChildProgram program(arguments, options_);
        ASSERT_NE(program.port(), 0) << program.err();
        for (const std::string method : {"GET", "PUT"}) {
            say_to_arm(program.port(),
                       request_with(method, std::string(kPath) + "?sig=" + plants_.text("sig"),
                                    "Authorization: Bearer " + plants_.token("Authorization") +
                                        "\r\nCookie: " + plants_.text("Cookie") + "\r\n",
                                    plants_.text("a body")));
        }
        program.signal(SIGTERM);
        EXPECT_EQ(program.wait(), 0);
        expect_clean("stderr", program.err());
        expect_files_clean(program.file(""));
    }
    expect_files_clean(folder_.path());
}

TEST_F(Secrets, OfRunStayBetweenItAndItsChild) {
    const std::string wait =
        "echo \"$HTTPS_PROXY\" > \"$HOME/url.new\"; cp \"$SSL_CERT_FILE\" \"$HOME/bundle\"; "
        "mv \"$HOME/url.new\" \"$HOME/url.secret\"; "
        "until [ -e \"$HOME/go\" ]; do sleep 0.05; done";
    ChildProgram program(arguments({"--log-level", "debug", "--", "sh", "-c", wait}, "run"),
                         options_);
    const std::string file = program.file("url.secret");
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(file); })) << program.err();
    std::string url = slurp(file);
    url.pop_back();
    const std::size_t at = url.find('@');
    const std::string pair = url.substr(7, at - 7);
    const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    credentials_ = "Proxy-Authorization: Basic " + base::base64_encode(pair) + "\r\n";
    plant_before_the_tunnel(port);
    plant_in_requests(port);
    plant_in_broken_requests(port);
    spill(program.file("go"), "");
    EXPECT_EQ(program.wait(), 0);
    const std::string password = pair.substr(pair.find(':') + 1);
    EXPECT_EQ(program.err().find(password), std::string::npos);
    EXPECT_EQ(slurp(folder_.file("trace.jsonl")).find(password), std::string::npos);
    expect_clean("stdout", program.out());
    expect_clean("stderr", program.err());
    expect_files_clean(program.file(""));
    expect_files_clean(folder_.path());
}

TEST_F(Secrets, OnACommandLineAreNotQuotedBack) {
    const std::string token = plants_.token("a command line");
    spill(folder_.file("token.secret"), "Bearer " + token + "\n");
    spill(folder_.file("broken.secret"), token.substr(0, token.size() - 60) + "\n");
    const std::string url =
        "https://management.azure.com/subscriptions/s?sig=" + plants_.text("sig");
    expect_command_clean({"token", folder_.file("token.secret")});
    expect_command_clean({"token", folder_.file("broken.secret")});
    expect_command_clean({"token", token});
    expect_command_clean({"explain", "PUT", url, "--token", folder_.file("token.secret")});
    expect_command_clean(
        {"explain", "PUT", url, "--json", "--token", folder_.file("broken.secret")});
    expect_command_clean({"explain", token, token});
    expect_command_clean({"proxy", token});
    expect_command_clean({"proxy", "--" + token});
    expect_command_clean({token});
    expect_command_clean({"proxy", "--proxy-auth", plants_.text("--proxy-auth without a colon")});
    expect_command_clean(
        {"proxy", "--upstream-proxy", "ftp://u:" + plants_.text("--upstream-proxy") + "@x"});
    expect_command_clean({"report", folder_.file("token.secret")});
}

}  // namespace
}  // namespace armgate::tests
