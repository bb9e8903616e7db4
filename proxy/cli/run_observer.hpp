// What `run` and `proxy` show while requests come: one line each on a terminal, and the summary.
#pragma once

#include "core/report/summary.hpp"
#include "io/net/shared.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace armgate::cli {

enum class RequestLines { shown, hidden };
enum class Color { off, on };

/// Thread-safe. Counting happens at once; lines go through a queue to a thread of their own, so
/// that a terminal that is held up holds up no request (then lines are left out, and counted).
class RunObserver : public io::Observer {
  public:
    RunObserver(RequestLines lines, Color color);
    ~RunObserver() override;

    void on_request(std::shared_ptr<const trace::RequestRecord> record) override;
    void on_tunnel(const trace::TunnelRecord& record) override;
    void on_untrusting_client(const std::string& host, const std::string& user_agent) override;

    [[nodiscard]] report::Summary summary() const;

    /// Waits until all lines queued so far are written.
    void flush();

  private:
    void push(std::string line);
    void print_lines();
    [[nodiscard]] std::string coloured(const trace::RequestRecord& record, std::string line) const;

    static constexpr std::size_t kMaxQueued = 4096;

    const RequestLines lines_;
    const Color color_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    report::Summary summary_;
    std::deque<std::string> queue_;
    std::set<std::string> untrusting_;
    std::size_t left_out_ = 0;
    bool writing_ = false;
    bool ending_ = false;
    std::thread writer_;
};

}  // namespace armgate::cli
