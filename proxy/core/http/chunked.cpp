#include "core/http/chunked.hpp"

#include "core/base/text.hpp"
#include "core/http/field_syntax.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace armgate::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxSizeDigits = 16;

Error chunk_error(const char* what) {
    return {Errc::chunk_invalid, std::string("the chunked body has ") + what + " (RFC 9112 7.1)"};
}

}  // namespace

Result<ChunkedReader::Step> ChunkedReader::put(std::string_view bytes) {
    Step step;
    while (state_ != State::done && step.block.empty() && step.taken < bytes.size()) {
        const std::string_view rest = bytes.substr(step.taken);
        std::size_t taken = 0;
        if (state_ == State::data) {
            taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
            step.block = rest.substr(0, taken);
            left_ -= taken;
            if (left_ == 0) state_ = State::data_end;
        } else if (state_ == State::data_end) {
            if (!kLineEnd.starts_with(rest.substr(0, 2)))
                return chunk_error("a chunk of another size");
            if (rest.size() < 2) break;
            taken = 2;
            state_ = State::head;
        } else {
            const auto line = put_line(rest);
            if (!line) return line.error();
            taken = *line;
            if (taken == 0) break;
        }
        step.taken += taken;
    }
    return step;
}

/// Takes the line at the start of `bytes`; zero where its end has not come.
Result<std::size_t> ChunkedReader::put_line(std::string_view bytes) {
    const std::size_t at = bytes.find('\n', scanned_);
    const std::size_t size = at == std::string_view::npos ? bytes.size() : at + 1;
    if (trailer_bytes_ + size > kMaxChunkHeadBytes) {
        return chunk_error("a chunk head or trailers over 8 KiB, the limit chunk-head-bytes");
    }
    if (at == std::string_view::npos) {
        scanned_ = bytes.size();
        return std::size_t{0};
    }
    scanned_ = 0;
    if (!bytes.substr(0, size).ends_with(kLineEnd)) return chunk_error("a line without CRLF");
    const std::string_view line = bytes.substr(0, size - 2);
    const bool in_trailer = state_ == State::trailer;
    if (in_trailer) trailer_bytes_ += size;
    const Result<void> read = in_trailer ? read_trailer(line) : read_head(line);
    if (!read) return read.error();
    return size;
}

Result<void> ChunkedReader::read_head(std::string_view line) {
    const char* const begin = line.data();
    const auto number = std::from_chars(begin, begin + line.size(), left_, 16);
    const auto digits = static_cast<std::size_t>(number.ptr - begin);
    // from_chars takes a minus sign in no unsigned type, and neither a plus sign nor 0x in any.
    if (number.ec != std::errc{} || digits > kMaxSizeDigits) {
        return chunk_error("a size that is not hexadecimal");
    }
    line.remove_prefix(digits);
    const std::string_view extension = base::trim(line);
    if (!line.empty() && !extension.starts_with(';')) {
        return chunk_error("something other than an extension after a size");
    }
    for (const char c : line) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte >= 0x7F) {
            return chunk_error("a control or 8-bit byte in an extension");
        }
    }
    state_ = left_ == 0 ? State::trailer : State::data;
    return {};
}

Result<void> ChunkedReader::read_trailer(std::string_view line) {
    if (line.empty()) {
        state_ = State::done;
        return {};
    }
    if (const auto checked = check_field_line(line); !checked) {
        return chunk_error("a malformed trailer field");
    }
    const std::string_view name = line.substr(0, line.find(':'));
    if (base::ascii_iequals(name, "Content-Length") ||
        base::ascii_iequals(name, "Transfer-Encoding")) {
        return chunk_error("a trailer field that speaks of framing");
    }
    return {};
}

}  // namespace armgate::http
