#include "certs/trust_store.hpp"

#include "certs/bundle.hpp"
#include "certs/files.hpp"
#include "certs/x509_parts.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include <openssl/pkcs12.h>

namespace armgate::certs {
namespace {

// The format: sun.security.provider.JavaKeyStore of the JDK, engineStore and engineLoad.
constexpr std::uint32_t kMagic = 0xFEEDFEED;
constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kKeyEntry = 1;
constexpr std::uint32_t kTrustedEntry = 2;
constexpr std::size_t kDigestBytes = 20;
constexpr std::string_view kWhitener = "Mighty Aphrodite";
constexpr std::string_view kCertificateType = "X.509";

void put_number(std::string& out, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
    }
}

void put_text(std::string& out, std::string_view text) {
    put_number(out, text.size(), 2);
    out += text;
}

/// SHA-1 over the password in UTF-16, a fixed text and the data: it tells damage, it is no secret.
std::optional<std::string> seal_of(std::string_view data, std::string_view password) {
    std::string sealed;
    for (const char c : password) {
        sealed += '\0';
        sealed += c;
    }
    sealed += kWhitener;
    sealed += data;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    const bool done =
        EVP_Digest(sealed.data(), sealed.size(), digest.data(), &length, EVP_sha1(), nullptr) == 1;
    if (!done || length != kDigestBytes) return std::nullopt;
    return std::string(digest.begin(), digest.begin() + kDigestBytes);
}

std::string der_of(X509* certificate) {
    unsigned char* bytes = nullptr;
    const int length = i2d_X509(certificate, &bytes);
    if (length <= 0) return {};
    std::string der(bytes, bytes + length);
    OPENSSL_free(bytes);
    return der;
}

/// A view that is read off its front; nothing once it is too short.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::optional<std::uint64_t> number(std::size_t bytes) {
        const auto text = take(bytes);
        if (!text) return std::nullopt;
        std::uint64_t value = 0;
        for (const char c : *text) value = value << 8U | static_cast<unsigned char>(c);
        return value;
    }
    std::optional<std::string_view> take(std::uint64_t bytes) {
        if (bytes > rest_.size()) return std::nullopt;
        const std::string_view taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return taken;
    }
    /// What a length of `width` bytes stands before.
    std::optional<std::string_view> counted(std::size_t width) {
        const auto length = number(width);
        return length ? take(*length) : std::nullopt;
    }
    [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

  private:
    std::string_view rest_;
};

/// One certificate of a JKS as PEM; empty where OpenSSL cannot read it.
std::string pem_of_der(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const X509Handle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    (void)drain_errors();
    return certificate ? certificate_pem(certificate.get()) : std::string();
}

/// A private key and its chain, read over.
bool skip_key_entry(Reader& reader) {
    if (!reader.counted(4)) return false;
    const auto count = reader.number(4);
    if (!count) return false;
    for (std::uint64_t i = 0; i < *count; ++i) {
        if (!reader.counted(2) || !reader.counted(4)) return false;
    }
    return true;
}

/// The trusted certificates as PEM; nothing where the bytes are not a whole JKS.
std::optional<std::string> read_jks(std::string_view bytes) {
    Reader reader(bytes);
    if (reader.number(4) != kMagic) return std::nullopt;
    const auto version = reader.number(4);
    const auto count = reader.number(4);
    if (!version || !count || (*version != 1 && *version != kVersion)) return std::nullopt;
    std::string pem;
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto tag = reader.number(4);
        if (!reader.counted(2) || !reader.number(8)) return std::nullopt;  // alias, date
        if (tag == kKeyEntry) {
            if (!skip_key_entry(reader)) return std::nullopt;
            continue;
        }
        if (tag != kTrustedEntry) return std::nullopt;
        if (*version == kVersion && !reader.counted(2)) return std::nullopt;
        const auto der = reader.counted(4);
        if (!der) return std::nullopt;
        pem += pem_of_der(*der);
    }
    if (reader.left() != kDigestBytes) return std::nullopt;
    return pem;
}

struct StackFree {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
    void operator()(PKCS12* p) const noexcept { PKCS12_free(p); }
};

std::optional<std::string> read_pkcs12(std::string_view bytes, const std::string& password) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    const std::unique_ptr<PKCS12, StackFree> store(
        d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
    EVP_PKEY* key = nullptr;
    X509* own = nullptr;
    STACK_OF(X509)* others = nullptr;
    const bool parsed =
        store && PKCS12_parse(store.get(), password.c_str(), &key, &own, &others) == 1;
    const KeyHandle key_owner(key);  // never used: only what is trusted is taken over
    const X509Handle own_owner(own);
    const std::unique_ptr<STACK_OF(X509), StackFree> owner(others);
    (void)drain_errors();
    if (!parsed) return std::nullopt;
    std::string pem;
    for (int i = 0; i < sk_X509_num(others); ++i) {
        pem += certificate_pem(sk_X509_value(others, i));
    }
    return pem;
}

}  // namespace

Result<std::string> java_trust_store(std::string_view pem,
                                     const Authority& authority,
                                     std::string_view password) {
    initialise_openssl();
    const std::string own = der_of(authority.certificate());
    const auto date = std::chrono::duration_cast<std::chrono::milliseconds>(
                          authority.not_before().time_since_epoch())
                          .count();
    std::set<std::string> known;
    std::string entries;
    const auto add = [&](const std::string& der) {
        if (der.empty() || !known.insert(der).second) return;
        put_number(entries, kTrustedEntry, 4);
        put_text(entries, der == own ? "armgate" : "root-" + std::to_string(known.size()));
        put_number(entries, static_cast<std::uint64_t>(date), 8);
        put_text(entries, kCertificateType);
        put_number(entries, der.size(), 4);
        entries += der;
    };
    for (const std::string& block : certificate_blocks(pem)) {
        const X509Handle certificate = parse_certificate(block);
        if (certificate) add(der_of(certificate.get()));
    }
    add(own);
    (void)drain_errors();
    std::string store;
    put_number(store, kMagic, 4);
    put_number(store, kVersion, 4);
    put_number(store, known.size(), 4);
    store += entries;
    const auto seal = seal_of(store, password);
    if (!seal) {
        return Error{Errc::system,
                     "Java's trust store could not be sealed: " + drain_errors() + "."};
    }
    return store + *seal;
}

Result<std::string> read_java_trust_store(const std::string& path, const std::string& password) {
    initialise_openssl();
    const auto bytes = read_file(path, kBundleLimitBytes);
    if (!bytes) return bytes.error();
    auto pem = read_jks(*bytes);
    if (!pem && !password.empty()) pem = read_pkcs12(*bytes, password);
    for (const char* usual : {"", "changeit", "changeme"}) {
        if (!pem && password.empty()) pem = read_pkcs12(*bytes, usual);
    }
    if (!pem) {
        return Error{Errc::input_invalid,
                     path + " is neither a JKS nor a PKCS #12 store that opens with its password"};
    }
    if (pem->empty()) {
        return Error{Errc::input_invalid, path + " holds no trusted certificate"};
    }
    return *pem;
}

}  // namespace armgate::certs
