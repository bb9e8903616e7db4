#include "core/arm/lenient_json.hpp"

#include "core/arm/lenient_reader.hpp"
#include "core/base/utf8.hpp"

#include <algorithm>

namespace armgate::arm {
namespace {

bool is_plain_text(std::string_view text) noexcept {
    return text.find('\0') == std::string_view::npos && !text.starts_with("\xEF\xBB\xBF") &&
           base::is_utf8(text);
}

}  // namespace

std::string_view JsonValue::source() const noexcept {
    const JsonParts& parts = document_->parts_;
    const JsonParts::Node& node = parts.nodes[index_];
    if (node.kind() != JsonKind::string)
        return parts.source.substr(node.text.begin, node.text.size);
    if (node.text.begin < parts.source.size()) {
        return parts.source.substr(node.text.begin - 1, node.text.size + 2);  // the quotes
    }
    const auto found = std::lower_bound(
        parts.escaped.begin(), parts.escaped.end(), node.text.begin,
        [](const JsonParts::Escaped& each, std::uint32_t begin) { return each.unescaped < begin; });
    return parts.source.substr(found->source.begin, found->source.size);
}

Result<LenientJson> LenientJson::parse(std::string_view text, JsonLimits limits) {
    if (text.size() > limits.bytes) {
        return Error{Errc::body_too_large,
                     "The body is longer than what is looked into (limit body-bytes)."};
    }
    LenientJson document;
    document.parts_.source = text;
    const auto [why, unchecked] = read_json(document.parts_, limits);
    if ((why != nullptr || unchecked) && !is_plain_text(text)) {
        return Error{Errc::input_invalid,
                     "The body is not UTF-8 text, or holds a NUL or a byte order mark."};
    }
    if (why != nullptr) return Error{Errc::input_invalid, why};
    return document;
}

}  // namespace armgate::arm
