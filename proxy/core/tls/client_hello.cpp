#include "core/tls/client_hello.hpp"

#include <cstddef>
#include <cstdint>

namespace armgate::tls {
namespace {

constexpr std::size_t kRecordHead = 5;
constexpr std::size_t kMaxRecord = 16384;
constexpr unsigned kHandshakeRecord = 22;
constexpr unsigned kClientHelloType = 1;
/// Real hellos are under 2 KiB, with large post-quantum keys under 20; a longer one is not waited
/// for.
constexpr std::size_t kMaxHello = std::size_t{64} * 1024;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

/// Reads numbers and vectors from the front; `ok` turns false where they run over the end.
struct Cursor {
    std::string_view rest;
    bool ok = true;

    std::size_t number(std::size_t width) {
        if (rest.size() < width) {
            ok = false;
            return 0;
        }
        std::size_t value = 0;
        for (std::size_t i = 0; i < width; ++i) value = (value << 8U) | byte_at(rest, i);
        rest.remove_prefix(width);
        return value;
    }

    std::string_view take(std::size_t size) {
        if (rest.size() < size) {
            ok = false;
            return {};
        }
        const std::string_view taken = rest.substr(0, size);
        rest.remove_prefix(size);
        return taken;
    }

    std::string_view vector(std::size_t width) { return take(number(width)); }
};

ClientHello malformed() {
    return {Peek::malformed, std::nullopt};
}

/// The one host name of a server_name extension; nothing where it is malformed.
std::optional<std::string> read_server_name(std::string_view extension) {
    Cursor outer{extension};
    Cursor list{outer.vector(2)};
    if (!outer.ok || !outer.rest.empty()) return std::nullopt;
    const std::size_t type = list.number(1);
    const std::string_view name = list.vector(2);
    const bool one_name = list.ok && list.rest.empty() && type == 0 && !name.empty();
    return one_name ? std::optional<std::string>(name) : std::nullopt;
}

ClientHello read_hello(std::string_view body) {
    Cursor hello{body};
    hello.take(2 + 32);  // legacy version, random
    hello.vector(1);     // session id
    hello.vector(2);     // cipher suites
    hello.vector(1);     // compression methods
    if (!hello.ok) return malformed();
    ClientHello out{Peek::hello, std::nullopt};
    if (hello.rest.empty()) return out;
    Cursor extensions{hello.vector(2)};
    if (!hello.ok || !hello.rest.empty()) return malformed();
    while (!extensions.rest.empty()) {
        const std::size_t type = extensions.number(2);
        const std::string_view extension = extensions.vector(2);
        if (!extensions.ok) return malformed();
        if (type != 0) continue;
        if (out.server_name) return malformed();
        out.server_name = read_server_name(extension);
        if (!out.server_name) return malformed();
    }
    return out;
}

}  // namespace

ClientHello peek_client_hello(std::string_view bytes) {
    std::string handshake;  // payload of the records so far
    for (;;) {
        if (bytes.empty()) return {Peek::need_more, std::nullopt};
        const bool first = handshake.empty();
        if (byte_at(bytes, 0) != kHandshakeRecord)
            return first ? ClientHello{Peek::not_tls, {}} : malformed();
        if (bytes.size() > 1 && byte_at(bytes, 1) != 3) {
            return first ? ClientHello{Peek::not_tls, {}} : malformed();
        }
        if (bytes.size() < kRecordHead) return {Peek::need_more, std::nullopt};
        const std::size_t length = (byte_at(bytes, 3) << 8U) | byte_at(bytes, 4);
        if (length == 0 || length > kMaxRecord) return malformed();
        const std::string_view payload = bytes.substr(kRecordHead, length);
        handshake += payload;
        if (handshake.empty())
            return {Peek::need_more, std::nullopt};  // a record head alone so far
        if (byte_at(handshake, 0) != kClientHelloType) return malformed();
        if (handshake.size() >= 4) {
            Cursor message{handshake};
            message.number(1);
            const std::size_t size = message.number(3);
            if (size > kMaxHello) return malformed();
            if (message.rest.size() >= size) return read_hello(message.rest.substr(0, size));
        }
        if (payload.size() < length) return {Peek::need_more, std::nullopt};
        bytes.remove_prefix(kRecordHead + length);
    }
}

}  // namespace armgate::tls
