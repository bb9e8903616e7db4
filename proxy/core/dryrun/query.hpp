// The query of a list: parameters by name, and `$filter` as far as clients use it (`eq` and `ne`
// joined by `and` and `or`). Pure.
#pragma once

#include "core/dryrun/body.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::dryrun {

class Query {
  public:
    /// As sent, without `?`.
    explicit Query(std::string_view query);
    /// The decoded value of the first parameter of that name without case; empty where absent.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept;

    /// True where a parameter asks for a page that is not the first: `$skiptoken`, `marker`.
    [[nodiscard]] bool continues() const noexcept;

  private:
    std::vector<std::pair<std::string, std::string>> parameters_;  ///< names in lower case
};

/// What a resource must be to be listed.
class ListFilter {
  public:
    /// Nothing where the expression holds anything but what is named above.
    [[nodiscard]] static std::optional<ListFilter> parse(std::string_view text);

    /// `resource` is the whole body. Names and values compare without case.
    [[nodiscard]] bool matches(const Json& resource) const;

    /// `atScope()`: what lies below the list's scope is not wanted.
    [[nodiscard]] bool at_scope() const noexcept { return at_scope_; }

  private:
    struct Term {
        std::string field;  ///< lower case
        std::string value;
        bool negated = false;
    };
    [[nodiscard]] static bool all_match(const std::vector<Term>& terms, const Json& resource);

    std::vector<std::vector<Term>> any_of_;  ///< empty: everything
    bool at_scope_ = false;
};

}  // namespace armgate::dryrun
