#include "cli/run_observer.hpp"

#include "core/base/redact.hpp"
#include "core/http/writer.hpp"

#include <cstdio>

namespace armgate::cli {

RunObserver::RunObserver(RequestLines lines, Color color) : lines_(lines), color_(color) {
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
    if (lines_ == RequestLines::shown) push(coloured(*record, report::request_line(*record)));
}

void RunObserver::on_tunnel(const trace::TunnelRecord&) {
}

void RunObserver::on_untrusting_client(const std::string& host, const std::string& user_agent) {
    const std::string who =
        user_agent.empty() ? "a client" : base::redact_text(http::field_safe(user_agent));
    {
        const std::lock_guard lock(mutex_);
        if (!untrusting_.insert(who).second) return;
    }
    push("armgate: " + who + " does not trust armgate's certificate for " + host +
         ". Start it with 'armgate run', or point its CA variable at bundle.pem (az and Python: "
         "REQUESTS_CA_BUNDLE; Terraform, Go, .NET: SSL_CERT_FILE; Node: NODE_EXTRA_CA_CERTS)");
}

report::Summary RunObserver::summary() const {
    const std::lock_guard lock(mutex_);
    return summary_;
}

std::string RunObserver::coloured(const trace::RequestRecord& record, std::string line) const {
    if (color_ == Color::off) return line;
    const char* code = record.verdict.outcome == verdict::Outcome::pass   ? "\x1b[32m"
                       : record.verdict.outcome == verdict::Outcome::fail ? "\x1b[31m"
                                                                          : "\x1b[33m";
    const std::size_t word = line.find(' ');
    return code + line.substr(0, word) + "\x1b[0m" + line.substr(word);
}

void RunObserver::push(std::string line) {
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
        std::string line = std::move(queue_.front()) + "\n";
        queue_.pop_front();
        if (left_out_ > 0) line += "armgate: " + std::to_string(left_out_) + " lines left out\n";
        left_out_ = 0;
        writing_ = true;
        lock.unlock();
        std::fputs(line.c_str(), stderr);
        lock.lock();
        writing_ = false;
        changed_.notify_all();
    }
}

}  // namespace armgate::cli
