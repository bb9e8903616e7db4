// Any bytes as a request target: what is accepted holds nothing that two servers read in two ways,
// and its parts make up what was sent.
#include "core/http/target.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto target = armgate::http::parse_request_target(input);
    if (!target) return 0;
    for (const char c : input) require(c > 0x20 && c < 0x7F && c != '\\' && c != '#');
    require(input.find("%00") == std::string_view::npos);
    require(input.ends_with(target->origin));
    require(target->origin == "*" || target->origin.starts_with('/'));
    require(target->path.find('?') == std::string_view::npos);
    std::string parts(target->path);
    if (parts != target->origin) parts += "?" + std::string(target->query);
    require(parts == target->origin);
    require(target->absolute_host.has_value() == (target->origin.size() != input.size()));
    return 0;
}
