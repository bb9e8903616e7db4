// `armgate run`: the child's status, environment, signals and streams; and starts that must not
// happen, each with one line that says why.
#include "support/child_program.hpp"

#include <csignal>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace armgate::tests {
namespace {

/// What a start ended as.
struct Ended {
    int status;
    std::string out;
    std::string err;
};

Ended run_program(const std::vector<std::string>& arguments, const ProgramOptions& options = {}) {
    ChildProgram program(arguments, options);
    const int status = program.wait();
    return {status, program.out(), program.err()};
}

Ended run_shell(const std::string& script, const ProgramOptions& options = {}) {
    return run_program({"run", "--", "sh", "-c", script}, options);
}

TEST(Run, ReturnsTheStatusOfItsChild) {
    EXPECT_EQ(run_shell("exit 0").status, 0);
    EXPECT_EQ(run_shell("exit 42").status, 42);
    EXPECT_EQ(run_shell("kill -KILL $$").status, 128 + SIGKILL);
    EXPECT_EQ(run_shell("kill -TERM $$").status, 128 + SIGTERM);
}

TEST(Run, AWordAfterARepeatableOptionsValueIsSurplusAndNoTokenIsQuoted) {
    const std::string token = "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln";
    for (const std::string option : {"--connect-to=a:1:b:2", "--upstream-ca=x.pem",
                                     "--intercept=a.test", "--limit=linger=1s"}) {
        const std::size_t equals = option.find('=');
        const Ended ended =
            run_program({"proxy", option.substr(0, equals), option.substr(equals + 1), token});
        EXPECT_EQ(ended.status, 2) << option;
        EXPECT_NE(ended.err.find("was not expected"), std::string::npos) << ended.err;
        EXPECT_EQ(ended.err.find("eyJ"), std::string::npos) << ended.err;
    }
}

TEST(Run, ReturnsTheStatusEvenWhereItsParentIgnoresChildren) {
    ProgramOptions options;
    options.ignores_children = true;
    EXPECT_EQ(run_shell("exit 7", options).status, 7);
}

TEST(Run, ACommandThatCannotBeFoundOrExecutedIsSaid) {
    const Ended missing = run_program({"run", "--", "no-such-command-at-all"});
    EXPECT_EQ(missing.status, 127);
    EXPECT_NE(missing.err.find("no-such-command-at-all"), std::string::npos);
    EXPECT_NE(missing.err.find("not found"), std::string::npos) << missing.err;
    const Ended folder = run_program({"run", "--", "/"});
    EXPECT_EQ(folder.status, 126);
    EXPECT_NE(folder.err.find("armgate: cannot run /"), std::string::npos) << folder.err;
}

TEST(Run, WithoutACommandIsWrongUsage) {
    EXPECT_EQ(run_program({"run"}).status, 2);
    EXPECT_EQ(run_program({"run", "--"}).status, 2);
}

TEST(Run, TheChildGetsTheProxyWithCredentialsAndBundlesThatAreGoneAfterwards) {
    const Ended ended = run_shell(
        "echo \"$HTTPS_PROXY\"; echo \"$https_proxy\"; echo \"$HTTP_PROXY$http_proxy\"; "
        "for f in \"$SSL_CERT_FILE\" \"$REQUESTS_CA_BUNDLE\" \"$CURL_CA_BUNDLE\" "
        "\"$NODE_EXTRA_CA_CERTS\"; do grep -q 'BEGIN CERTIFICATE' \"$f\" && echo \"there $f\"; "
        "done; "
        "grep -l 'PRIVATE KEY' \"$(dirname \"$SSL_CERT_FILE\")\"/* ; true");
    EXPECT_EQ(ended.status, 0) << ended.err;
    const std::string& out = ended.out;
    EXPECT_TRUE(out.starts_with("http://armgate:")) << out;
    EXPECT_NE(out.find("@127.0.0.1:"), std::string::npos);
    EXPECT_EQ(out.find("PRIVATE"), std::string::npos);
    int bundles = 0;
    for (std::size_t at = out.find("there "); at != std::string::npos;
         at = out.find("there ", at + 1)) {
        const std::size_t end = out.find('\n', at);
        EXPECT_FALSE(std::filesystem::exists(out.substr(at + 6, end - at - 6)));
        ++bundles;
    }
    EXPECT_EQ(bundles, 4) << out;
}

TEST(Run, CredentialsAreLeftOutWhereAskedAndNewEachTime) {
    const std::string bare =
        run_program({"run", "--no-proxy-auth", "--", "sh", "-c", "echo $HTTPS_PROXY"}).out;
    EXPECT_TRUE(bare.starts_with("http://127.0.0.1:")) << bare;
    const std::string one = run_shell("echo ${HTTPS_PROXY%@*}").out;
    EXPECT_NE(one, run_shell("echo ${HTTPS_PROXY%@*}").out);
}

TEST(Run, AnArmHostInNoProxyDoesNotPassTheProxyBy) {
    ProgramOptions options;
    options.environment = {"NO_PROXY=internal.test,.azure.com,management.azure.com"};
    const Ended ended = run_shell("echo \"$NO_PROXY\"", options);
    EXPECT_NE(ended.out.find("internal.test"), std::string::npos) << ended.out;
    EXPECT_EQ(ended.out.find("management.azure.com"), std::string::npos) << ended.out;
}

TEST(Run, StandardOutputIsTheChildsAlone) {
    const Ended ended = run_shell("printf 'exactly this'");
    EXPECT_EQ(ended.out, "exactly this");
    EXPECT_NE(ended.err.find("armgate: trace: "), std::string::npos) << ended.err;
    EXPECT_EQ(run_program({"run", "--quiet", "--", "true"}).err, "");
}

TEST(Run, TheTraceGoesToTheStateFolderAndIsPrivate) {
    ChildProgram program({"run", "--", "true"});
    EXPECT_EQ(program.wait(), 0);
    const std::string err = program.err();
    const std::size_t at = err.find("armgate: trace: ") + 16;
    const std::string path = err.substr(at, err.find('\n', at) - at);
    EXPECT_TRUE(path.starts_with(program.file(".local/state/armgate/armgate-trace-"))) << path;
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_TRUE(slurp(path).starts_with(R"({"schema":"armgate.trace/1")"));
}

TEST(Run, SigtermIsPassedOnOnceAndTheChildsEndDecides) {
    ChildProgram program(
        {"run", "--", "sh", "-c",
         "trap 'echo told; exit 9' TERM; echo ready >&2; while :; do sleep 0.05; done"});
    ASSERT_TRUE(program.says("ready"));
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(), 9);
    EXPECT_EQ(program.out(), "told\n");
}

TEST(Run, InterruptsAreLeftToTheChild) {
    ChildProgram program(
        {"run", "--", "sh", "-c",
         "echo ready >&2; until [ -e \"$HOME/go\" ]; do sleep 0.02; done; exit 5"});
    ASSERT_TRUE(program.says("ready"));
    program.signal(SIGINT);
    program.signal(SIGQUIT);
    spill(program.file("go"), "");
    EXPECT_EQ(program.wait(), 5);
}

TEST(Run, TheChildGetsItsSignalsAndLimitsBack) {
    const Ended ended = run_shell("grep -E 'SigBlk|SigIgn' /proc/$$/status | tr -d '\\t\\n'");
    EXPECT_EQ(ended.out, "SigBlk:0000000000000000SigIgn:0000000000000000");
}

// --- starts that must not happen
// ------------------------------------------------------------------

class Start : public ::testing::Test {
  protected:
    /// `proxy` with these options ends with `status` and says `reason` in one line, listening
    /// never.
    void expect_refused(std::vector<std::string> options, int status, const std::string& reason) {
        if (options.front() != "--listen")
            options.insert(options.begin(), {"--listen", "127.0.0.1:0"});
        options.insert(options.begin(), "proxy");
        const Ended ended = run_program(options);
        EXPECT_EQ(ended.status, status) << ended.err;
        EXPECT_NE(ended.err.find(reason), std::string::npos) << ended.err;
        EXPECT_EQ(ended.err.find("listening"), std::string::npos) << ended.err;
        EXPECT_EQ(ended.out, "");
        const auto lines = std::count(ended.err.begin(), ended.err.end(), '\n');
        EXPECT_LE(lines, status == 2 ? 2 : 1) << ended.err;
    }

    std::string config(const std::string& text) {
        spill(folder_.file("config.json"), text);
        return folder_.file("config.json");
    }

    TemporaryFolder folder_;
};

TEST_F(Start, APortInUseIsSaid) {
    ChildProgram first({"proxy", "--listen", "127.0.0.1:0"});
    const std::string port = std::to_string(first.port());
    const Ended ended = run_program({"proxy", "--listen", "127.0.0.1:" + port});
    EXPECT_EQ(ended.status, 1);
    EXPECT_NE(ended.err.find("127.0.0.1:" + port), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("--listen"), std::string::npos) << ended.err;
}

TEST_F(Start, AnUnwritableTraceStopsIt) {
    expect_refused({"--trace", folder_.file("no/folder/t")}, 1, folder_.file("no/folder/t"));
    expect_refused({"--trace", "/dev/full"}, 1, "/dev/full");
}

TEST_F(Start, ABadCaFolderStopsIt) {
    spill(folder_.file("file"), "");
    expect_refused({"--ca-dir", folder_.file("file")}, 1, folder_.file("file"));
    expect_refused({"--ca-dir", "/proc/armgate"}, 1, "/proc/armgate");
}

TEST_F(Start, ACorruptKeyOrOneThatOthersCanReadStopsItAndIsLeftAsItIs) {
    {
        ChildProgram first({"proxy", "--listen", "127.0.0.1:0", "--ca-dir", folder_.file("ca")});
        ASSERT_NE(first.port(), 0);
    }
    const std::string key = folder_.file("ca/ca.key");
    const std::string good = slurp(key);
    ASSERT_EQ(::chmod(key.c_str(), 0644), 0);
    expect_refused({"--ca-dir", folder_.file("ca")}, 1, "ca.key");
    ASSERT_EQ(::chmod(key.c_str(), 0600), 0);
    spill(key, good.substr(0, good.size() / 2));
    expect_refused({"--ca-dir", folder_.file("ca")}, 1, folder_.file("ca"));
    EXPECT_EQ(slurp(key), good.substr(0, good.size() / 2));
}

TEST_F(Start, AnUnreadableConfigNamesFileKeyAndWhatWasExpected) {
    const std::string path = folder_.file("config.json");
    expect_refused({"--config", path}, 2, path);
    for (const std::string text : {"", "[]", "{", "{\"mode\":\"enforce\",\"mode\":\"observe\"}"}) {
        expect_refused({"--config", config(text)}, 2, "expected one JSON object");
    }
    expect_refused({"--config", config(R"({"no-such-key":1})")}, 2, "unknown key \"no-such-key\"");
    expect_refused({"--config", config(R"({"threads":"many"})")}, 2, "threads");
    expect_refused({"--config", config(R"({"mode":"refuse"})")}, 2, "key \"mode\"");
    expect_refused({"--config", config(R"({"quiet":"yes"})")}, 2, "expected true or false");
    expect_refused({"--config", config(R"({"intercept":[1]})")}, 2,
                   "a string or an array of strings");
}

TEST_F(Start, WrongOptionsAreWrongUsage) {
    expect_refused({"--no-such-option"}, 2, "--no-such-option");
    expect_refused({"--mode", "refuse"}, 2, "--mode");
    expect_refused({"--listen", "0.0.0.0:0"}, 2, "loopback");
    expect_refused({"--listen", "nowhere"}, 2, "ADDR:PORT");
    expect_refused({"--connect-to", "a:1:b"}, 2, "HOST:PORT:ADDR:PORT");
    expect_refused({"--limit", "no-such=1s"}, 2, "there is no limit of that name");
    expect_refused({"--limit", "connect=never"}, 2, "expected a time");
    expect_refused({"--proxy-auth", "nocolon"}, 2, "USER:PASS");
    expect_refused({"--threads", "0"}, 2, "--threads");
}

TEST_F(Start, AnUpstreamCaThatIsMissingOrGarbageStopsIt) {
    expect_refused({"--upstream-ca", folder_.file("none.pem")}, 1, folder_.file("none.pem"));
    spill(folder_.file("bad.pem"), "not a certificate");
    expect_refused({"--upstream-ca", folder_.file("bad.pem")}, 2, folder_.file("bad.pem"));
}

}  // namespace
}  // namespace armgate::tests
