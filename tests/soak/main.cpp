// Mixed traffic through the built `armgate proxy` for ARMGATE_SOAK_SECONDS, then: every answer as
// it has to be, a line in the trace for each request, memory, descriptors and threads at the end as
// at a fifth of the time, and an orderly end within 5 s. Under AddressSanitizer it looks for leaks
// too.
#include "bench/measure.hpp"
#include "soak/traffic.hpp"
#include "support/child_program.hpp"
#include "support/scripted_upstream.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace armgate::tests::soak {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr unsigned kClients = 6;
constexpr milliseconds kPause{4};
constexpr std::chrono::seconds kRotation{10};

Message answer_to(Wire& wire) {
    Message request = wire.read_head();
    std::size_t left =
        request.has("Content-Length") ? std::stoul(request.value("Content-Length")) : 0;
    while (left > 0) left -= wire.read_exactly(std::min(left, std::size_t{65536})).size();
    return request;
}

/// ARM for the soak: keeps nothing of what it was asked.
void serve(Wire& wire) {
    for (;;) {
        const Message request = answer_to(wire);
        if (request.head.empty()) return;
        if (request.start_line().find(" /cut ") != std::string::npos) {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            return;
        }
        const bool large = request.start_line().find(" /large ") != std::string::npos;
        wire.send(ok(std::string(large ? std::size_t{4} << 20U : 200, 'y')));
    }
}

void echo(Wire& wire) {
    for (std::string bytes = wire.read_some(); !bytes.empty(); bytes = wire.read_some()) {
        wire.send(bytes);
    }
}

struct Figures {
    std::uint64_t resident = 0;
    std::uint64_t descriptors = 0;
    std::uint64_t threads = 0;
};

Figures figures_of(pid_t pid) {
    Figures out;
    out.resident = bench::memory_bytes(pid, "VmRSS");
    out.threads = bench::memory_bytes(pid, "Threads") / 1024;
    std::error_code denied;  // the program is not dumpable: for root alone
    const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd", denied);
    if (!denied) {
        out.descriptors = static_cast<std::uint64_t>(
            std::distance(begin(files), std::filesystem::directory_iterator()));
    }
    return out;
}

/// The medians over samples of a second, so that no single moment counts.
Figures median_of(std::vector<Figures> samples) {
    const auto median = [&samples](std::uint64_t Figures::*member) {
        std::sort(samples.begin(), samples.end(),
                  [member](const Figures& a, const Figures& b) { return a.*member < b.*member; });
        return samples.at(samples.size() / 2).*member;
    };
    return {median(&Figures::resident), median(&Figures::descriptors), median(&Figures::threads)};
}

/// The trace, rotated now and then so that it does not fill the disk; counts its lines.
class Rotation {
  public:
    Rotation(const ChildProgram& program, std::string path)
        : program_(program), path_(std::move(path)) {}

    void rotate() {
        count(path_ + ".old");
        std::filesystem::rename(path_, path_ + ".old");
        program_.signal(SIGHUP);
        static_cast<void>(eventually([this] { return std::filesystem::exists(path_); }));
    }

    /// After the end of the program.
    void finish() {
        count(path_ + ".old");
        count(path_);
    }

    std::uint64_t requests = 0;
    std::uint64_t tunnels = 0;
    std::uint64_t broken = 0;
    std::uint64_t bytes = 0;

  private:
    void count(const std::string& path) {
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) {
            bytes += line.size() + 1;
            const bool whole = line.starts_with('{') && line.ends_with('}');
            if (!whole) ++broken;
            if (line.starts_with(R"({"record":"request")")) ++requests;
            if (line.starts_with(R"({"record":"tunnel")")) ++tunnels;
        }
        std::filesystem::remove(path);
    }

    const ChildProgram& program_;
    std::string path_;
};

struct Outcome {
    Figures early;
    Figures late;
    int status = -1;
    std::string err;
};

/// What is wrong; empty where nothing is.
std::vector<std::string> judge(const Outcome& outcome, const Rotation& trace, const Tally& tally) {
    std::vector<std::string> out = tally.said;
    const auto check = [&out](bool holds, const std::string& what) {
        if (!holds) out.push_back(what);
    };
    check(tally.faults == 0, std::to_string(tally.faults) + " acts went wrong");
    check(outcome.status == 0,
          "exit status " + std::to_string(outcome.status) + "\n" + outcome.err);
    check(trace.broken == 0, "lines of the trace are broken");
    check(trace.requests >= tally.requests && trace.requests <= tally.requests + tally.unsure,
          "requests in the trace are not those that were made");
    check(trace.tunnels == tally.tunnels, "tunnels in the trace are not those that were made");
    check(outcome.late.threads <= outcome.early.threads, "there are more threads");
    check(outcome.late.descriptors <= outcome.early.descriptors + 4 * kClients,
          "there are more descriptors");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const std::uint64_t most =
        outcome.early.resident + std::max(outcome.early.resident / 10, std::uint64_t{4} << 20U);
    check(outcome.late.resident <= most, "memory has grown");
#endif
    return out;
}

void print(const Outcome& outcome, const Rotation& trace, Tally& tally) {
    for (const auto& [name, count] : tally.acts) {
        std::printf("soak: %-20s %8llu\n", name.c_str(), static_cast<unsigned long long>(count));
    }
    std::printf(
        "soak: %llu requests (and %llu cut), %llu tunnels; in the trace %llu and %llu, %llu "
        "KiB\n",
        static_cast<unsigned long long>(tally.requests),
        static_cast<unsigned long long>(tally.unsure),
        static_cast<unsigned long long>(tally.tunnels),
        static_cast<unsigned long long>(trace.requests),
        static_cast<unsigned long long>(trace.tunnels),
        static_cast<unsigned long long>(trace.bytes / 1024));
    for (const auto& [when, figures] :
         {std::pair("at a fifth", outcome.early), std::pair("at the end", outcome.late)}) {
        std::printf("soak: %s %llu KiB resident, %llu descriptors, %llu threads\n", when,
                    static_cast<unsigned long long>(figures.resident / 1024),
                    static_cast<unsigned long long>(figures.descriptors),
                    static_cast<unsigned long long>(figures.threads));
    }
}

/// Traffic until the time is over, with figures from the fifth of it and from its end.
Outcome drive(ChildProgram& program,
              const Place& place,
              Tally& tally,
              Rotation& trace,
              std::chrono::seconds length) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < kClients; ++i) {
        clients.emplace_back([&, i] {
            Client client(place, tally, i + 1);
            while (!stop) {
                client.act();
                std::this_thread::sleep_for(kPause);
            }
        });
    }
    const auto begin = Clock::now();
    std::vector<Figures> early;
    std::vector<Figures> late;
    auto rotated = begin;
    while (Clock::now() < begin + length) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const auto passed = Clock::now() - begin;
        const Figures figures = figures_of(program.pid());
        if (passed > length / 5 && (early.size() < 5 || passed < length * 3 / 10)) {
            early.push_back(figures);
        }
        if (passed > length * 9 / 10 || passed > length - std::chrono::seconds(5)) {
            late.push_back(figures);
        }
        if (Clock::now() - rotated < kRotation) continue;
        rotated = Clock::now();
        trace.rotate();
    }
    stop = true;
    for (std::thread& client : clients) client.join();
    Outcome out;
    out.early = median_of(early);
    out.late = median_of(late);
    program.signal(SIGTERM);
    out.status = program.wait(milliseconds(5000));
    out.err = program.err();
    trace.finish();
    return out;
}

int run(std::chrono::seconds length) {
    const TestPki pki(now());
    ScriptedUpstream upstream(pki.leaf("management.azure.com"));
    upstream.converse(serve);
    ScriptedUpstream plain{ScriptedUpstream::Conversation(echo)};
    const TemporaryFolder folder;
    spill(folder.file("root.pem"), pki.ca_pem());
    ProgramOptions options;
    options.looks_for_leaks = ::geteuid() == 0;
    ChildProgram program({"proxy", "--listen", "127.0.0.1:0", "--threads", "2", "--mode", "enforce",
                          "--trace", folder.file("trace.jsonl"), "--ca-dir", folder.file("ca"),
                          "--upstream-ca", folder.file("root.pem"), "--connect-to",
                          "management.azure.com:443:127.0.0.1:" + std::to_string(upstream.port())},
                         options);
    Place place;
    place.proxy = program.port();
    place.ca_pem = slurp(folder.file("ca/ca.pem"));
    place.echo = plain.port();
    Tally tally;
    Rotation trace(program, folder.file("trace.jsonl"));
    const Outcome outcome = drive(program, place, tally, trace, length);
    print(outcome, trace, tally);
    const std::vector<std::string> faults = judge(outcome, trace, tally);
    for (const std::string& fault : faults) std::printf("soak: FAULT %s\n", fault.c_str());
    return faults.empty() ? 0 : 1;
}

}  // namespace
}  // namespace armgate::tests::soak

int main() {
    const char* text = std::getenv("ARMGATE_SOAK_SECONDS");
    const int seconds = text != nullptr ? std::atoi(text) : 60;
    return armgate::tests::soak::run(std::chrono::seconds(std::max(seconds, 15)));
}
