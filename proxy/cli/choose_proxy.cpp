// Which proxy armgate itself goes out through.
#include "cli/options.hpp"
#include "core/base/text.hpp"

namespace armgate::cli {
namespace {

std::string value_of(const wiring::Environment& environment, const char* name, const char* other) {
    for (const char* candidate : {name, other}) {
        const auto found = environment.find(candidate);
        if (found != environment.end() && !found->second.empty()) return found->second;
    }
    return {};
}

/// A loopback proxy on our own port, or the one that `armgate run` or `env` put there.
bool is_armgate(const io::UpstreamProxy& proxy,
                const wiring::Environment& environment,
                const io::tcp::endpoint& listen) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(proxy.host, ec);
    const bool loopback = proxy.host == "localhost" || (!ec && address.is_loopback());
    return loopback && (proxy.port == listen.port() || environment.contains("ARMGATE_ACTIVE"));
}

}  // namespace

Result<ChosenProxy> choose_upstream_proxy(const std::string& option,
                                          const wiring::Environment& environment,
                                          const io::tcp::endpoint& listen) {
    ChosenProxy chosen;
    if (option == "none") return chosen;
    const std::string url =
        option.empty() ? value_of(environment, "https_proxy", "HTTPS_PROXY") : option;
    if (url.empty()) return chosen;
    auto proxy = io::parse_upstream_proxy(url);
    if (!proxy) {
        const std::string source = option.empty() ? "HTTPS_PROXY: " : "--upstream-proxy: ";
        return Error{Errc::usage, source + proxy.error().detail};
    }
    if (is_armgate(*proxy, environment, listen)) {
        chosen.notice = "the upstream proxy " + proxy->host + ":" + std::to_string(proxy->port) +
                        " is armgate itself; going out directly";
        return chosen;
    }
    const std::string no_proxy = value_of(environment, "no_proxy", "NO_PROXY");
    for (const std::string_view entry : base::split_list(no_proxy)) {
        proxy->no_proxy.emplace_back(entry);
    }
    chosen.proxy = std::move(*proxy);
    return chosen;
}

}  // namespace armgate::cli
