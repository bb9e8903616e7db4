// One HTTP/1.1 message from bytes, without I/O: bytes in, head and body blocks out. Our own checks
// of bytes stand before Beast's parser, which never sees a head that failed them, nor any body.
// Trailers are read and dropped. One reader a message; not thread-safe.
#pragma once

#include "core/base/error.hpp"
#include "core/http/framing.hpp"
#include "core/http/head.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace armgate::http {

/// A head over this size is refused with 431; an Entra token of a user in 200 groups is 12 KB.
inline constexpr std::size_t kMaxHeadBytes = std::size_t{64} * 1024;

class MessageReader {
  public:
    /// Reads a request (server side).
    [[nodiscard]] static MessageReader request();

    /// Reads the response to `request_method` (client side).
    [[nodiscard]] static MessageReader response(std::string_view request_method);

    MessageReader(MessageReader&&) noexcept;
    MessageReader& operator=(MessageReader&&) noexcept;
    ~MessageReader();

    /// Offers all bytes that are there and returns how many were taken; the rest has to be offered
    /// again together with more. At most one body block is taken a call: use it before the next.
    /// Zero taken and not done: more bytes are needed. Errors: those of check_head_bytes and
    /// the framing functions, `head_too_large`, `bad_request_line`, `chunk_invalid`,
    /// `bad_response`. After an error the connection cannot be used again.
    [[nodiscard]] Result<std::size_t> put(std::string_view bytes);

    /// The peer closed its side. Error: `truncated` where the message is not complete by that.
    [[nodiscard]] Result<void> put_end();

    [[nodiscard]] bool head_done() const noexcept;
    [[nodiscard]] bool done() const noexcept;

    /// Valid once head_done().
    [[nodiscard]] RequestHead& request_head() noexcept;
    [[nodiscard]] const RequestHead& request_head() const noexcept;
    [[nodiscard]] ResponseHead& response_head() noexcept;
    [[nodiscard]] BodyFraming framing() const noexcept;

    /// The body bytes of the last `put`: a view into the bytes that were offered.
    [[nodiscard]] std::string_view block() const noexcept;

  private:
    struct Impl;
    explicit MessageReader(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

}  // namespace armgate::http
