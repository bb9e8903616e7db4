// The trace file: a client that has its whole answer finds it recorded, a record is whole or
// absent, and a disk that is full is said and survived.
#include "io/trace/trace_file.hpp"
#include "support/program_fixture.hpp"

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

namespace armgate::tests {
namespace {

std::size_t count_lines(const std::string& text, std::string_view holding = "\n") {
    std::size_t count = 0;
    for (std::size_t at = text.find(holding); at != std::string::npos;
         at = text.find(holding, at + 1)) {
        ++count;
    }
    return count;
}

constexpr std::string_view kRequestLine = R"({"record":"request")";

class Traces : public ProxyTest {};

TEST_F(Traces, AClientThatHasItsWholeAnswerFindsItsRecord) {
    std::size_t expected = 0;
    const std::string large(100'000, 'x');
    for (const std::string& answer :
         {ok("{}"), ok(large), std::string("HTTP/1.1 204 No Content\r\n\r\n"),
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large +
              "\r\n0\r\n\r\n"}) {
        upstream_.answer_with(answer);
        Wire wire = arm();
        for (int i = 0; i < 20; ++i) {
            wire.send(request("GET", kGroup));
            EXPECT_LT(wire.read_response().status(), 300);
            ASSERT_EQ(count_lines(proxy().trace(), kRequestLine), ++expected);
        }
    }
    Wire wire = arm();
    wire.send(request("put", kGroup));
    EXPECT_EQ(wire.read_response().status(), 400);
    EXPECT_EQ(count_lines(proxy().trace(), kRequestLine), expected + 1);
}

TEST_F(Traces, TheFirstLineIsTheSession) {
    const std::string text = proxy().trace();
    EXPECT_TRUE(text.starts_with(R"({"schema":"armgate.trace/1","record":"session",)")) << text;
}

TEST(TraceFile, IsPrivateWhateverTheUmaskAndWhatItWasBefore) {
    const TemporaryFolder folder;
    const mode_t before = ::umask(0);
    ASSERT_TRUE(io::TraceFile::open(folder.file("new")));
    spill(folder.file("old"), "");
    ::umask(before);
    ASSERT_TRUE(io::TraceFile::open(folder.file("old")));
    for (const std::string name : {"new", "old"}) {
        struct stat status {};
        ASSERT_EQ(::stat(folder.file(name).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
    }
}

TEST(TraceFile, ATornLineIsClosedAtTheNextStart) {
    const TemporaryFolder folder;
    spill(folder.file("t"), "{\"whole\":1}\n{\"torn\":");
    const auto file = io::TraceFile::open(folder.file("t"));
    ASSERT_TRUE(file);
    EXPECT_TRUE((*file)->append("{\"next\":1}\n"));
    EXPECT_TRUE((*file)->append("{\"then\":1}\n"));
    EXPECT_EQ(slurp(folder.file("t")), "{\"whole\":1}\n{\"torn\":\n{\"next\":1}\n{\"then\":1}\n");
}

TEST(TraceFile, ASymbolicLinkAFolderAndAMissingFolderAreRefused) {
    const TemporaryFolder folder;
    spill(folder.file("target"), "");
    ASSERT_EQ(::symlink(folder.file("target").c_str(), folder.file("link").c_str()), 0);
    for (const std::string& path :
         {folder.file("link"), folder.path(), folder.file("no/such/folder")}) {
        const auto opened = io::TraceFile::open(path);
        ASSERT_FALSE(opened) << path;
        EXPECT_EQ(opened.error().code, Errc::file_unwritable);
        EXPECT_NE(opened.error().detail.find(path), std::string::npos);
    }
}

TEST(TraceFile, ManyThreadsWriteWholeLines) {
    const TemporaryFolder folder;
    auto file = io::TraceFile::open(folder.file("t"));
    ASSERT_TRUE(file);
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
        writers.emplace_back([&file, i] {
            const std::string line(static_cast<std::size_t>(100 + i), static_cast<char>('a' + i));
            for (int n = 0; n < 200; ++n) EXPECT_TRUE((*file)->append(line + "\n"));
        });
    }
    for (std::thread& writer : writers) writer.join();
    const std::string text = slurp(folder.file("t"));
    EXPECT_EQ(count_lines(text), 1600U);
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        ASSERT_EQ(line, std::string(line.size(), line.front()));
        ASSERT_EQ(line.size(), static_cast<std::size_t>(100 + line.front() - 'a'));
        at = end + 1;
    }
}

/// The built program with a trace, in front of the scripted upstream.
class TracedProgram : public ProgramTest {
  protected:
    static void limit_files(const ChildProgram& program, rlim_t bytes) {
        rlimit limit{};
        ASSERT_EQ(::prlimit(program.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
        limit.rlim_cur = bytes;
        ASSERT_EQ(::prlimit(program.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
    }
};

TEST_F(TracedProgram, AFullDiskIsSaidOnceWritesGet503InEnforceAndAGapLineFollows) {
    ChildProgram program(arguments({"--mode", "enforce"}));
    Wire wire = arm_through(program);
    EXPECT_EQ(ask(wire, "GET"), 200);
    limit_files(program,
                static_cast<rlim_t>(trace().size() + 10));  // ten bytes of the next line fit
    EXPECT_EQ(ask(wire, "GET"), 200);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(wire, "PUT"), 503);
    EXPECT_EQ(ask(wire, "GET"), 200);
    EXPECT_EQ(count_lines(program.err(), "cannot be written"), 1U) << program.err();
    EXPECT_EQ(program.err().find("Success"), std::string::npos) << program.err();
    EXPECT_EQ(upstream_.requests().size(), 3U);
    limit_files(program, RLIM_INFINITY);
    EXPECT_EQ(ask(wire, "PUT"), 200);
    const std::string text = trace();
    EXPECT_NE(text.find("\n{\"record\":\"gap\",\"lost\":5}\n{\"record\":\"request\""),
              std::string::npos)
        << text;
    // The ten bytes that did fit are off again: a record is whole or absent.
    EXPECT_EQ(count_lines(text, "{\"record\":") + count_lines(text, "{\"schema\":"),
              count_lines(text))
        << text;
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(), 0);
}

TEST_F(TracedProgram, AFullDiskHoldsWritesBackInADryRun) {
    ChildProgram program(arguments({"--mode", "dry-run", "--lro", "instant"}));
    Wire wire = arm_through(program);
    const int before = ask(wire, "PUT");
    EXPECT_TRUE(before == 200 || before == 201) << before;
    limit_files(program, static_cast<rlim_t>(trace().size()));
    EXPECT_EQ(ask(wire, "GET"), 200);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(ask(wire, "PUT"), 503);
    limit_files(program, RLIM_INFINITY);
    EXPECT_EQ(ask(wire, "PUT"), 200);
    EXPECT_NE(trace().find(R"({"record":"gap","lost":)"), std::string::npos) << trace();
    for (const Message& message : upstream_.requests()) {
        EXPECT_TRUE(message.start_line().starts_with("GET ")) << message.start_line();
    }
}

TEST_F(TracedProgram, AFullDiskHoldsNothingBackInObserve) {
    ChildProgram program(arguments());
    Wire wire = arm_through(program);
    EXPECT_EQ(ask(wire, "GET"), 200);
    limit_files(program, static_cast<rlim_t>(trace().size()));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(wire, "PUT"), 200);
    EXPECT_TRUE(program.says("cannot be written"));
    limit_files(program, RLIM_INFINITY);
    EXPECT_EQ(ask(wire, "PUT"), 200);
    EXPECT_NE(trace().find(R"({"record":"gap","lost":3})"), std::string::npos) << trace();
}

TEST_F(TracedProgram, ADiskThatIsFullAtTheStartStopsIt) {
    ChildProgram program({"run", "--trace", "/dev/full", "--", "echo", "started"});
    EXPECT_EQ(program.wait(), 1);
    EXPECT_EQ(program.out(), "");
    EXPECT_EQ(program.err().find("armgate: cannot write the trace /dev/full: No space left"), 0U)
        << program.err();
}

TEST_F(TracedProgram, AKillLeavesWholeLines) {
    ChildProgram program(arguments());
    std::vector<std::thread> clients;
    std::atomic<int> answered{0};
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            try {
                Wire wire = arm_through(program);
                for (;;) {
                    if (ask(wire, "PUT") == 200) ++answered;
                }
            } catch (const WireError&) {
                return;  // killed
            }
        });
    }
    EXPECT_TRUE(eventually([&] { return answered > 100; }));
    program.signal(SIGKILL);
    EXPECT_EQ(program.wait(), 128 + SIGKILL);
    for (std::thread& client : clients) client.join();
    const std::string text = trace();
    EXPECT_TRUE(text.ends_with("}\n"));
    EXPECT_GE(count_lines(text, kRequestLine), static_cast<std::size_t>(answered));
    EXPECT_EQ(count_lines(text, "\n{\"record\":"), count_lines(text) - 1);
}

TEST_F(TracedProgram, AHangUpReopensTheFile) {
    ChildProgram program(arguments());
    Wire wire = arm_through(program);
    EXPECT_EQ(ask(wire, "GET"), 200);
    ASSERT_EQ(std::rename(trace_path().c_str(), folder_.file("old").c_str()), 0);
    program.signal(SIGHUP);
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(trace_path()); }));
    EXPECT_TRUE(eventually([&] {
        EXPECT_EQ(ask(wire, "GET"), 200);
        return count_lines(trace(), kRequestLine) > 0;
    }));
    EXPECT_GE(count_lines(slurp(folder_.file("old")), kRequestLine), 1U);
}

}  // namespace
}  // namespace armgate::tests
