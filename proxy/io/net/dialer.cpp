#include "io/net/dialer.hpp"

#include "core/arm/hosts.hpp"
#include "core/http/target.hpp"
#include "io/net/resolver.hpp"
#include "io/net/stream.hpp"

#include <algorithm>
#include <array>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <optional>

namespace armgate::io {
namespace {

/// ::ffff:a.b.c.d and a.b.c.d are the same place.
asio::ip::address unmapped(const asio::ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

/// Where an IPv6 address says in its first bytes that it stands for an IPv4 one, and where that is.
struct Embedding {
    std::array<unsigned char, 12> prefix;
    std::size_t prefix_bytes;
    std::size_t at;
};

constexpr std::array<Embedding, 4> kEmbeddings{{
    {{0x00, 0x64, 0xFF, 0x9B}, 12, 12},                    // 64:ff9b::/96, NAT64
    {{0x20, 0x02}, 2, 2},                                  // 2002::/16, 6to4
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0}, 12, 12},  // ::ffff:0:a.b.c.d, translated
    {{}, 12, 12},                                          // ::a.b.c.d, compatible
}};

/// The IPv4 address that a translator on the way may send this to; nothing where there is none.
std::optional<asio::ip::address_v4> embedded_v4(const asio::ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    for (const Embedding& form : kEmbeddings) {
        const bool fits =
            std::equal(form.prefix.begin(),
                       form.prefix.begin() + static_cast<long>(form.prefix_bytes), bytes.begin());
        if (!fits) continue;
        asio::ip::address_v4::bytes_type inner{};
        std::copy_n(bytes.begin() + static_cast<long>(form.at), inner.size(), inner.begin());
        return asio::ip::address_v4(inner);
    }
    return std::nullopt;
}

/// AWS's metadata service; Azure's and Google's are link-local.
const asio::ip::address_v6 kAwsMetadata = asio::ip::make_address_v6("fd00:ec2::254");
/// Azure's platform address: DNS, health probes and the guest agent of every virtual machine.
const asio::ip::address_v4 kWireServer = asio::ip::make_address_v4("168.63.129.16");

bool is_forbidden_v4(const asio::ip::address_v4& address) {
    const auto bytes = address.to_bytes();
    return address.is_unspecified() || address.is_multicast() ||
           (bytes[0] == 169 && bytes[1] == 254) || address == kWireServer;
}

struct FreeInterfaces {
    void operator()(ifaddrs* list) const noexcept { ::freeifaddrs(list); }
};

bool is_of(const sockaddr* socket_address, const asio::ip::address& address) {
    if (socket_address == nullptr) return false;
    if (address.is_v4() && socket_address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(socket_address);
        return address.to_v4().to_uint() == ntohl(v4->sin_addr.s_addr);
    }
    if (address.is_v6() && socket_address->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(socket_address);
        const auto bytes = address.to_v6().to_bytes();
        return std::equal(bytes.begin(), bytes.end(), std::begin(v6->sin6_addr.s6_addr));
    }
    return false;
}

/// True for loopback and each address of this machine's interfaces; also where they cannot be told.
bool is_this_machine(const asio::ip::address& address) {
    if (address.is_loopback()) return true;
    ifaddrs* found = nullptr;
    if (::getifaddrs(&found) != 0) return true;
    const std::unique_ptr<ifaddrs, FreeInterfaces> interfaces(found);
    for (const ifaddrs* at = found; at != nullptr; at = at->ifa_next) {
        if (is_of(at->ifa_addr, address)) return true;
    }
    return false;
}

Error connect_error(const std::string& host, const char* what) {
    return {Errc::connect_failed, "cannot connect to " + host + ": " + what};
}

}  // namespace

bool is_forbidden_address(const asio::ip::address& address) {
    const asio::ip::address plain = unmapped(address);
    if (plain.is_v4()) return is_forbidden_v4(plain.to_v4());
    const asio::ip::address_v6 v6 = plain.to_v6();
    if (v6.is_unspecified() || v6.is_multicast() || v6.is_link_local()) return true;
    if (v6 == kAwsMetadata) return true;
    const auto inner = embedded_v4(v6);
    return inner && !v6.is_loopback() && is_forbidden_v4(*inner);
}

bool leads_to(const tcp::endpoint& target, const tcp::endpoint& own) {
    if (target.port() != own.port()) return false;
    const auto address = unmapped(target.address());
    const auto listens = unmapped(own.address());
    if (address == listens || address.is_unspecified()) return true;
    // All of loopback at once: port forwarding may join its addresses, and nothing is lost by it.
    if (listens.is_loopback()) return address.is_loopback();
    return listens.is_unspecified() && is_this_machine(address);
}

Result<ConnectTo> parse_connect_to(std::string_view text) {
    const auto bad = [&] {
        return Error{Errc::usage, "--connect-to " + std::string(text) +
                                      ": expected HOST:PORT:ADDR:PORT, IPv6 in brackets"};
    };
    // Both halves are host:port; IPv6 colons stand inside brackets.
    int colons = 0;
    bool inside = false;
    std::size_t middle = std::string_view::npos;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[') inside = true;
        if (text[i] == ']') inside = false;
        if (text[i] == ':' && !inside && ++colons == 2) middle = i;
    }
    if (colons != 3) return bad();
    const auto from = http::parse_connect_target(text.substr(0, middle));
    const auto to = http::parse_connect_target(text.substr(middle + 1));
    if (!from || !to) return bad();
    const auto from_host = arm::normalise_host(from->host);
    const auto to_host = arm::normalise_host(to->host);
    if (!from_host || !to_host) return bad();
    return ConnectTo{*from_host, from->port, *to_host, to->port};
}

Dialer::Dialer(const DialRules& rules, const Limits& limits, Watchdog& watchdog)
    : rules_(rules), limits_(limits), watchdog_(watchdog) {
}

const ConnectTo* Dialer::redirect_of(std::string_view host, std::uint16_t port) const {
    const auto found =
        std::find_if(rules_.connect_to.begin(), rules_.connect_to.end(),
                     [&](const ConnectTo& rule) { return rule.host == host && rule.port == port; });
    return found == rules_.connect_to.end() ? nullptr : &*found;
}

std::string Dialer::route_of(std::string_view host, std::uint16_t port) const {
    const ConnectTo* redirect = redirect_of(host, port);
    if (redirect == nullptr) return std::string(host) + ":" + std::to_string(port);
    return redirect->to_host + ":" + std::to_string(redirect->to_port);
}

Result<void> Dialer::check_allowed(const tcp::endpoint& endpoint) const {
    if (is_forbidden_address(endpoint.address())) {
        return Error{Errc::address_forbidden,
                     "the host's address is link-local, a metadata service or not one to connect "
                     "to; armgate never dials those"};
    }
    const bool is_own = std::any_of(rules_.own.begin(), rules_.own.end(),
                                    [&](const auto& own) { return leads_to(endpoint, own); });
    if (is_own) return Error{Errc::address_forbidden, "the host is this proxy itself"};
    return {};
}

awaitable<Result<Dialer::Addresses>> Dialer::resolve(const std::string& host, SteadyTime until) {
    error_code literal_ec;
    const auto literal = asio::ip::make_address(host, literal_ec);
    if (!literal_ec) co_return Addresses(1, literal);

    const auto cached = resolved_.find(host);
    if (cached != resolved_.end() && std::chrono::steady_clock::now() < cached->second.until) {
        co_return cached->second.addresses;
    }
    Result<Addresses> addresses = co_await resolve_name(host, until);
    if (!addresses) co_return addresses.error();
    if (resolved_.size() > 1000) resolved_.clear();
    resolved_[host] = Resolved{*addresses, after(limits_.resolved_life)};
    co_return std::move(addresses);
}

awaitable<Result<tcp::socket>> Dialer::connect(std::string host, std::uint16_t port) {
    const SteadyTime until = after(limits_.connect);
    Result<tcp::socket> socket = co_await connect_by_route(std::move(host), port, until);
    if (!socket && socket.error().code == Errc::timed_out) {
        co_return Error{Errc::timed_out,
                        at_limit(limits_, &Limits::connect, socket.error().detail)};
    }
    co_return std::move(socket);
}

awaitable<Result<tcp::socket>> Dialer::connect_by_route(std::string host,
                                                        std::uint16_t port,
                                                        SteadyTime until) {
    const ConnectTo* redirect = redirect_of(host, port);
    const auto& proxy = rules_.upstream_proxy;
    if (redirect == nullptr && proxy && !proxy->bypasses(host)) {
        Result<tcp::socket> tunnel = co_await connect_through(*proxy, std::move(host), port, until);
        co_return std::move(tunnel);
    }
    if (redirect != nullptr) {
        host = redirect->to_host;
        port = redirect->to_port;
    }
    Result<tcp::socket> socket = co_await connect_directly(std::move(host), port, until);
    co_return std::move(socket);
}

awaitable<Result<tcp::socket>> Dialer::connect_through(const UpstreamProxy& proxy,
                                                       std::string host,
                                                       std::uint16_t port,
                                                       SteadyTime until) {
    // The proxy resolves names; an address is judged here as it is for a direct connection.
    error_code literal_ec;
    const auto literal = asio::ip::make_address(host, literal_ec);
    if (!literal_ec) {
        const tcp::endpoint endpoint(literal, port);
        if (const auto allowed = check_allowed(endpoint); !allowed) co_return allowed.error();
    }
    Result<tcp::socket> socket = co_await connect_directly(proxy.host, proxy.port, until);
    if (!socket) {
        co_return Error{socket.error().code, "the upstream proxy: " + socket.error().detail};
    }
    Stream stream(std::move(*socket), watchdog_);
    const bool is_v6 = !literal_ec && literal.is_v6();
    const std::string target = (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    const Result<void> opened = co_await ask_for_tunnel(stream, proxy, target, until);
    if (!opened) co_return opened.error();
    co_return stream.take_socket();
}

awaitable<Result<tcp::socket>> Dialer::connect_directly(std::string host,
                                                        std::uint16_t port,
                                                        SteadyTime until) {
    const Result<Addresses> addresses = co_await resolve(host, until);
    if (!addresses) co_return addresses.error();

    const auto executor = co_await asio::this_coro::executor;
    Error last = connect_error(host, "no address");
    for (const auto& address : *addresses) {
        const tcp::endpoint endpoint(address, port);
        if (const auto allowed = check_allowed(endpoint); !allowed) co_return allowed.error();
        tcp::socket socket(executor);
        error_code ec;
        socket.open(endpoint.protocol(), ec);
        if (ec) {
            last = connect_error(host, "no socket is left");
            continue;
        }
        Deadline deadline(watchdog_, socket);
        deadline.set(until);
        const auto [connect_ec] = co_await socket.async_connect(endpoint, kTuple);
        deadline.clear();
        if (!connect_ec) co_return std::move(socket);
        if (deadline.expired()) {
            co_return Error{Errc::timed_out, "connecting to " + host + " took too long"};
        }
        last = connect_error(host, connect_ec.message().c_str());
    }
    co_return last;
}

}  // namespace armgate::io
