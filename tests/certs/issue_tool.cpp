// For strict_clients_test.py: makes a CA and leaves, and serves TLS as the proxy would.
//   armgate_issue_tool issue DIR HOST    ca.pem, bundle.jks; leaf.pem and leaf.key for HOST;
//                                        outside.pem and outside.key for www.example.com, which the
//                                        CA's key signs although its constraints do not permit it
//   armgate_issue_tool serve DIR HOST    serves HOST by ContextCache on a free loopback port, which
//                                        it prints, until its standard input ends
#include "certs/authority_files.hpp"
#include "certs/context_cache.hpp"
#include "certs/files.hpp"
#include "certs/x509_parts.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_pki.hpp"

#include <csignal>
#include <iostream>
#include <netinet/in.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using armgate::certs::FileDescriptor;

const std::vector<std::string> kNames{"management.azure.com"};

void write_leaf(const std::string& dir, const std::string& name, const armgate::certs::Leaf& leaf) {
    using armgate::tests::spill;
    spill(dir + "/" + name + ".pem", armgate::certs::certificate_pem(leaf.certificate.get()));
    spill(dir + "/" + name + ".key", armgate::certs::private_key_pem(leaf.key.get()));
}

int issue(const std::string& dir,
          const armgate::certs::Authority& authority,
          const std::string& host) {
    const auto now = armgate::tests::now();
    const auto leaf = armgate::certs::issue_leaf(authority, host, now);
    if (!leaf) {
        std::cerr << leaf.error().detail << "\n";
        return 1;
    }
    if (const auto wrote = armgate::certs::write_public_files(dir, authority, ""); !wrote) {
        std::cerr << wrote.error().detail << "\n";
        return 1;
    }
    write_leaf(dir, "leaf", *leaf);
    write_leaf(dir, "outside",
               armgate::tests::forge_leaf(authority.certificate(), authority.key(),
                                          "www.example.com", armgate::tests::Fault::none, now));
    return 0;
}

FileDescriptor listen_on_loopback() {
    FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd.get(), raw, size) != 0 || ::listen(fd.get(), 16) != 0 ||
        ::getsockname(fd.get(), raw, &size) != 0) {
        return {};
    }
    std::cout << ntohs(address.sin_port) << std::endl;
    return fd;
}

void serve_one(SSL_CTX* context, int fd) {
    const timeval limit{60, 0};  // a JVM takes its time on a busy machine
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    const armgate::certs::SslHandle ssl(SSL_new(context));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) == 1) {
        constexpr std::string_view kGreeting = "hello\n";
        SSL_write(ssl.get(), kGreeting.data(), static_cast<int>(kGreeting.size()));
        SSL_shutdown(ssl.get());
        // Lets the client close first, so that its last bytes are not answered with a reset.
        char byte = 0;
        while (SSL_read(ssl.get(), &byte, 1) > 0) {
        }
    }
    (void)armgate::certs::drain_errors();
}

int serve(const armgate::certs::Authority& authority, const std::string& host) {
    std::signal(SIGPIPE, SIG_IGN);
    armgate::certs::ContextCache cache(authority);
    const FileDescriptor listener = listen_on_loopback();
    if (!listener) return 1;
    for (;;) {
        pollfd waiting[] = {{listener.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        if (::poll(waiting, 2, -1) < 0 || waiting[1].revents != 0) return 0;
        const FileDescriptor client(::accept(listener.get(), nullptr, nullptr));
        const auto context = cache.for_host(host, armgate::tests::now());
        if (!client || !context) return 1;
        serve_one(context->get(), client.get());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const std::string_view command = argv[1];
    const auto authority =
        armgate::certs::open_or_create_authority(argv[2], kNames, armgate::tests::now());
    if (!authority) {
        std::cerr << authority.error().detail << "\n";
        return 1;
    }
    if (command == "issue") return issue(argv[2], *authority, argv[3]);
    if (command == "serve") return serve(*authority, argv[3]);
    return 2;
}
