#include "cli/run_observer.hpp"

#include "core/base/redact.hpp"

#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace armgate::cli {
namespace {

constexpr std::size_t kUsualWidth = 80;

/// Asked at each line, so that a resized terminal is met without a signal.
std::size_t terminal_width() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : kUsualWidth;
}

}  // namespace

RequestLines request_lines_for(bool quiet) {
    const bool shown = ::isatty(STDERR_FILENO) == 1 && !quiet;
    return shown ? RequestLines::shown : RequestLines::hidden;
}

report::Color color_for(const std::string& color) {
    const char* no_color = std::getenv("NO_COLOR");
    const bool wanted = ::isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
    const bool on = color == "always" || (color == "auto" && wanted);
    return on ? report::Color::on : report::Color::off;
}

report::LineStyle report_style_for(const std::string& color) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    return {terminal ? terminal_width() : 0, color_for(color)};
}

RunObserver::RunObserver(ObserverSetup setup) : setup_(std::move(setup)) {
    writer_ = std::thread([this] { print_lines(); });
}

RunObserver::~RunObserver() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    writer_.join();
}

void RunObserver::on_request(std::shared_ptr<const trace::RequestRecord> record) {
    {
        const std::lock_guard lock(mutex_);
        summary_.add(*record);
    }
    if (setup_.lines == RequestLines::shown) push({{}, std::move(record)});
}

void RunObserver::on_tunnel(const trace::TunnelRecord&) {
}

void RunObserver::on_untrusting_client(const std::string& host, const std::string& user_agent) {
    complain(wiring::report_untrusting({host, user_agent, setup_.command}, setup_.trust_folder,
                                       setup_.rules));
}

void RunObserver::on_client_left(const std::string& host, const std::string& user_agent) {
    const auto report =
        wiring::report_left({host, user_agent, setup_.command}, setup_.trust_folder, setup_.rules);
    if (report) complain(*report);
}

void RunObserver::complain(const wiring::UntrustingReport& report) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_new(report.kind)) return;
        summary_.add_untrusting(report.who, report.remedy);
    }
    push({"armgate: " + report.sentence(), nullptr});
}

void RunObserver::on_client_without_credentials(const std::string& user_agent) {
    std::string text =
        wiring::report_without_credentials({{}, user_agent, setup_.command}, setup_.rules);
    text.insert(0, "armgate: ");
    {
        const std::lock_guard lock(mutex_);
        if (!is_new(text)) return;
        summary_.add_without_credentials();
        if (!setup_.command.empty()) {
            without_credentials_.push_back(std::move(text));
            return;
        }
    }
    push({std::move(text), nullptr});
}

void RunObserver::on_forbidden_tunnel(const std::string& host, const std::string& why) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_new("tunnel " + host)) return;
    }
    push({"armgate: " + base::printable(why), nullptr});
}

void RunObserver::finish() {
    std::vector<std::string> texts;
    {
        const std::lock_guard lock(mutex_);
        if (summary_.requests() == 0) texts.swap(without_credentials_);
    }
    for (std::string& text : texts) push({std::move(text), nullptr});
    flush();
}

bool RunObserver::is_new(const std::string& kind) {
    return complaints_.size() < kMaxComplaints && complaints_.insert(kind).second;
}

report::Summary RunObserver::summary() const {
    const std::lock_guard lock(mutex_);
    return summary_;
}

std::string RunObserver::rendered(const Line& line) const {
    if (line.record == nullptr) return line.text;
    return report::terminal_line(*line.record, {terminal_width(), setup_.color});
}

void RunObserver::push(Line line) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= kMaxQueued) {
            ++left_out_;
            return;
        }
        queue_.push_back(std::move(line));
    }
    changed_.notify_all();
}

void RunObserver::flush() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && !writing_; });
}

void RunObserver::print_lines() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !queue_.empty() || ending_; });
        if (queue_.empty()) return;
        const Line line = std::move(queue_.front());
        queue_.pop_front();
        std::string left_out;
        if (left_out_ > 0) left_out = "armgate: " + std::to_string(left_out_) + " lines left out\n";
        left_out_ = 0;
        writing_ = true;
        lock.unlock();
        const std::string text = rendered(line) + "\n" + left_out;
        std::fputs(text.c_str(), stderr);
        lock.lock();
        writing_ = false;
        changed_.notify_all();
    }
}

}  // namespace armgate::cli
