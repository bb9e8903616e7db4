// Any bytes as the target of a CONNECT and as a Host field: one host and one port, or nothing; and
// a value that names a host names no other.
#include "core/base/text.hpp"
#include "core/http/target.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kArm = "management.azure.com";

void require(bool condition) {
    if (!condition) std::abort();
}

void check_connect(std::string_view input) {
    const auto authority = armgate::http::parse_connect_target(input);
    if (!authority) return;
    require(!authority->host.empty() && authority->port > 0);
    require(authority->host.find_first_of("[]@/\\?#% \r\n") == std::string::npos);
    const bool is_v6 = authority->host.find(':') != std::string::npos;
    require(is_v6 == input.starts_with('['));
    const std::string host = is_v6 ? "[" + authority->host + "]" : authority->host;
    require(input.starts_with(host + ":"));
    require(armgate::http::names_host(input, authority->host, authority->port));
}

void check_host(std::string_view input) {
    if (!armgate::http::names_host(input, kArm, 443)) return;
    require(armgate::base::ascii_istarts_with(input, kArm));
    const std::string_view rest = input.substr(kArm.size());
    require(rest.empty() || rest.front() == '.' || rest.front() == ':');
    require(rest.size() <= 7);
    require(!armgate::http::names_host(input, "other.test", 443));
    require(!armgate::http::names_host(input, kArm, 8443));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_connect(input);
    check_host(input);
    return 0;
}
