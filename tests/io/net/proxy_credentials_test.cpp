// The comparison that stands between the proxy and every other user of the machine.
#include "io/net/proxy_credentials.hpp"

#include "core/base/text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {
// Of this thread and while a test asks: the TLS of other tests compares by it as well.
thread_local std::vector<std::size_t>* compared = nullptr;
}  // namespace

/// Stands in for OpenSSL's: the linker takes this one for the whole test program.
extern "C" int CRYPTO_memcmp(const void* a, const void* b, std::size_t bytes) {
    if (compared != nullptr) compared->push_back(bytes);
    const auto* left = static_cast<const volatile unsigned char*>(a);
    const auto* right = static_cast<const volatile unsigned char*>(b);
    unsigned difference = 0;
    for (std::size_t i = 0; i < bytes; ++i) difference |= static_cast<unsigned>(left[i] ^ right[i]);
    return static_cast<int>(difference);
}

namespace armgate::io {
namespace {

std::string basic(const std::string& text) {
    return "Basic " + base::base64_encode(text);
}

TEST(CredentialCheck, AreTakenInTheBasicSchemeOnly) {
    const ProxyCredentials wanted("user:pass");
    EXPECT_TRUE(wanted.are_asked_for());
    EXPECT_TRUE(wanted.admit(basic("user:pass")));
    EXPECT_TRUE(wanted.admit("bAsIc  dXNlcjpwYXNz "));
    for (const std::string field : {"", "Basic", "Basic ", "dXNlcjpwYXNz", "Bearer dXNlcjpwYXNz",
                                    "Basic user:pass", "Basic dXNlcjpwYXNz=", "Basic dXNlcjpwYXN6",
                                    "Basic dXNlcjpwYXNz, Basic x", "Basic\tdXNlcjpwYXNz"}) {
        EXPECT_FALSE(wanted.admit(field)) << field;
    }
}

TEST(CredentialCheck, NoneAreAskedForUnlessGiven) {
    const ProxyCredentials none;
    EXPECT_FALSE(none.are_asked_for());
    EXPECT_TRUE(none.admit(""));
    EXPECT_TRUE(none.admit("anything"));
}

TEST(CredentialCheck, EveryGuessIsComparedWholeAndInConstantTimeWhateverItsLength) {
    const std::string secret = "armgate:0123456789abcdef";
    const ProxyCredentials wanted(secret);
    std::vector<std::string> guesses{secret + "0", "x" + secret.substr(1), std::string(5000, 'x')};
    for (std::size_t length = 0; length < secret.size(); ++length) {
        guesses.push_back(secret.substr(0, length));
    }
    std::vector<std::size_t> lengths;
    compared = &lengths;
    for (const std::string& guess : guesses) EXPECT_FALSE(wanted.admit(basic(guess))) << guess;
    EXPECT_TRUE(wanted.admit(basic(secret)));
    compared = nullptr;
    // Digests of 32 bytes, each time: no guess is turned down by its length or its beginning.
    EXPECT_EQ(lengths, std::vector<std::size_t>(guesses.size() + 1, 32));
}

}  // namespace
}  // namespace armgate::io
