// Any bytes as what a TLS client sends first: no cut of a hello is anything but "need more", and a
// name is given for a whole hello only.
#include "core/tls/client_hello.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using armgate::tls::ClientHello;
using armgate::tls::Peek;

void require(bool condition) {
    if (!condition) std::abort();
}

/// In a buffer of its own: a sanitizer sees each byte read past the end.
ClientHello peek(std::string_view bytes) {
    const std::vector<char> copy(bytes.begin(), bytes.end());
    return armgate::tls::peek_client_hello({copy.data(), copy.size()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const ClientHello whole = peek(input);
    require(!whole.server_name || whole.peek == Peek::hello);
    if (whole.server_name) require(!whole.server_name->empty());
    if (whole.server_name) require(input.size() >= whole.server_name->size());
    bool decided = false;
    for (std::size_t cut = 0; cut <= size; cut += size > 2048 ? 97 : 1) {
        const ClientHello part = peek(input.substr(0, cut));
        if (decided || part.peek != Peek::need_more) {
            // Once decided it stays so: more bytes never change the answer.
            require(part.peek == whole.peek && part.server_name == whole.server_name);
            decided = true;
        }
    }
    return 0;
}
