#include "io/net/socket_bio.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <sys/socket.h>

namespace armgate::io {
namespace {

struct State {
    int socket;
    bool ended = false;
    std::string before;  ///< not yet given
    std::size_t given = 0;
};

State& state_of(BIO* bio) {
    return *static_cast<State*>(BIO_get_data(bio));
}

int read_bio(BIO* bio, char* out, int size) {
    State& state = state_of(bio);
    BIO_clear_retry_flags(bio);
    if (state.given < state.before.size()) {
        const std::size_t n =
            std::min(static_cast<std::size_t>(size), state.before.size() - state.given);
        std::memcpy(out, state.before.data() + state.given, n);
        state.given += n;
        if (state.given == state.before.size()) {
            state.before = {};
            state.given = 0;
        }
        return static_cast<int>(n);
    }
    const auto n = ::recv(state.socket, out, static_cast<std::size_t>(size), 0);
    if (n == 0) state.ended = true;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return static_cast<int>(n);
}

int write_bio(BIO* bio, const char* bytes, int size) {
    State& state = state_of(bio);
    BIO_clear_retry_flags(bio);
    const auto n = ::send(state.socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(n);
}

long control_bio(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return state_of(bio).ended ? 1 : 0;
    return 0;
}

int destroy_bio(BIO* bio) {
    delete static_cast<State*>(BIO_get_data(bio));
    BIO_set_data(bio, nullptr);
    return 1;
}

/// Made once and kept for the whole process, as OpenSSL's own methods are.
const BIO_METHOD* socket_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made =
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "armgate socket");
        BIO_meth_set_read(made, read_bio);
        BIO_meth_set_write(made, write_bio);
        BIO_meth_set_ctrl(made, control_bio);
        BIO_meth_set_destroy(made, destroy_bio);
        return made;
    }();
    return method;
}

}  // namespace

certs::BioHandle make_socket_bio(int socket, std::string_view already_read) {
    certs::BioHandle bio(BIO_new(socket_method()));
    auto state = std::make_unique<State>(State{socket, false, std::string(already_read), 0});
    BIO_set_data(bio.get(), state.release());  // freed by destroy_bio
    BIO_set_init(bio.get(), 1);
    return bio;
}

}  // namespace armgate::io
