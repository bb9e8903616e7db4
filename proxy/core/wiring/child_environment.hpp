// The variables by which a child's clients find the proxy and trust its CA, worked out from what
// the user already had (facts: the clients' documented variables). Pure: names and values in, names
// and values out; the files it asks for are written by io.
#pragma once

#include "core/wiring/no_proxy.hpp"
#include "core/wiring/rules.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::wiring {

using Environment = std::map<std::string, std::string>;

/// A file to be made: the certificates of `source` (empty: the system's roots) and then our CA.
struct TrustFile {
    std::string name;    ///< file name, to be put in WiringRequest::folder
    std::string source;  ///< the user's own file or folder, kept and combined
};

/// Java's store: the certificates of the user's own store where one is named, else those of
/// `bundle_source` (as TrustFile::source), and then our CA.
struct TrustStore {
    std::string name;
    std::string bundle_source;
    std::string own;           ///< `javax.net.ssl.trustStore` of the user's JAVA_TOOL_OPTIONS
    std::string own_password;  ///< a secret, if a small one
};

struct TextFile {
    std::string name;
    std::string content;
};

struct Wiring {
    Environment set;
    std::vector<TrustFile> bundles;    ///< for variables that replace the client's roots
    std::vector<TrustFile> additions;  ///< for variables that add to them
    TrustStore store;
    std::vector<TextFile> private_files;  ///< may hold what the user keeps secret: mode 0600
    std::vector<std::string> notices;     ///< what the user should know, one sentence each
};

/// Stands for WiringRequest::folder in the values of the rules.
inline constexpr std::string_view kFolder = "@folder@";

/// The password of Java's trust stores, those of the JDK among them: it keeps nothing secret.
inline constexpr std::string_view kStorePassword = "changeit";

struct WiringRequest {
    std::string proxy_url;               ///< `http://[USER:PASS@]127.0.0.1:PORT`
    std::vector<std::string> arm_hosts;  ///< must reach the proxy, and so must all names below them
    std::string folder;                  ///< holds ca.pem, and gets the files asked for
    std::string own_prefix;  ///< starts the names of files that hold what is the user's own
    std::string wgetrc;      ///< content of the user's wgetrc; empty where there is none
};

/// Keeps what the user had: certificates are combined, NO_PROXY and JAVA_TOOL_OPTIONS added to,
/// except for what would let an ARM host pass by.
[[nodiscard]] Wiring wire(const Environment& current,
                          const WiringRequest& request,
                          const WiringRules& rules);

}  // namespace armgate::wiring
