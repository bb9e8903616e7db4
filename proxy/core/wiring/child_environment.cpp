#include "core/wiring/child_environment.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace armgate::wiring {
namespace {

// Each replaces the client's own roots, so each gets a combined bundle.
constexpr std::array<std::string_view, 8> kReplacing{
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",  "PIP_CERT",       "AWS_CA_BUNDLE", "PERL_LWP_SSL_CA_FILE"};

// Each adds to the client's own roots, so each gets the bare CA (and what the user had there).
constexpr std::array<std::string_view, 2> kAppending{"NODE_EXTRA_CA_CERTS", "DENO_CERT"};

// Where a user's company root is most likely to be named, for the clients he did not name it to.
constexpr std::array<std::string_view, 3> kPreferred{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
                                                     "CURL_CA_BUNDLE"};

constexpr std::array<std::string_view, 4> kNeverProxied{"localhost", "127.0.0.1", "::1",
                                                        "169.254.169.254"};

std::string value_of(const Environment& environment, std::string_view name) {
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? std::string() : found->second;
}

/// The file name for `source` in `files`, one file for each distinct source.
std::string file_for(std::vector<TrustFile>& files, const std::string& source, const char* stem) {
    for (const TrustFile& file : files) {
        if (file.source == source) return file.name;
    }
    const std::string number = files.empty() ? "" : "-" + std::to_string(files.size() + 1);
    files.push_back({stem + number + ".pem", source});
    return files.back().name;
}

void wire_trust(const Environment& current, Wiring& wiring) {
    std::string preferred;
    for (const std::string_view name : kPreferred) {
        if (preferred.empty()) preferred = value_of(current, name);
    }
    // The most common file is made first and is called bundle.pem.
    file_for(wiring.bundles, preferred, "bundle");
    const std::string folder = std::string(kFolder) + "/";
    for (const std::string_view name : kReplacing) {
        const std::string own = value_of(current, name);
        const std::string& source = own.empty() ? preferred : own;
        wiring.set[std::string(name)] = folder + file_for(wiring.bundles, source, "bundle");
    }
    for (const std::string_view name : kAppending) {
        const std::string own = value_of(current, name);
        const std::string file = own.empty() ? "ca.pem" : file_for(wiring.additions, own, "extra");
        wiring.set[std::string(name)] = folder + file;
    }
}

/// The entries of a NO_PROXY value. Most clients part them by commas, curl and Node by spaces, too.
std::vector<std::string_view> no_proxy_entries(std::string_view value) {
    std::vector<std::string_view> entries;
    for (const std::string_view part : base::split_list(value)) {
        for (std::string_view rest = part; !rest.empty();) {
            const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
            if (end > 0) entries.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return entries;
}

/// The host an entry names: port, leading `*` and `.`, and trailing dot off.
std::string_view named_by(std::string_view entry) {
    entry = base::trim(entry);
    const std::size_t colon = entry.rfind(':');
    if (colon != std::string_view::npos && entry.find(':') == colon) entry = entry.substr(0, colon);
    while (!entry.empty() && (entry.front() == '*' || entry.front() == '.')) entry.remove_prefix(1);
    while (!entry.empty() && entry.back() == '.') entry.remove_suffix(1);
    return entry;
}

/// True where an entry would let `host` or a regional host below it pass by.
bool lets_pass(std::string_view entry, const std::string& host) {
    return no_proxy_covers(entry, host) || base::ascii_iends_with(named_by(entry), "." + host);
}

void wire_no_proxy(const Environment& current, const WiringRequest& request, Wiring& wiring) {
    std::vector<std::string> entries(kNeverProxied.begin(), kNeverProxied.end());
    const auto add = [&entries](std::string_view entry) {
        const bool known = std::any_of(entries.begin(), entries.end(), [entry](const auto& e) {
            return base::ascii_iequals(e, entry);
        });
        if (!known) entries.emplace_back(entry);
    };
    std::vector<std::string> dropped;
    for (const std::string_view name : {"NO_PROXY", "no_proxy"}) {
        const std::string value = value_of(current, name);
        for (const std::string_view entry : no_proxy_entries(value)) {
            const bool covers =
                std::any_of(request.arm_hosts.begin(), request.arm_hosts.end(),
                            [entry](const auto& host) { return lets_pass(entry, host); });
            if (!covers) {
                add(entry);
            } else if (std::find(dropped.begin(), dropped.end(), entry) == dropped.end()) {
                dropped.emplace_back(entry);
            }
        }
    }
    std::string joined;
    for (const std::string& entry : entries) joined += (joined.empty() ? "" : ",") + entry;
    wiring.set["NO_PROXY"] = wiring.set["no_proxy"] = joined;
    for (const std::string& entry : dropped) {
        wiring.notices.push_back(
            "NO_PROXY entry '" + entry +
            "' would send ARM calls past armgate; it is left out for this run");
    }
}

}  // namespace

bool no_proxy_covers(std::string_view entry, std::string_view host) {
    if (base::trim(entry) == "*") return true;
    const std::string_view name = named_by(entry);
    // The end of a string is enough: Python's requests, and so az, asks for no dot before it.
    return !name.empty() && base::ascii_iends_with(host, name);
}

Wiring wire(const Environment& current, const WiringRequest& request) {
    Wiring wiring;
    // HTTP_PROXY stays as it is: plain HTTP (the metadata service among it) is not for armgate.
    wiring.set["HTTPS_PROXY"] = wiring.set["https_proxy"] = request.proxy_url;
    wire_no_proxy(current, request, wiring);
    wire_trust(current, wiring);
    wiring.set["NODE_USE_ENV_PROXY"] = "1";
    wiring.set["ARMGATE_ACTIVE"] = "1";
    return wiring;
}

}  // namespace armgate::wiring
