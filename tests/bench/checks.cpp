// What the strict reading of heads costs: those of a usual request and its answer, read by Beast's
// parser alone and by core/http with all its checks. In this process, no sockets.
#include "bench/commands.hpp"
#include "bench/request.hpp"
#include "core/http/reader.hpp"
#include "core/http/request_check.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

#include <boost/beast/http/basic_parser.hpp>
#include <nlohmann/json.hpp>

namespace armgate::bench {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;

constexpr int kRounds = 15;
constexpr int kHeads = 20'000;  // of each kind, a round

/// Beast's parser as core/http drives it, keeping what it finds in the same containers.
template <bool IsRequest>
class Alone final : public beast_http::basic_parser<IsRequest> {
  public:
    Alone() {
        this->header_limit(static_cast<std::uint32_t>(http::kMaxHeadBytes));
        this->body_limit(boost::none);
        this->eager(false);
    }
    http::RequestHead request;
    http::ResponseHead response;

  private:
    using string_view = boost::beast::string_view;

    void on_request_impl(
        beast_http::verb, string_view method, string_view target, int, error_code&) override {
        request.method.assign(method.data(), method.size());
        request.target.assign(target.data(), target.size());
    }
    void on_response_impl(int code, string_view reason, int, error_code&) override {
        response.status = static_cast<unsigned>(code);
        response.reason.assign(reason.data(), reason.size());
    }
    void on_field_impl(beast_http::field,
                       string_view name,
                       string_view value,
                       error_code&) override {
        http::FieldList& fields = IsRequest ? request.fields : response.fields;
        fields.add({name.data(), name.size()}, {value.data(), value.size()});
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}
};

void require(bool condition) {
    if (!condition) throw std::runtime_error("a head was not read");
}

template <bool IsRequest>
void parse_alone(const std::string& head) {
    Alone<IsRequest> parser;
    error_code ec;
    const boost::asio::const_buffer bytes(head.data(), head.size());
    require(parser.put(bytes, ec) == head.size() && !ec);
}

void read_request(const std::string& head, std::uint16_t port) {
    http::MessageReader reader = http::MessageReader::request();
    require(reader.put(head).has_value() && reader.head_done());
    require(http::check_request(reader.request_head(), "management.azure.com", port).has_value());
}

void read_response(const std::string& head) {
    http::MessageReader reader = http::MessageReader::response("GET");
    require(reader.put(head).has_value() && reader.head_done());
}

/// CPU of one call in microseconds, as the median of rounds.
class Timing {
  public:
    template <class Work>
    void add(const Work& work) {
        const double before = cpu_seconds(::getpid());
        for (int i = 0; i < kHeads; ++i) work();
        rounds_.push_back((cpu_seconds(::getpid()) - before) / kHeads * 1e6);
    }
    [[nodiscard]] double median() {
        std::nth_element(rounds_.begin(), rounds_.begin() + kRounds / 2, rounds_.end());
        return rounds_.at(kRounds / 2);
    }

  private:
    std::vector<double> rounds_;
};

}  // namespace

void run_checks() {
    constexpr std::uint16_t kPort = 443;
    const std::string request = get_request(kPort, 0);
    const std::string answer = answer_head(1024);
    Timing alone;
    Timing checked;
    for (int i = 0; i < kRounds; ++i) {  // interleaved: what else the machine does falls on both
        alone.add([&] {
            parse_alone<true>(request);
            parse_alone<false>(answer);
        });
        checked.add([&] {
            read_request(request, kPort);
            read_response(answer);
        });
    }
    const nlohmann::json out{{"head_bytes", request.size() + answer.size()},
                             {"parser_us", alone.median()},
                             {"checked_us", checked.median()}};
    std::cout << out.dump() << "\n";
}

}  // namespace armgate::bench
