// What a proxy may and may not pass on (RFC 9110 section 7.6.1), and what armgate refuses to pass.
#pragma once

#include "core/base/error.hpp"
#include "core/http/head.hpp"

#include <string_view>

namespace armgate::http {

/// Which fields of a head stay on this hop: the hop-by-hop ones, those that `Connection` names, and
/// framing, which the writer sets itself. Build one a message; views into the head.
class HopFields {
  public:
    explicit HopFields(const FieldList& fields);

    [[nodiscard]] bool stays(std::string_view name) const;

    /// True where `Connection` has that option, without case.
    [[nodiscard]] bool has_option(std::string_view option) const;

  private:
    std::vector<std::string_view> options_;  ///< without a `keep-alive` that stands alone
    bool keep_alive_ = false;
};

/// Errors: `bad_field` where `Connection` names a field that must not be dropped (Host,
/// Authorization, Content-Length, Transfer-Encoding and the like); `method_not_forwardable` for a
/// method-override field; `bad_framing` for an Expect other than `100-continue`.
[[nodiscard]] Result<void> check_request_hops(const RequestHead& head);

/// True where the connection stays open after the message (RFC 9112 section 9.3).
[[nodiscard]] bool is_keep_alive(const FieldList& fields, int minor_version);

}  // namespace armgate::http
