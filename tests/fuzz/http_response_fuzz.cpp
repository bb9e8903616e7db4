// Any bytes as the response to a GET and to a HEAD: read whole and in pieces they come to the same
// end, and what is written for the client is read back as the same message.
#include "core/http/writer.hpp"
#include "support/http_reading.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using armgate::http::Connection;
using armgate::test::read_response;
using armgate::test::Reading;

void require(bool condition) {
    if (!condition) std::abort();
}

void check_written(std::string_view input, std::string_view method, const Reading& read) {
    auto reader = armgate::http::MessageReader::response(method);
    require(reader.put(input).has_value());
    const armgate::http::ResponseHead& head = reader.response_head();
    std::string out;
    append_response_head(out, head, method, read.framing, Connection::keep);
    const auto lines = static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n'));
    require(lines <= head.fields.size() + 2);
    append_body_piece(out, read.body, read.framing);
    append_body_end(out, read.framing);
    const Reading again = read_response(out, {}, method);
    require(again.done && again.rest.empty());
    require(again.body == read.body);
}

void check(std::string_view input, std::string_view method) {
    const Reading whole = read_response(input, {}, method);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
        if (input.size() / piece > 4096) continue;
        require(same_outcome(whole, read_response(input, {piece, piece + 1}, method)));
    }
    if (!whole.head_done || whole.error) return;
    const std::size_t head_end = input.find("\r\n\r\n") + 4;
    require(read_response(input.substr(0, head_end), {}, method).head == whole.head);
    if (method == "HEAD") require(whole.done && whole.body.empty());
    if (whole.done) check_written(input, method, whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check(input, "GET");
    check(input, "HEAD");
    return 0;
}
