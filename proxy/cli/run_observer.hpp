// What `run` and `proxy` show while requests come: one line each on a terminal, and the summary.
#pragma once

#include "core/report/summary.hpp"
#include "core/report/terminal_line.hpp"
#include "core/wiring/untrusting.hpp"
#include "io/net/shared.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace armgate::cli {

enum class RequestLines { shown, hidden };

struct ObserverSetup {
    RequestLines lines = RequestLines::hidden;
    report::Color color = report::Color::off;
    const wiring::WiringRules& rules;  ///< outlives the observer
    std::string trust_folder;          ///< holds bundle.pem and the others, to be named
    std::string command;               ///< that `run` started; empty for `proxy`
};

/// How requests are shown on stderr: lines on a terminal unless `quiet`; colours by `color`
/// (`auto`, `always`, `never`) and NO_COLOR (no-color.org).
[[nodiscard]] RequestLines request_lines_for(bool quiet);
[[nodiscard]] report::Color color_for(const std::string& color);
/// How a text of many lines is laid out on stderr: in the terminal's width, uncut where it is none.
[[nodiscard]] report::LineStyle report_style_for(const std::string& color);

/// Thread-safe. Counting happens at once; lines go through a queue to a thread of their own, so
/// that a terminal that is held up holds up no request (then lines are left out, and counted).
class RunObserver : public io::Observer {
  public:
    explicit RunObserver(ObserverSetup setup);
    ~RunObserver() override;

    void on_request(std::shared_ptr<const trace::RequestRecord> record) override;
    void on_tunnel(const trace::TunnelRecord& record) override;
    void on_untrusting_client(const std::string& host, const std::string& user_agent) override;
    void on_client_left(const std::string& host, const std::string& user_agent) override;
    void on_client_without_credentials(const std::string& user_agent) override;
    void on_forbidden_tunnel(const std::string& host, const std::string& why) override;

    [[nodiscard]] report::Summary summary() const;

    /// Says what is known at the end of a command only, and waits until all lines are written. A
    /// client that left when it was asked for credentials may have come back with them (Java, `curl
    /// --proxy-anyauth`): under `run` that is said only where no request came through.
    void finish();

  private:
    /// A line as it is, or a request whose line depends on the width at its time.
    struct Line {
        std::string text;
        std::shared_ptr<const trace::RequestRecord> record;
    };

    void push(Line line);
    void flush();
    void print_lines();

    static constexpr std::size_t kMaxQueued = 4096;

    /// A client's User-Agent is its own text: it cannot make us say without end.
    static constexpr std::size_t kMaxComplaints = 16;

    void complain(const wiring::UntrustingReport& report);

    /// True where this is to be said: it was not before, and there were not too many. Locked.
    [[nodiscard]] bool is_new(const std::string& kind);

    [[nodiscard]] std::string rendered(const Line& line) const;

    const ObserverSetup setup_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    report::Summary summary_;
    std::deque<Line> queue_;
    std::set<std::string> complaints_;
    std::vector<std::string> without_credentials_;
    std::size_t left_out_ = 0;
    bool writing_ = false;
    bool ending_ = false;
    std::thread writer_;
};

}  // namespace armgate::cli
