// Heads and body blocks as bytes: what goes on is written here from parsed parts, never copied from
// the peer as it came (framing, hop-by-hop fields and trailers are ours). Pure.
#pragma once

#include "core/http/framing.hpp"
#include "core/http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace armgate::http {

/// Appends the head for the upstream: `origin` as target, `host` in place of the client's Host, all
/// end-to-end fields in order with their own spelling, then the framing. Gains no other field.
void append_request_head(std::string& out,
                         const RequestHead& head,
                         std::string_view origin,
                         std::string_view host,
                         const BodyFraming& framing);

enum class Connection { keep, close };

/// Appends the head for the client: status and end-to-end fields as they came, framing as given.
/// `Content-Length` of an answer to HEAD and of a 304 is kept; a 204 and a 1xx lose it.
void append_response_head(std::string& out,
                          const ResponseHead& head,
                          std::string_view request_method,
                          const BodyFraming& framing,
                          Connection connection);

/// Appends one piece of a body: framed as a chunk, or plain. Nothing for an empty piece, which in
/// chunked coding would end the message.
void append_body_piece(std::string& out, std::string_view piece, const BodyFraming& framing);

/// What stands before and after a piece of `size` bytes that is written as it lies: the chunk's
/// head and its CRLF; nothing where the body is not chunked.
void append_piece_head(std::string& out, std::size_t size, const BodyFraming& framing);
void append_piece_end(std::string& out, const BodyFraming& framing);

/// Appends what ends a body: the last chunk, or nothing.
void append_body_end(std::string& out, const BodyFraming& framing);

/// Value that is safe to write into a field: control bytes replaced by spaces.
[[nodiscard]] std::string field_safe(std::string_view value);

/// The standard reason phrase, for answers of our own.
[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace armgate::http
