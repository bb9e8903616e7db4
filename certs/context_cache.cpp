#include "certs/context_cache.hpp"

#include "certs/tls_policy.hpp"

#include <algorithm>
#include <array>

namespace armgate::certs {
namespace {

/// Chooses `http/1.1` where the client offers it. A list without it is answered as if ALPN were
/// absent: old clients offer only `http/1.0` and are served (facts/client-behaviour.md).
int select_alpn(SSL*,
                const unsigned char** chosen,
                unsigned char* chosen_size,
                const unsigned char* offered,
                unsigned offered_size,
                void*) {
    std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
    while (!list.empty()) {
        const std::size_t size = static_cast<unsigned char>(list.front());
        list.remove_prefix(1);
        const std::string_view name = list.substr(0, size);
        if (name == kAlpnHttp11) {
            *chosen = reinterpret_cast<const unsigned char*>(name.data());
            *chosen_size = static_cast<unsigned char>(name.size());
            return SSL_TLSEXT_ERR_OK;
        }
        list.remove_prefix(std::min(size, list.size()));
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/// The leaf itself says for whom this context speaks, so an SNI is right if the leaf is for it.
int check_server_name(SSL* ssl, int* alert, void*) {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_OK;
    std::string_view host(name);
    if (host.ends_with('.')) host.remove_suffix(1);
    // X509_check_host takes ".example" for "anything below example", and no length for strlen.
    const bool is_host = !host.empty() && host.front() != '.' &&
                         X509_check_host(SSL_get_certificate(ssl), host.data(), host.size(),
                                         X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
    if (is_host) return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Result<ContextHandle> make_server_context(const Leaf& leaf) {
    auto context = new_tls_context(Side::server);
    if (!context) return context;
    SSL_CTX* raw = context->get();
    if (SSL_CTX_use_certificate(raw, leaf.certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(raw, leaf.key.get()) != 1 || SSL_CTX_check_private_key(raw) != 1) {
        return Error{Errc::system,
                     "A certificate could not be put to use in OpenSSL: " + drain_errors() + "."};
    }
    SSL_CTX_set_alpn_select_cb(raw, select_alpn, nullptr);
    // SSL_CTX_set_tlsext_servername_callback, written out: the macro holds a C cast.
    SSL_CTX_callback_ctrl(raw, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(check_server_name));
    (void)drain_errors();
    return context;
}

Result<std::shared_ptr<SSL_CTX>> ContextCache::for_host(std::string_view normalised_host,
                                                        base::Timestamp now) {
    if (auto cached = find(normalised_host, now)) return cached;
    const auto leaf = issue_leaf(authority_, normalised_host, now);
    if (!leaf) return leaf.error();
    auto made = make_server_context(*leaf);
    if (!made) return made.error();
    const std::shared_ptr<SSL_CTX> context(made->release(), OpensslFree());

    // A leaf cut short by the CA's end may have less than the reserve from the start: half of what
    // is left then, so that it is not issued anew for every connection.
    const base::Timestamp renew_at =
        std::max(leaf->not_after - kLeafReserve, now + (leaf->not_after - now) / 2);
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(normalised_host);
    if (found == entries_.end() && entries_.size() >= limit_) drop_oldest();
    // Two threads may have issued for one host; the later leaf is as good.
    entries_.insert_or_assign(std::string(normalised_host),
                              Entry{context, leaf->not_before, renew_at, next_age_++});
    return context;
}

std::size_t ContextCache::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

std::shared_ptr<SSL_CTX> ContextCache::find(std::string_view host, base::Timestamp now) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(host);
    if (found == entries_.end()) return nullptr;
    const Entry& entry = found->second;
    // The clock may have been set back since: a leaf from the future is of no use.
    return now >= entry.valid_from && now < entry.renew_at ? entry.context : nullptr;
}

void ContextCache::drop_oldest() {
    const auto oldest =
        std::min_element(entries_.begin(), entries_.end(),
                         [](const auto& a, const auto& b) { return a.second.age < b.second.age; });
    if (oldest != entries_.end()) entries_.erase(oldest);
}

}  // namespace armgate::certs
