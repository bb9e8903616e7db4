#include "io/net/resolver.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <netdb.h>
#include <system_error>
#include <thread>

namespace armgate::io {
namespace {

using Addresses = std::vector<asio::ip::address>;

constexpr std::chrono::milliseconds kFirstLook{1};
constexpr std::chrono::milliseconds kLongestPause{20};

/// Shared by the coroutine that asks and the thread that looks up; whoever ends last frees it.
struct Lookup {
    std::string host;
    Addresses addresses;
    std::string fault;
    std::atomic<bool> done{false};  ///< the thread is through with the other members
};

std::atomic<int> lookups_under_way{0};

asio::ip::address address_of(const addrinfo& entry) {
    if (entry.ai_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry.ai_addr);
        return asio::ip::address_v4(ntohl(v4->sin_addr.s_addr));
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(entry.ai_addr);
    asio::ip::address_v6::bytes_type bytes;
    std::copy(std::begin(v6->sin6_addr.s6_addr), std::end(v6->sin6_addr.s6_addr), bytes.begin());
    return asio::ip::address_v6(bytes, v6->sin6_scope_id);
}

void look_up(const std::shared_ptr<Lookup>& lookup) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    const int status = ::getaddrinfo(lookup->host.c_str(), nullptr, &hints, &found);
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        const bool known = entry->ai_family == AF_INET || entry->ai_family == AF_INET6;
        if (known) lookup->addresses.push_back(address_of(*entry));
    }
    if (found != nullptr) ::freeaddrinfo(found);
    if (lookup->addresses.empty()) {
        lookup->fault = status == 0 ? "it has no address" : ::gai_strerror(status);
    }
    --lookups_under_way;
    lookup->done = true;
}

/// False where there are too many already, or no thread is left.
bool start(const std::shared_ptr<Lookup>& lookup) {
    if (++lookups_under_way > kMaxLookups) {
        --lookups_under_way;
        return false;
    }
    try {
        std::thread([lookup] { look_up(lookup); }).detach();
    } catch (const std::system_error&) {
        --lookups_under_way;
        return false;
    }
    return true;
}

}  // namespace

awaitable<Result<Addresses>> resolve_name(std::string host, SteadyTime until) {
    const auto lookup = std::make_shared<Lookup>();
    lookup->host = std::move(host);
    if (!start(lookup)) {
        co_return Error{
            Errc::resolve_failed,
            "the name " + lookup->host + " cannot be looked up: too many look-ups (limit lookups)"};
    }
    asio::steady_timer pause(co_await asio::this_coro::executor);
    std::chrono::milliseconds next = kFirstLook;
    while (!lookup->done) {
        if (std::chrono::steady_clock::now() > until) {
            co_return Error{Errc::timed_out,
                            "looking up the name " + lookup->host + " took too long"};
        }
        pause.expires_after(next);
        const auto [ec] = co_await pause.async_wait(kTuple);
        if (ec) co_return Error{Errc::timed_out, "the proxy is stopping"};
        next = std::min(next * 2, kLongestPause);
    }
    if (lookup->addresses.empty()) {
        co_return Error{Errc::resolve_failed,
                        "the name " + lookup->host + " does not resolve: " + lookup->fault};
    }
    co_return lookup->addresses;
}

}  // namespace armgate::io
