// A BIO over a non-blocking socket that first gives bytes which were read before TLS began. Does
// not own the socket.
#pragma once

#include "certs/openssl.hpp"

#include <string>
#include <string_view>

namespace armgate::io {

[[nodiscard]] certs::BioHandle make_socket_bio(int socket, std::string_view already_read);

}  // namespace armgate::io
