// Any bytes as a request: read whole and in pieces they come to the same end, nothing of a body or
// a trailer reaches the head, and what is written for the upstream is read back as the same
// message.
#include "core/http/hops.hpp"
#include "core/http/writer.hpp"
#include "support/http_reading.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using armgate::test::read_request;
using armgate::test::Reading;

void require(bool condition) {
    if (!condition) std::abort();
}

void check_written(std::string_view input, const Reading& read) {
    auto reader = armgate::http::MessageReader::request();
    require(reader.put(input).has_value());
    const armgate::http::RequestHead& head = reader.request_head();
    const bool forwardable = armgate::http::check_request_hops(head).has_value();
    if (!forwardable || head.method == "CONNECT") return;
    std::string out;
    append_request_head(out, head, "/origin", "management.azure.com", read.framing);
    append_body_piece(out, read.body, read.framing);
    append_body_end(out, read.framing);
    const Reading again = read_request(out);
    require(again.done && again.rest.empty());
    require(again.body == read.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Reading whole = read_request(input);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
        if (size / piece > 4096) continue;
        require(same_outcome(whole, read_request(input, {piece, piece + 1})));
    }
    if (!whole.head_done || whole.error) return 0;
    const std::size_t head_end = input.find("\r\n\r\n") + 4;
    require(read_request(input.substr(0, head_end)).head == whole.head);
    require(whole.body.size() + whole.rest.size() <= size - head_end);
    if (whole.done) check_written(input, whole);
    return 0;
}
