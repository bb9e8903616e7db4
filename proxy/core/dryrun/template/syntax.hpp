// The grammar of ARM's template expressions: text in, tree out. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun::language {

/// One expression, or a part of it.
struct Node {
    enum class Kind {
        text,      ///< a literal
        integer,   ///< a literal
        call,      ///< `text` is the function's name as written, `name` in lower case
        property,  ///< `children` are what it is of, and its name or index
    };
    Kind kind = Kind::text;
    std::string text;
    std::string name;
    std::int64_t integer = 0;
    std::vector<Node> children;
};

/// `text` without the brackets around it. Null where it is no expression, or is nested deeper than
/// 64 brackets.
[[nodiscard]] std::shared_ptr<const Node> parse_expression(std::string_view text);

}  // namespace armgate::dryrun::language
