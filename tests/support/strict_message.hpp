// A second reading of HTTP/1.1, written for the tests and sharing nothing with core/http: what
// armgate wrote, and what it was given, is taken apart by RFC 9112 alone. Whatever is not plainly
// one message is nullopt.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::tests {

struct StrictMessage {
    std::string start_line;
    std::vector<std::pair<std::string, std::string>> fields;  ///< as they came, values trimmed
    std::string body;                                         ///< without chunk framing
    std::size_t size = 0;       ///< bytes from the first of the start line to the last of the body
    bool until_close = false;   ///< only the end of the connection ends it
    bool is_canonical = false;  ///< "Name: value", no chunk extension, no trailer

    [[nodiscard]] std::string method() const;
    [[nodiscard]] std::string target() const;
    [[nodiscard]] int status() const;
    /// All values of a field, names compared without case.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
    /// What a proxy passes on: neither fields of one hop nor Host and framing, names in lower case.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> end_to_end() const;
};

/// The message at the start of `bytes`; nullopt where there is none that is whole and well-formed.
[[nodiscard]] std::optional<StrictMessage> strict_request(std::string_view bytes);

/// `method` is that of the request. Interim answers are messages of their own.
[[nodiscard]] std::optional<StrictMessage> strict_response(std::string_view bytes,
                                                           std::string_view method);

/// Takes whole 1xx answers off the front, and gives their statuses.
std::vector<std::string> take_interim(std::string_view& bytes);

}  // namespace armgate::tests
