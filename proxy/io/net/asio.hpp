// The Asio names the proxy uses, and the one completion token: results come back as tuples, errors
// as values. A co_await stands alone, with named operands (g++ 12 destroys some temporaries twice).
#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace armgate::io {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// The moment `limit` from now.
[[nodiscard]] inline SteadyTime after(std::chrono::milliseconds limit) {
    return std::chrono::steady_clock::now() + limit;
}

}  // namespace armgate::io
