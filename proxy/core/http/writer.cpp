#include "core/http/writer.hpp"

#include "core/base/text.hpp"
#include "core/http/hops.hpp"

#include <array>
#include <charconv>

#include <boost/beast/http/status.hpp>

namespace armgate::http {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name);
    out.append(": ");
    out.append(value);
    out.append("\r\n");
}

void append_number(std::string& out, std::uint64_t number, int radix) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, radix).ptr;
    out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void append_framing(std::string& out, const BodyFraming& framing) {
    if (framing.kind == Framing::chunked) append_field(out, "Transfer-Encoding", "chunked");
    if (framing.kind == Framing::length) {
        out.append("Content-Length: ");
        append_number(out, framing.length, 10);
        out.append("\r\n");
    }
}

}  // namespace

void append_request_head(std::string& out,
                         const RequestHead& head,
                         std::string_view origin,
                         std::string_view host,
                         const BodyFraming& framing) {
    out.append(head.method).append(" ").append(origin).append(" HTTP/1.1\r\n");
    append_field(out, "Host", host);
    const HopFields hops(head.fields);
    for (std::size_t i = 0; i < head.fields.size(); ++i) {
        const Field field = head.fields[i];
        if (base::ascii_iequals(field.name, "Host")) continue;
        // A length of zero is kept where the client wrote it: ARM wants it on an empty POST or PUT.
        const bool is_length = base::ascii_iequals(field.name, "Content-Length");
        if (is_length && framing.kind != Framing::none) continue;
        if (!hops.stays(field.name)) append_field(out, field.name, field.value);
    }
    append_framing(out, framing);
    out.append("\r\n");
}

void append_response_head(std::string& out,
                          const ResponseHead& head,
                          std::string_view request_method,
                          const BodyFraming& framing,
                          Connection connection) {
    out.append("HTTP/1.1 ");
    append_number(out, head.status, 10);
    out.append(" ").append(head.reason).append("\r\n");
    const HopFields hops(head.fields);
    const bool tells_length = request_method == "HEAD" || head.status == 304;
    const bool forbids_length = head.status < 200 || head.status == 204;
    for (std::size_t i = 0; i < head.fields.size(); ++i) {
        const Field field = head.fields[i];
        if (base::ascii_iequals(field.name, "Content-Length")) {
            const bool keep = framing.kind == Framing::none || tells_length;
            const bool is_ours =
                framing.kind == Framing::length || framing.kind == Framing::chunked;
            if (keep && !is_ours && !forbids_length) append_field(out, field.name, field.value);
            continue;
        }
        if (!hops.stays(field.name)) append_field(out, field.name, field.value);
    }
    append_framing(out, framing);
    if (connection == Connection::close) append_field(out, "Connection", "close");
    out.append("\r\n");
}

void append_body_piece(std::string& out, std::string_view piece, const BodyFraming& framing) {
    if (piece.empty()) return;
    append_piece_head(out, piece.size(), framing);
    out.append(piece);
    append_piece_end(out, framing);
}

void append_piece_head(std::string& out, std::size_t size, const BodyFraming& framing) {
    if (framing.kind != Framing::chunked) return;
    append_number(out, size, 16);
    out.append("\r\n");
}

void append_piece_end(std::string& out, const BodyFraming& framing) {
    if (framing.kind == Framing::chunked) out.append("\r\n");
}

void append_body_end(std::string& out, const BodyFraming& framing) {
    if (framing.kind == Framing::chunked) out.append("0\r\n\r\n");
}

std::string field_safe(std::string_view value) {
    std::string out(value);
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) c = ' ';
    }
    return out;
}

std::string_view reason_phrase(unsigned status) noexcept {
    const auto phrase =
        boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    return {phrase.data(), phrase.size()};
}

}  // namespace armgate::http
