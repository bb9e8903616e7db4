// The language inside a recipe's braces: `{lower:body:sku.name|'none'}`. Taking apart and checking;
// recipe_template fills in. Pure; views point into the recipe's text.
#pragma once

#include "core/dryrun/recipe_template.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::dryrun {

using Suffixes = std::vector<std::pair<std::string, std::string>>;

enum class Argument { none, label, path, suffix };

enum class Source {
    id,
    name,
    type,
    subscription,
    resource_group,
    parent,
    scope,
    parent_name,
    grandparent_name,
    location,
    tenant,
    object_id,
    now,
    element_name,
    element_id,
    guid,
    hash,
    key32,
    key64,
    public_ip,
    private_ip,
    suffix,
    body,
    element,
    sent,
};

struct SourceRule {
    std::string_view name;
    Source source;
    Argument argument = Argument::none;
    Speaks speaks = Speaks::of_resource;
};

enum class Filter {
    lower,    ///< in lower case
    compact,  ///< in lower case without spaces
    last,     ///< last segment of an id
    pairs,    ///< `[{name, value}]` as `{name: value}`
    first,    ///< an array of the first element alone
    keys,     ///< `{name: {}}` of `{name: anything}` (values that ARM would not show)
};

/// One way to a value: `lower:body:sku.name`, or a text in quotes.
struct Alternative {
    std::vector<Filter> filters;
    std::optional<std::string_view> literal;
    const SourceRule* source = nullptr;
    std::string_view argument;
};

/// Text, or what stands in braces.
struct Piece {
    std::string_view text;
    bool placeholder = false;
};

/// The next piece of `text` from `at` on, which moves behind it; nothing where a brace is not
/// closed. `{{` is a brace.
[[nodiscard]] std::optional<Piece> next_piece(std::string_view text, std::size_t& at) noexcept;

/// One of the parts between bars inside a placeholder. `source` is null where it is unknown.
[[nodiscard]] Alternative parse_alternative(std::string_view text);

/// The text of the suffix named `name`; null where there is none.
[[nodiscard]] const std::string* find_suffix(const Suffixes& suffixes,
                                             std::string_view name) noexcept;

/// As `value_fault`, of one string.
[[nodiscard]] std::optional<std::string> text_fault(std::string_view text,
                                                    Speaks speaks,
                                                    const Suffixes& suffixes);

}  // namespace armgate::dryrun
