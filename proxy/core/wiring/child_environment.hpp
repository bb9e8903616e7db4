// The variables by which a child's clients find the proxy and trust its CA, worked out from what
// the user already had (facts: the clients' documented variables). Pure: names and values in, names
// and values out; the files it asks for are written by io.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::wiring {

using Environment = std::map<std::string, std::string>;

/// A file to be made: the certificates of `source` (empty: the system's roots; for `append`
/// nothing) and then our CA.
struct TrustFile {
    std::string name;    ///< file name, to be put in the run's private folder
    std::string source;  ///< the user's own file or folder, kept and combined
};

struct Wiring {
    Environment set;                   ///< values may hold kFolder, replaced by the private folder
    std::vector<TrustFile> bundles;    ///< for variables that replace the client's roots
    std::vector<TrustFile> additions;  ///< for variables that add to them
    std::vector<std::string> notices;  ///< what the user should know, one sentence each
};

/// Stands for the private folder in Wiring::set.
inline constexpr std::string_view kFolder = "@folder@";

struct WiringRequest {
    std::string proxy_url;               ///< `http://[USER:PASS@]127.0.0.1:PORT`
    std::vector<std::string> arm_hosts;  ///< must reach the proxy, and so must all names below them
};

/// `NO_PROXY` keeps what the user had, except entries that would let an ARM host pass by.
[[nodiscard]] Wiring wire(const Environment& current, const WiringRequest& request);

/// True where a NO_PROXY entry covers `host` for at least one client: exact name, `.suffix`,
/// `*.suffix`, any end of the name, `*`; a port and a trailing dot are left out.
[[nodiscard]] bool no_proxy_covers(std::string_view entry, std::string_view host);

}  // namespace armgate::wiring
