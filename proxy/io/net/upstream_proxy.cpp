#include "io/net/upstream_proxy.hpp"

#include "core/arm/hosts.hpp"
#include "core/base/text.hpp"
#include "core/http/reader.hpp"
#include "core/http/target.hpp"
#include "core/wiring/child_environment.hpp"

#include <algorithm>

namespace armgate::io {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{16} * 1024;

Error proxy_url_error() {
    return {Errc::usage,
            "the upstream proxy is not of the form http://[USER:PASS@]HOST:PORT; a proxy that is "
            "itself reached through TLS (https://) or SOCKS is not supported"};
}

/// The status of the proxy's answer. Read byte by byte: what follows its head belongs to the tunnel
/// and has to stay in the socket.
awaitable<Result<unsigned>> read_answer(Stream& stream, SteadyTime until) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        char byte = 0;
        const Result<std::size_t> got = co_await stream.read_some({&byte, 1}, until);
        if (!got && got.error().code == Errc::timed_out) {
            co_return Error{Errc::timed_out, "it did not answer in time"};
        }
        if (!got || *got == 0) co_return Error{Errc::connect_failed, "it closed the connection"};
        head.push_back(byte);
        if (head.size() > kMaxAnswerBytes) {
            co_return Error{Errc::connect_failed, "its answer is too long"};
        }
    }
    http::MessageReader reader = http::MessageReader::response("HEAD");  // no body either way
    const Result<std::size_t> taken = reader.put(head);
    if (!taken || !reader.head_done()) {
        co_return Error{Errc::connect_failed, "its answer is not HTTP"};
    }
    co_return reader.response_head().status;
}

}  // namespace

bool UpstreamProxy::bypasses(std::string_view target_host) const {
    return std::any_of(no_proxy.begin(), no_proxy.end(), [target_host](const std::string& entry) {
        return wiring::no_proxy_covers(entry, target_host);
    });
}

Result<UpstreamProxy> parse_upstream_proxy(std::string_view url) {
    constexpr std::string_view kScheme = "http://";
    if (base::ascii_istarts_with(url, kScheme)) url.remove_prefix(kScheme.size());
    if (url.find("://") != std::string_view::npos) return proxy_url_error();
    while (!url.empty() && url.back() == '/') url.remove_suffix(1);
    UpstreamProxy proxy;
    const std::size_t at = url.rfind('@');
    if (at != std::string_view::npos) {
        const auto decoded = base::percent_decode(url.substr(0, at));
        if (!decoded || decoded->find(':') == std::string::npos) return proxy_url_error();
        proxy.credentials = *decoded;
        url.remove_prefix(at + 1);
    }
    const bool has_port =
        url.find(':', url.rfind(']') == std::string_view::npos ? 0 : url.rfind(']')) !=
        std::string_view::npos;
    const std::string authority_text = std::string(url) + (has_port ? "" : ":80");
    const auto authority = http::parse_connect_target(authority_text);
    if (!authority) return proxy_url_error();
    const auto host = arm::normalise_host(authority->host);
    if (!host) return proxy_url_error();
    proxy.host = *host;
    proxy.port = authority->port;
    return proxy;
}

awaitable<Result<void>> ask_for_tunnel(Stream& stream,
                                       const UpstreamProxy& proxy,
                                       std::string target,
                                       SteadyTime until) {
    std::string ask = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (proxy.credentials) {
        ask += "Proxy-Authorization: Basic " + base::base64_encode(*proxy.credentials) + "\r\n";
    }
    ask += "\r\n";
    const std::string name = proxy.host + ":" + std::to_string(proxy.port);
    const Result<void> sent = co_await stream.write(ask, until);
    if (!sent && sent.error().code == Errc::timed_out) {
        co_return Error{Errc::timed_out, "the upstream proxy " + name + " took too long"};
    }
    if (!sent)
        co_return Error{sent.error().code, "the upstream proxy " + name + " closed the connection"};
    const Result<unsigned> status = co_await read_answer(stream, until);
    if (!status) {
        co_return Error{status.error().code, "the upstream proxy " + name + " gave no tunnel to " +
                                                 target + ": " + status.error().detail};
    }
    if (*status >= 200 && *status < 300) co_return Result<void>();
    const std::string advice =
        *status == 407 ? "; it wants credentials: --upstream-proxy http://USER:PASS@" + name : "";
    co_return Error{Errc::connect_failed, "the upstream proxy " + name + " answered " +
                                              std::to_string(*status) + " to CONNECT " + target +
                                              advice};
}

}  // namespace armgate::io
