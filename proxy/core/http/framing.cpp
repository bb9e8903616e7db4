#include "core/http/framing.hpp"

#include "core/base/text.hpp"

namespace armgate::http {
namespace {

/// What both directions share; `until_close` stands for "neither field is there".
Result<BodyFraming> declared_framing(const FieldList& fields, int minor_version, Errc errc) {
    const auto fault = [errc](const char* what) {
        return Error{errc, std::string(what) + " (RFC 9112 section 6.3)"};
    };
    const std::size_t codings = fields.count("Transfer-Encoding");
    const std::size_t lengths = fields.count("Content-Length");
    if (codings > 0) {
        if (codings > 1) return fault("Transfer-Encoding stands more than once");
        if (lengths > 0) return fault("Transfer-Encoding and Content-Length stand together");
        if (minor_version == 0) return fault("Transfer-Encoding stands in an HTTP/1.0 message");
        if (!base::ascii_iequals(*fields.find("Transfer-Encoding"), "chunked")) {
            return fault("Transfer-Encoding is something other than chunked");
        }
        return BodyFraming{Framing::chunked, 0};
    }
    if (lengths == 0) return BodyFraming{Framing::until_close, 0};
    if (lengths > 1) return fault("Content-Length stands more than once");
    const std::string_view text = *fields.find("Content-Length");
    const auto length = base::parse_decimal(text);
    constexpr std::uint64_t kMost = 1ULL << 63U;
    if (!length || *length > kMost || (text.size() > 1 && text.front() == '0')) {
        return fault("Content-Length is not a plain decimal number");
    }
    return BodyFraming{*length == 0 ? Framing::none : Framing::length, *length};
}

}  // namespace

Result<BodyFraming> request_framing(const RequestHead& head) {
    auto framing = declared_framing(head.fields, head.minor_version, Errc::bad_framing);
    if (!framing) return framing;
    if (framing->kind == Framing::until_close) framing->kind = Framing::none;
    if (head.method == "CONNECT" && framing->kind != Framing::none) {
        return Error{Errc::bad_framing, "a CONNECT request has a body (RFC 9110 section 9.3.6)"};
    }
    return framing;
}

Result<BodyFraming> response_framing(const ResponseHead& head, std::string_view method) {
    auto framing = declared_framing(head.fields, head.minor_version, Errc::bad_response);
    if (!framing) return framing;
    const bool bodyless =
        method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304;
    if (bodyless) return BodyFraming{Framing::none, 0};
    return framing;
}

}  // namespace armgate::http
