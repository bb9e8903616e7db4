// Any bytes as what the user's environment holds and as a client's User-Agent: nothing of it leads
// ARM's hosts past the proxy, breaks out of a Java option, or reaches a terminal as it is. The
// input is JAVA_TOOL_OPTIONS, NO_PROXY, the wgetrc and the User-Agent, parted by NUL.
#include "core/base/text.hpp"
#include "core/wiring/child_environment.hpp"
#include "core/wiring/java_options.hpp"
#include "core/wiring/untrusting.hpp"
#include "core/wiring/wgetrc.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace armgate::wiring;

constexpr const char* kArm = "management.azure.com";

void require(bool condition) {
    if (!condition) std::abort();
}

std::string take(std::string_view& input) {
    const std::size_t end = std::min(input.find('\0'), input.size());
    std::string part(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
    return part;
}

/// HotSpot refuses to start where a quote is left open, so there is nothing to promise then.
bool has_open_quote(const std::string& options) {
    char quote = 0;
    for (const char c : options) {
        if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        }
    }
    return quote != 0;
}

void check_java(const std::string& value) {
    const auto options = split_java_options(value);
    require(java_property(options, "javax.net.ssl.trustStore").value_or("").starts_with("/a b/"));
    require(java_property(options, "https.proxyHost") == "127.0.0.1");
    const std::string hosts = java_property(options, "http.nonProxyHosts").value_or("");
    for (const std::string_view pattern : armgate::base::split(hosts, '|')) {
        require(!java_pattern_covers(pattern, kArm));
    }
    for (const std::string& option : options) {
        const auto again = split_java_options(quote_java_option(option));
        require(option.empty() || (again.size() == 1 && again[0] == option));
    }
}

void check_wgetrc(const std::string& content) {
    const Wgetrc again = read_wgetrc(content, {kArm});
    require(again.dropped.empty());
    require(again.ca_certificate.starts_with("/a b/"));
}

void check_report(const std::string& user_agent, const WiringRules& rules) {
    const UntrustingClient client{kArm, user_agent, user_agent};
    for (const std::string& text : {report_untrusting(client, "/a b", rules).sentence(),
                                    report_without_credentials(client, rules)}) {
        for (const char c : text) require(c >= 0x20 && c < 0x7F);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const WiringRules rules = *load_wiring_rules();
    std::string_view input(reinterpret_cast<const char*>(data), size);
    Environment environment;
    environment["JAVA_TOOL_OPTIONS"] = take(input);
    environment["NO_PROXY"] = take(input);
    WiringRequest request;
    request.proxy_url = "http://127.0.0.1:1";
    request.arm_hosts = {kArm};
    request.folder = "/a b";
    request.wgetrc = take(input);
    const Wiring wiring = wire(environment, request, rules);
    for (const auto entry : no_proxy_entries(wiring.set.at("NO_PROXY"))) {
        require(!lets_arm_pass(entry, request.arm_hosts));
    }
    if (!has_open_quote(environment["JAVA_TOOL_OPTIONS"])) {
        check_java(wiring.set.at("JAVA_TOOL_OPTIONS"));
    }
    check_wgetrc(wiring.private_files.at(0).content);
    check_report(std::string(input), rules);
    return 0;
}
