// What other processes cost, from the kernel's own accounts.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace armgate::bench {

/// A process to be watched, `NAME=PID` on the command line.
struct Watched {
    std::string name;
    pid_t pid = 0;
};

/// Throws on text of another form.
[[nodiscard]] Watched parse_watched(const std::string& text);

/// CPU seconds of all threads so far, those that ended included; 0 is this process.
[[nodiscard]] double cpu_seconds(pid_t pid);

/// A size of /proc/PID/status in bytes, `VmRSS` or `VmHWM`.
[[nodiscard]] std::uint64_t memory_bytes(pid_t pid, const std::string& key);

/// CPU seconds of this process ("client") and of the watched ones between two moments.
class CpuMeter {
  public:
    explicit CpuMeter(const std::vector<Watched>& watched);
    void start();
    void stop();
    [[nodiscard]] nlohmann::json figures() const;

  private:
    [[nodiscard]] std::vector<double> read() const;

    std::vector<Watched> processes_;
    std::vector<double> before_;
    std::vector<double> after_;
};

/// Median and 99th percentile of microseconds. Takes its own copy to sort.
[[nodiscard]] nlohmann::json latency_figures(std::vector<double> microseconds);

}  // namespace armgate::bench
