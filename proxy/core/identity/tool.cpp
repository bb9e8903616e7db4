#include "core/identity/tool.hpp"

#include "core/base/text.hpp"
#include "core/identity/rules.hpp"

#include <algorithm>
#include <limits>

namespace armgate::identity {
namespace {

// A User-Agent is the client's free text: only so much of it is read, and only so much is kept.
constexpr std::size_t kMaxUserAgentBytes = 2048;
constexpr std::size_t kMaxNameBytes = 64;

/// `[\w.\-+]` of facts section 7: what a product's name and version are made of.
bool is_product_char(char c) noexcept {
    const char lower = base::ascii_lower(c);
    return base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '_' || c == '.' ||
           c == '-' || c == '+';
}

std::string_view product_run(std::string_view text) noexcept {
    const auto end = std::find_if_not(text.begin(), text.end(), is_product_char);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

struct Product {
    std::string_view name;
    std::string_view version;  ///< may be empty
    bool slash = false;
};

/// Takes the next product off `rest`: a name, then a version where a slash follows. Products may be
/// parted by anything else: azd joins its own to the SDK's with a comma.
std::optional<Product> next_product(std::string_view& rest) noexcept {
    const auto start = std::find_if(rest.begin(), rest.end(), is_product_char);
    rest.remove_prefix(static_cast<std::size_t>(start - rest.begin()));
    if (rest.empty()) return std::nullopt;
    Product product{.name = product_run(rest), .version = {}, .slash = false};
    rest.remove_prefix(product.name.size());
    if (rest.empty() || rest.front() != '/') return product;
    product.slash = true;
    rest.remove_prefix(1);
    product.version = product_run(rest);
    rest.remove_prefix(product.version.size());
    const bool marked = product.version.size() > 1 &&
                        base::ascii_lower(product.version.front()) == 'v' &&
                        base::is_digit(product.version[1]);
    if (marked) product.version.remove_prefix(1);
    return product;
}

bool matches(const ToolPattern& pattern, const Product& product) noexcept {
    if (pattern.match == ToolPattern::Match::whole) {
        return base::ascii_iequals(product.name, pattern.name);
    }
    return product.name.size() > pattern.name.size() &&
           base::ascii_istarts_with(product.name, pattern.name);
}

/// The number that `text` starts with, taken off together with one dot; nothing where it starts
/// otherwise. A number too long for the type counts as the greatest.
std::optional<unsigned long long> next_component(std::string_view& text) noexcept {
    const auto end = std::find_if_not(text.begin(), text.end(), base::is_digit);
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (digits.empty()) return std::nullopt;
    text.remove_prefix(digits.size());
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
    } else {
        text = {};  // `2.76.0b1`, `1.18.1-beta.1`: what follows is no component
    }
    return base::parse_decimal(digits).value_or(std::numeric_limits<unsigned long long>::max());
}

/// True where `version` is at least `minimum`, compared number by number; nothing where `version`
/// does not start with a number (`dev`).
std::optional<bool> at_least(std::string_view version, std::string_view minimum) noexcept {
    if (version.empty() || !base::is_digit(version.front())) return std::nullopt;
    while (!version.empty() || !minimum.empty()) {
        const auto have = next_component(version);
        const auto want = next_component(minimum);
        if (!have && !want) return true;
        if (have.value_or(0) != want.value_or(0)) return have.value_or(0) > want.value_or(0);
    }
    return true;
}

Tool tool_of(const ToolPattern& pattern, std::string_view version) {
    Tool tool{.tool = pattern.tool, .version = {}, .minimum = pattern.minimum, .meets_minimum = {}};
    if (version.empty() || version == pattern.unknown_version) return tool;
    tool.version = std::string(version.substr(0, kMaxNameBytes));
    if (tool.minimum) tool.meets_minimum = at_least(version, *tool.minimum);
    return tool;
}

/// A tool that no pattern knows goes by its first product: `curl`, `node`, `go-http-client`.
Tool tool_named_by(const Product& product) {
    Tool tool;
    tool.tool = base::to_lower(product.name.substr(0, kMaxNameBytes));
    // `HashiCorp/go-azure-sdk`: a version starts with a number.
    if (!product.version.empty() && base::is_digit(product.version.front())) {
        tool.version = std::string(product.version.substr(0, kMaxNameBytes));
    }
    return tool;
}

}  // namespace

Tool identify_tool(std::string_view user_agent, const IdentityRules& rules) {
    std::string_view rest = user_agent.substr(0, kMaxUserAgentBytes);
    std::optional<Product> first;
    std::size_t best = rules.patterns.size();
    std::string_view version;
    while (const auto product = next_product(rest)) {
        if (!first) first = product;
        if (!product->slash) continue;  // `azsdk-js-api` names no product of its own
        for (std::size_t i = 0; i < best; ++i) {
            if (!matches(rules.patterns[i], *product)) continue;
            best = i;
            version = product->version;
        }
    }
    if (best < rules.patterns.size()) return tool_of(rules.patterns[best], version);
    return first ? tool_named_by(*first) : Tool{};
}

}  // namespace armgate::identity
