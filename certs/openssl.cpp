#include "certs/openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>

namespace armgate::certs {

void initialise_openssl() noexcept {
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

std::string drain_errors() {
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "no further detail" : reason;
}

}  // namespace armgate::certs
