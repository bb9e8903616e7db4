// Tokens for tests: they have the shape of Entra's, and a signature that is not one.
#pragma once

#include "core/base/text.hpp"

#include <string>
#include <string_view>

namespace armgate::test {

inline std::string base64url(std::string_view bytes) {
    std::string out = base::base64_encode(bytes);
    while (out.ends_with('=')) out.pop_back();
    for (char& c : out) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    return out;
}

/// `payload` is the claims as JSON text, taken as it is: malformed text makes a malformed token.
inline std::string make_token(std::string_view payload,
                              std::string_view header = R"({"typ":"JWT","alg":"RS256"})") {
    return base64url(header) + "." + base64url(payload) + "." + base64url("not-a-signature");
}

/// A whole field value.
inline std::string bearer(std::string_view payload) {
    return "Bearer " + make_token(payload);
}

/// Claims of a token good until 2099, with `more` (`"a":1,"b":2`) added to audience and expiry.
inline std::string claims(std::string_view more) {
    std::string out = R"({"aud":"https://management.azure.com/","exp":4070908800)";
    if (!more.empty()) out += ",";
    return out.append(more) += "}";
}

}  // namespace armgate::test
