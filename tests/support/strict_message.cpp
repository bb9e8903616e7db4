#include "support/strict_message.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <limits>

namespace armgate::tests {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::array<std::string_view, 12> kOneHop{"connection",
                                                   "keep-alive",
                                                   "proxy-connection",
                                                   "proxy-authorization",
                                                   "proxy-authenticate",
                                                   "te",
                                                   "trailer",
                                                   "transfer-encoding",
                                                   "upgrade",
                                                   "host",
                                                   "content-length",
                                                   "http2-settings"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
    });
    return out;
}

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [kMarks](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x80 && (std::isalnum(byte) != 0 || kMarks.find(c) != kMarks.npos);
    });
}

bool is_text(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
}

/// Takes a line with its CRLF off the front; nullopt where it is not all there or holds other
/// control bytes than tabs.
std::optional<std::string_view> take_line(std::string_view& rest) {
    const std::size_t end = rest.find(kLineEnd);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + kLineEnd.size());
    return is_text(line) ? std::optional(line) : std::nullopt;
}

bool take_fields(std::string_view& rest, StrictMessage& message, bool is_trailer) {
    for (;;) {
        const auto line = take_line(rest);
        if (!line) return false;
        if (line->empty()) return true;
        const std::size_t colon = line->find(':');
        if (colon == std::string_view::npos || !is_token(line->substr(0, colon))) return false;
        if (is_trailer) {
            message.is_canonical = false;
            continue;
        }
        const std::string value = trimmed(line->substr(colon + 1));
        if (line->substr(colon) != ": " + value) message.is_canonical = false;
        message.fields.emplace_back(line->substr(0, colon), value);
    }
}

std::optional<std::uint64_t> number(std::string_view text, unsigned radix) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t out = 0;
    for (const char c : lower(text)) {
        const std::size_t digit = kDigits.substr(0, radix).find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        out = out * radix + digit;
    }
    return out;
}

bool take_bytes(std::string_view& rest, std::uint64_t size, std::string& out) {
    if (size > rest.size()) return false;
    out.append(rest.substr(0, size));
    rest.remove_prefix(size);
    return true;
}

bool take_chunks(std::string_view& rest, StrictMessage& message) {
    for (;;) {
        const auto line = take_line(rest);
        if (!line) return false;
        const std::size_t digits = line->find_first_of(" \t;");
        if (digits != std::string_view::npos) message.is_canonical = false;
        const auto size = number(line->substr(0, digits), 16);
        if (!size) return false;
        if (*size == 0) return take_fields(rest, message, true);
        if (!take_bytes(rest, *size, message.body) || !rest.starts_with(kLineEnd)) return false;
        rest.remove_prefix(kLineEnd.size());
    }
}

bool take_body(std::string_view& rest, StrictMessage& message, bool is_request) {
    const auto codings = message.values("Transfer-Encoding");
    const auto lengths = message.values("Content-Length");
    if (codings.size() + lengths.size() > 1) return false;
    if (!codings.empty()) return lower(codings[0]) == "chunked" && take_chunks(rest, message);
    if (!lengths.empty()) {
        const auto length = number(lengths[0], 10);
        return length && take_bytes(rest, *length, message.body);
    }
    if (is_request) return true;
    message.until_close = true;
    return take_bytes(rest, rest.size(), message.body);
}

bool is_request_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last == first) return false;
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    return is_token(line.substr(0, first)) && !target.empty() &&
           target.find_first_of(" \t") == std::string_view::npos &&
           (version == "HTTP/1.1" || version == "HTTP/1.0");
}

bool is_status_line(std::string_view line) {
    const bool version = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
    return version && line.size() >= 12 && number(line.substr(9, 3), 10) &&
           (line.size() == 12 || line[12] == ' ');
}

/// The first line, of the form that `is_first_line` knows, and the fields behind it.
std::optional<StrictMessage> take_head(std::string_view& rest,
                                       bool (*is_first_line)(std::string_view)) {
    StrictMessage message;
    message.is_canonical = true;
    const auto line = take_line(rest);
    if (!line || !is_first_line(*line)) return std::nullopt;
    message.start_line = *line;
    if (!take_fields(rest, message, false)) return std::nullopt;
    return message;
}

}  // namespace

std::string StrictMessage::method() const {
    return start_line.substr(0, start_line.find(' '));
}

std::string StrictMessage::target() const {
    const std::size_t first = start_line.find(' ');
    return start_line.substr(first + 1, start_line.rfind(' ') - first - 1);
}

int StrictMessage::status() const {
    return static_cast<int>(number(start_line.substr(9, 3), 10).value_or(0));
}

std::vector<std::string> StrictMessage::values(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [own, value] : fields) {
        if (lower(own) == lower(name)) out.push_back(value);
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> StrictMessage::end_to_end() const {
    std::string options = ",";
    for (const std::string& value : values("Connection")) options += lower(value) + ",";
    std::erase_if(options, [](char c) { return c == ' ' || c == '\t'; });
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [name, value] : fields) {
        const std::string own = lower(name);
        const bool named = options.find("," + own + ",") != std::string::npos;
        if (named || std::find(kOneHop.begin(), kOneHop.end(), own) != kOneHop.end()) continue;
        out.emplace_back(own, value);
    }
    return out;
}

std::optional<StrictMessage> strict_request(std::string_view bytes) {
    std::string_view rest = bytes;
    auto message = take_head(rest, is_request_line);
    if (!message || !take_body(rest, *message, true)) return std::nullopt;
    message->size = bytes.size() - rest.size();
    return message;
}

std::optional<StrictMessage> strict_response(std::string_view bytes, std::string_view method) {
    std::string_view rest = bytes;
    auto message = take_head(rest, is_status_line);
    if (!message) return std::nullopt;
    const int status = message->status();
    const bool bodyless = method == "HEAD" || status < 200 || status == 204 || status == 304;
    if (!bodyless && !take_body(rest, *message, false)) return std::nullopt;
    message->size = bytes.size() - rest.size();
    return message;
}

std::vector<std::string> take_interim(std::string_view& bytes) {
    std::vector<std::string> out;
    for (;;) {
        const auto first = strict_response(bytes, "GET");
        if (!first || first->status() >= 200) return out;
        out.push_back(std::to_string(first->status()));
        bytes.remove_prefix(first->size);
    }
}

}  // namespace armgate::tests
