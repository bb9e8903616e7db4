#include "bench/measure.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace armgate::bench {

Watched parse_watched(const std::string& text) {
    const std::size_t equals = text.find('=');
    Watched out{text.substr(0, equals), 0};
    if (equals != std::string::npos) {
        std::from_chars(text.data() + equals + 1, text.data() + text.size(), out.pid);
    }
    if (out.pid <= 0) throw std::runtime_error("--watch " + text + ": expected NAME=PID");
    return out;
}

double cpu_seconds(pid_t pid) {
    // To the nanosecond, where /proc/PID/stat counts ticks of 10 ms.
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        throw std::runtime_error("process " + std::to_string(pid) + " is gone");
    }
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::uint64_t memory_bytes(pid_t pid, const std::string& key) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1)) * 1024;
    }
    throw std::runtime_error("no " + key + " of process " + std::to_string(pid));
}

CpuMeter::CpuMeter(const std::vector<Watched>& watched) : processes_{{"client", 0}} {
    processes_.insert(processes_.end(), watched.begin(), watched.end());
}

std::vector<double> CpuMeter::read() const {
    std::vector<double> out;
    for (const Watched& process : processes_) out.push_back(cpu_seconds(process.pid));
    return out;
}

void CpuMeter::start() {
    before_ = read();
}
void CpuMeter::stop() {
    after_ = read();
}

nlohmann::json CpuMeter::figures() const {
    // Several processes under one name (a proxy with helpers) are summed up.
    nlohmann::json out = nlohmann::json::object();
    for (std::size_t i = 0; i < processes_.size(); ++i) {
        out[processes_[i].name] = out.value(processes_[i].name, 0.0) + after_[i] - before_[i];
    }
    return out;
}

nlohmann::json latency_figures(std::vector<double> microseconds) {
    std::sort(microseconds.begin(), microseconds.end());
    const std::size_t n = microseconds.size();
    if (n == 0) return nullptr;
    return {{"median", microseconds[n / 2]}, {"p99", microseconds[(n - 1) * 99 / 100]}};
}

}  // namespace armgate::bench
