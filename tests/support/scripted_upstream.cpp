#include "support/scripted_upstream.hpp"

#include "support/test_pki.hpp"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace armgate::tests {

std::string ok(std::string_view body, std::string_view more_fields) {
    return "HTTP/1.1 200 OK\r\n" + std::string(more_fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

ScriptedUpstream::ScriptedUpstream(const certs::Leaf& leaf, std::uint16_t port)
    : context_(plain_server_context(leaf)), answer_([](Wire& wire, const Message& request) {
          const bool is_head = request.head.starts_with("HEAD ");
          const std::string whole = ok();
          wire.send(is_head ? whole.substr(0, whole.size() - 2) : whole);
          return Afterwards::next_request;
      }) {
    listen(port);
}

ScriptedUpstream::ScriptedUpstream(Conversation conversation)
    : conversation_(std::move(conversation)) {
    listen(0);
}

void ScriptedUpstream::listen(std::uint16_t port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    socklen_t size = sizeof generic;
    if (::bind(listener_, &generic, size) != 0 || ::listen(listener_, 1024) != 0 ||
        ::getsockname(listener_, &generic, &size) != 0) {
        throw WireError("the upstream cannot listen");
    }
    std::memcpy(&address, &generic, sizeof generic);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedUpstream::~ScriptedUpstream() {
    ::shutdown(listener_, SHUT_RDWR);  // wakes the accept
    acceptor_.join();
    ::close(listener_);
    {
        const std::lock_guard lock(mutex_);
        for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
    }
    for (Serving& serving : threads_) serving.thread.join();
}

void ScriptedUpstream::answer_with(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
    conversation_ = nullptr;
}

void ScriptedUpstream::answer_with(std::string bytes) {
    answer_with([bytes = std::move(bytes)](Wire& wire, const Message&) {
        wire.send(bytes);
        return Afterwards::next_request;
    });
}

void ScriptedUpstream::converse(Conversation conversation) {
    const std::lock_guard lock(mutex_);
    conversation_ = std::move(conversation);
}

std::vector<Message> ScriptedUpstream::requests() const {
    const std::lock_guard lock(mutex_);
    return log_;
}

void ScriptedUpstream::log(const Message& request) {
    {
        const std::lock_guard lock(mutex_);
        log_.push_back(request);
    }
    changed_.notify_all();
}

bool ScriptedUpstream::wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kWireLimit, [&] { return log_.size() >= count; });
}

bool ScriptedUpstream::wait_for_end() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kWireLimit, [&] { return open_.empty(); });
}

void ScriptedUpstream::accept_all() {
    for (;;) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) return;
        ++accepted_;
        {
            const std::lock_guard lock(mutex_);
            open_.push_back(descriptor);
        }
        join_those_that_ended();
        Serving& serving = threads_.emplace_back();
        serving.thread = std::thread([this, descriptor, &serving] {
            serve(descriptor);
            changed_.notify_all();
            serving.over = true;
        });
    }
}

void ScriptedUpstream::join_those_that_ended() {
    threads_.remove_if([](Serving& serving) {
        if (!serving.over) return false;
        serving.thread.join();
        return true;
    });
}

void ScriptedUpstream::serve(int descriptor) {
    Conversation conversation;
    {
        const std::lock_guard lock(mutex_);
        conversation = conversation_;
    }
    Wire wire(descriptor);
    try {
        if (context_) wire.accept_tls(context_.get());
        ++connections_;
        if (conversation) {
            conversation(wire);
        } else {
            answer_all(wire);
        }
    } catch (const WireError&) {
        // The peer went away: what that means is for the test to judge, by what it sees.
    }
    const std::lock_guard lock(mutex_);
    open_.remove(descriptor);
    wire.cut();
}

void ScriptedUpstream::answer_all(Wire& wire) {
    for (;;) {
        const Message request = wire.read_request();
        if (request.head.empty()) return;
        log(request);
        Answer answer;
        {
            const std::lock_guard lock(mutex_);
            answer = answer_;
        }
        if (answer(wire, request) == Afterwards::end_connection) return;
    }
}

}  // namespace armgate::tests
