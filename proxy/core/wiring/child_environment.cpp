#include "core/wiring/child_environment.hpp"

#include "core/base/text.hpp"
#include "core/wiring/java_options.hpp"
#include "core/wiring/wgetrc.hpp"

#include <algorithm>

namespace armgate::wiring {
namespace {

std::string value_of(const Environment& environment, std::string_view name) {
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? std::string() : found->second;
}

/// One wiring in the making.
class Builder {
  public:
    Builder(const Environment& current, const WiringRequest& request, const WiringRules& rules)
        : current_(current), request_(request), rules_(rules) {}

    Wiring build();

  private:
    [[nodiscard]] std::string own(std::string_view name) const { return value_of(current_, name); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return request_.folder + "/" + name;
    }
    /// The path of the file for `source` among `files`, one file for each distinct source.
    std::string file_for(std::vector<TrustFile>& files,
                         const std::string& source,
                         const char* stem);
    void wire_trust();
    void wire_no_proxy();
    void wire_java();
    void wire_wget();
    [[nodiscard]] std::string non_proxy_hosts(const std::vector<std::string>& options);

    const Environment& current_;
    const WiringRequest& request_;
    const WiringRules& rules_;
    Wiring wiring_;
    std::string preferred_;  ///< the user's own bundle, most likely the company's
    std::vector<std::string> no_proxy_;
};

std::string Builder::file_for(std::vector<TrustFile>& files,
                              const std::string& source,
                              const char* stem) {
    for (const TrustFile& file : files) {
        if (file.source == source) return path(file.name);
    }
    const std::string prefix = source.empty() ? "" : request_.own_prefix;
    const std::string number = files.empty() ? "" : "-" + std::to_string(files.size() + 1);
    files.push_back({prefix + stem + number + ".pem", source});
    return path(files.back().name);
}

void Builder::wire_trust() {
    for (const std::string& name : rules_.preferred) {
        if (preferred_.empty()) preferred_ = own(name);
    }
    // The most common file is made first and is called bundle.pem.
    file_for(wiring_.bundles, preferred_, "bundle");
    for (const std::string& name : rules_.replacing) {
        const std::string mine = own(name);
        const std::string& source = mine.empty() ? preferred_ : mine;
        wiring_.set[name] = file_for(wiring_.bundles, source, "bundle");
    }
    for (const std::string& name : rules_.appending) {
        const std::string mine = own(name);
        wiring_.set[name] =
            mine.empty() ? path("ca.pem") : file_for(wiring_.additions, mine, "extra");
    }
}

void Builder::wire_no_proxy() {
    no_proxy_ = rules_.never_proxied;
    const auto add = [this](std::string_view entry) {
        const bool known = std::any_of(no_proxy_.begin(), no_proxy_.end(), [entry](const auto& e) {
            return base::ascii_iequals(e, entry);
        });
        if (!known) no_proxy_.emplace_back(entry);
    };
    std::vector<std::string> dropped;
    for (const std::string_view name : {"NO_PROXY", "no_proxy"}) {
        const std::string value = own(name);
        for (const std::string_view entry : no_proxy_entries(value)) {
            if (!lets_arm_pass(entry, request_.arm_hosts)) {
                add(entry);
            } else if (std::find(dropped.begin(), dropped.end(), entry) == dropped.end()) {
                dropped.emplace_back(entry);
            }
        }
    }
    std::string joined;
    for (const std::string& entry : no_proxy_) joined += (joined.empty() ? "" : ",") + entry;
    wiring_.set["NO_PROXY"] = wiring_.set["no_proxy"] = joined;
    for (const std::string& entry : dropped) {
        wiring_.notices.push_back(
            "NO_PROXY entry '" + entry +
            "' would send ARM calls past armgate; it is left out for this run");
    }
}

std::string Builder::non_proxy_hosts(const std::vector<std::string>& options) {
    std::vector<std::string> patterns = java_patterns(no_proxy_);
    const std::string mine = java_property(options, "http.nonProxyHosts").value_or("");
    for (const std::string_view pattern : base::split(mine, '|')) {
        const bool covers = std::any_of(request_.arm_hosts.begin(), request_.arm_hosts.end(),
                                        [pattern](const auto& host) {
                                            // `x`: any regional host.
                                            return java_pattern_covers(pattern, host) ||
                                                   java_pattern_covers(pattern, "x." + host) ||
                                                   base::ascii_iends_with(pattern, "." + host);
                                        });
        if (covers) {
            wiring_.notices.push_back(
                "http.nonProxyHosts entry '" + std::string(pattern) +
                "' would send ARM calls past armgate; it is left out for this run");
        } else if (!pattern.empty()) {
            patterns.emplace_back(pattern);
        }
    }
    std::string joined;
    for (const std::string& pattern : patterns) joined += (joined.empty() ? "" : "|") + pattern;
    return joined;
}

void Builder::wire_java() {
    const std::string mine = own("JAVA_TOOL_OPTIONS");
    const auto options = split_java_options(mine);
    wiring_.store.bundle_source = preferred_;
    wiring_.store.own = java_property(options, "javax.net.ssl.trustStore").value_or("");
    wiring_.store.own_password =
        java_property(options, "javax.net.ssl.trustStorePassword").value_or("");
    const bool is_plain = preferred_.empty() && wiring_.store.own.empty();
    wiring_.store.name = (is_plain ? "" : request_.own_prefix) + "bundle.jks";

    std::string_view endpoint = request_.proxy_url;
    endpoint.remove_prefix(std::min(endpoint.find("//") + 2, endpoint.size()));
    endpoint.remove_prefix(endpoint.rfind('@') + 1);  // npos + 1 is 0
    const std::size_t colon = endpoint.rfind(':');
    std::string_view host = endpoint.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    std::string out = mine;
    // The last one of a name is in force, so ours follow what was there.
    const auto add = [&out](const std::string& name, std::string_view value) {
        out += (out.empty() ? "" : " ") + quote_java_option("-D" + name + "=" + std::string(value));
    };
    add("javax.net.ssl.trustStore", path(wiring_.store.name));
    add("javax.net.ssl.trustStorePassword", kStorePassword);
    add("javax.net.ssl.trustStoreType", "JKS");
    // The Azure SDK takes HTTPS_PROXY with its credentials, but only if asked to; the JDK's own
    // clients read the properties, have no credentials, and so get a 407 rather than go past us.
    // Credentials do not belong here: each JVM prints this variable on stderr.
    add("java.net.useSystemProxies", "true");
    add("https.proxyHost", host);
    add("https.proxyPort", endpoint.substr(colon + 1));
    add("http.nonProxyHosts", non_proxy_hosts(options));
    wiring_.set["JAVA_TOOL_OPTIONS"] = out;
}

void Builder::wire_wget() {
    const Wgetrc mine = read_wgetrc(request_.wgetrc, request_.arm_hosts);
    std::string source = mine.ca_certificate;
    if (source.starts_with("~/")) source = own("HOME") + source.substr(1);
    if (source.empty()) source = preferred_;
    const std::string bundle = file_for(wiring_.bundles, source, "bundle");
    wiring_.private_files.push_back({"wgetrc", mine.kept + "ca_certificate = " + bundle + "\n"});
    wiring_.set["WGETRC"] = path("wgetrc");
    for (const std::string& command : mine.dropped) {
        wiring_.notices.push_back("'" + command +
                                  "' of your wgetrc would send ARM calls past armgate; it is left "
                                  "out for this run");
    }
}

Wiring Builder::build() {
    // HTTP_PROXY stays as it is: plain HTTP (the metadata service among it) is not for armgate.
    wiring_.set["HTTPS_PROXY"] = wiring_.set["https_proxy"] = request_.proxy_url;
    wire_no_proxy();
    wire_trust();
    wire_java();
    wire_wget();
    wiring_.set["NODE_USE_ENV_PROXY"] = "1";
    wiring_.set["ARMGATE_ACTIVE"] = "1";
    return std::move(wiring_);
}

}  // namespace

Wiring wire(const Environment& current, const WiringRequest& request, const WiringRules& rules) {
    return Builder(current, request, rules).build();
}

}  // namespace armgate::wiring
