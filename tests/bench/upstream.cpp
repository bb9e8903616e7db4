// A TLS server that answers at once: ARM's fields, and 1 KiB of JSON or as much as `bytes=N` of the
// query asks for. One thread a connection.
#include "bench/commands.hpp"
#include "bench/connection.hpp"
#include "bench/request.hpp"
#include "certs/authority.hpp"
#include "certs/context_cache.hpp"

#include <charconv>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace armgate::bench {
namespace {

constexpr std::size_t kBodyBytes = 1024;
constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;

std::uint64_t asked_bytes(std::string_view head) {
    constexpr std::string_view kOption = "bytes=";
    const std::size_t at = head.substr(0, head.find("\r\n")).find(kOption);
    std::uint64_t bytes = 0;
    if (at == std::string_view::npos) return bytes;
    std::from_chars(head.data() + at + kOption.size(), head.data() + head.size(), bytes);
    return bytes;
}

void send_bulk(Connection& client, std::uint64_t bytes) {
    client.write(answer_head(bytes));
    const std::string block(kBlockBytes, 'x');
    while (bytes > 0) {
        const std::size_t size = std::min<std::uint64_t>(bytes, block.size());
        client.write(std::string_view(block).substr(0, size));
        bytes -= size;
    }
}

void serve(certs::FileDescriptor socket, SSL_CTX* context) {
    try {
        const std::string usual =
            answer_head(kBodyBytes) + "{\"value\":\"" + std::string(kBodyBytes - 12, 'x') + "\"}";
        Connection client = Connection::accept(std::move(socket), context);
        for (Head head; client.read_head(head);) {
            const std::uint64_t bulk = asked_bytes(head.text);
            client.skip_body(head.body_bytes);
            if (bulk > 0) {
                send_bulk(client, bulk);
            } else {
                client.write(usual);
            }
        }
        client.close();
    } catch (const std::exception&) {
        // The client tells what went wrong: it sees a closed connection.
    }
}

[[noreturn]] void accept_loop(int listener, SSL_CTX* context) {
    for (;;) {
        certs::FileDescriptor socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        if (!socket) continue;
        std::thread(serve, std::move(socket), context).detach();
    }
}

}  // namespace

void run_upstream(const UpstreamOptions& options) {
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto authority = certs::create_authority({std::string(kHost)}, now);
    if (!authority) throw std::runtime_error(authority.error().detail);
    const auto leaf = certs::issue_leaf(*authority, kHost, now);
    if (!leaf) throw std::runtime_error(leaf.error().detail);
    auto context = certs::make_server_context(*leaf);
    if (!context) throw std::runtime_error(context.error().detail);
    // The floor keeps its buffers.
    SSL_CTX_clear_mode(context->get(), SSL_MODE_RELEASE_BUFFERS);
    std::ofstream(options.ca_file) << authority->pem();

    std::uint16_t port = 0;
    const certs::FileDescriptor listener = listen_on_loopback(port);
    const timeval for_ever{};
    ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof(for_ever));
    std::thread(accept_loop, listener.get(), context->get()).detach();
    std::cout << nlohmann::json{{"port", port}} << std::endl;
    for (char unused = 0; ::read(STDIN_FILENO, &unused, 1) > 0;) continue;
    ::_exit(0);  // threads still serve; nothing of theirs is worth waiting for
}

}  // namespace armgate::bench
