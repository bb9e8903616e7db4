// Any bytes as a User-Agent: never a crash, and what comes out is bounded.
#include "core/identity/rules.hpp"
#include "core/identity/tool.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto rules = armgate::identity::load_identity_rules().value();
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto tool = armgate::identity::identify_tool(input, rules);
    const bool bounded = tool.tool.size() <= 64 && tool.version.value_or("").size() <= 64;
    const bool consistent = !tool.meets_minimum || (tool.version && tool.minimum);
    if (!bounded || !consistent) std::abort();
    return 0;
}
