// Reads one message through http::MessageReader in pieces of any size, as a connection would bring
// it, and keeps all that came of it: for tests and fuzz targets that compare two readings.
#pragma once

#include "core/http/reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::test {

enum class Side { request, response };

struct Reading {
    std::optional<Errc> error;
    bool head_done = false;
    bool done = false;       ///< complete, by its framing or by the end of the connection
    bool needs_end = false;  ///< only the end of the connection completed it
    std::string head;        ///< start line and fields, one a line
    std::string body;
    std::string rest;  ///< bytes that were not taken
    http::BodyFraming framing;
};

inline std::string head_text(http::MessageReader& reader, Side side) {
    std::string out;
    const http::FieldList* fields = nullptr;
    if (side == Side::request) {
        const http::RequestHead& head = reader.request_head();
        out = head.method + " " + head.target + " 1." + std::to_string(head.minor_version) + "\n";
        fields = &head.fields;
    } else {
        const http::ResponseHead& head = reader.response_head();
        out = "1." + std::to_string(head.minor_version) + " " + std::to_string(head.status) + " " +
              head.reason + "\n";
        fields = &head.fields;
    }
    for (std::size_t i = 0; i < fields->size(); ++i) {
        const http::Field field = (*fields)[i];
        out.append(field.name).append("=").append(field.value).append("\n");
    }
    return out;
}

/// `sizes` are those of the pieces, used in turn and from the start again; empty: all at once. Ends
/// the process where the reader takes more than it was offered or gives bytes from elsewhere.
inline Reading read_message(http::MessageReader reader,
                            Side side,
                            std::string_view bytes,
                            const std::vector<std::size_t>& sizes = {}) {
    Reading out;
    std::size_t begin = 0;  // of what was not taken
    std::size_t end = 0;    // of what has come
    for (std::size_t turn = 0; !reader.done(); ++turn) {
        const std::size_t size = sizes.empty() ? bytes.size() : sizes[turn % sizes.size()];
        end = std::min(bytes.size(), end + std::max<std::size_t>(size, 1));
        for (;;) {
            // A buffer of its own: a sanitizer sees each byte read past what has come.
            const std::vector<char> offered(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                            bytes.begin() + static_cast<std::ptrdiff_t>(end));
            const auto taken = reader.put({offered.data(), offered.size()});
            if (!taken) {
                out.error = taken.error().code;
                return out;
            }
            if (*taken > offered.size()) std::abort();
            begin += *taken;
            out.body += reader.block();
            if (reader.done() || *taken == 0) break;
        }
        if (end == bytes.size() && !reader.done()) {
            const auto ended = reader.put_end();
            out.needs_end = ended.has_value();
            if (!ended) break;
        }
    }
    out.head_done = reader.head_done();
    out.done = reader.done();
    out.framing = reader.framing();
    if (out.head_done) out.head = head_text(reader, side);
    out.rest = bytes.substr(begin);
    return out;
}

inline Reading read_request(std::string_view bytes, const std::vector<std::size_t>& sizes = {}) {
    return read_message(http::MessageReader::request(), Side::request, bytes, sizes);
}

inline Reading read_response(std::string_view bytes,
                             const std::vector<std::size_t>& sizes = {},
                             std::string_view method = "GET") {
    return read_message(http::MessageReader::response(method), Side::response, bytes, sizes);
}

/// True where both came to the same end. The code of an error may differ: bytes that come slowly
/// are refused as soon as they can be.
inline bool same_outcome(const Reading& a, const Reading& b) {
    return a.error.has_value() == b.error.has_value() && a.done == b.done &&
           a.head_done == b.head_done && a.head == b.head && a.body == b.body && a.rest == b.rest &&
           a.framing.kind == b.framing.kind && a.framing.length == b.framing.length;
}

}  // namespace armgate::test
