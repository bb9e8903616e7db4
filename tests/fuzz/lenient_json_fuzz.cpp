// Any bytes as a body: never a crash, and where a strict reader takes them too, the same value.
#include "core/arm/lenient_json.hpp"
#include "core/base/json.hpp"
#include "support/lenient_tree.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const armgate::arm::JsonValue& value, std::string_view text) {
    const auto source = value.source();
    require(!source.empty() && source.data() >= text.data());
    require(source.data() + source.size() <= text.data() + text.size());
    std::size_t size = 0;
    for (const auto child : value) {
        require(child.source().data() > source.data());
        require(child.source().size() < source.size());
        if (value.is_object()) require(value.member(child.key()).has_value());
        check(child, text);
        ++size;
    }
    require(size == value.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto document = armgate::arm::LenientJson::parse(text);
    if (!document) return 0;
    require(text.find('\0') == std::string_view::npos);
    // `member` looks through all members: do not square what is wide.
    if (text.size() < 4096) check(document->root(), text);
    const auto strict = armgate::base::parse_json(text, armgate::base::kBodyDepth);
    if (strict) require(armgate::test::plain_tree(document->root()) == *strict);
    return 0;
}
