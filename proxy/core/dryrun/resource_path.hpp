// A request path as the resource it names: one key for all spellings, the caller's casing kept, and
// where its scope, group and parent end. Built on the normalised copy that verdicts are judged on,
// so `//`, `%2F`, a trailing slash and dot segments lead to the same key. Pure.
#pragma once

#include "core/arm/rules.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace armgate::dryrun {

class ResourcePath {
  public:
    /// `path` undecoded, without query.
    ResourcePath(std::string_view path, const arm::OperationRules& rules);

    /// `/a/b` in the caller's casing, escapes decoded, no slash at its end; empty for `/`.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    /// `id` in lower case: what ids are compared by.
    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    /// `{ns}/{type}/...` with the last segment of a path that is no item; what ARM calls groups
    /// and other containers; empty where the path is outside ARM's grammar.
    [[nodiscard]] const std::string& type() const noexcept { return type_; }
    [[nodiscard]] std::string_view last() const noexcept;
    /// True where the id is UTF-8 without control bytes: only such a one can be kept as text.
    [[nodiscard]] bool is_text() const noexcept;

    /// True where it names a resource, a container or a provider; else it ends in a collection's
    /// or an action's name.
    [[nodiscard]] bool item() const noexcept { return item_; }
    /// The path can be read in one way only (arm::Target::clear).
    [[nodiscard]] bool clear() const noexcept { return clear_; }
    /// `.../providers/{ns}` and nothing behind.
    [[nodiscard]] bool provider() const noexcept { return provider_; }
    /// Of a whole provider: `.../providers/{ns}/{last}`, or outside providers.
    [[nodiscard]] bool top_level() const noexcept { return pairs_ <= 1; }

    /// Of the subscription, of the group, and of what stands before the last `/providers/`; empty
    /// where there is none.
    [[nodiscard]] std::string_view subscription_id() const { return begin(id_, subscription_end_); }
    [[nodiscard]] std::string_view subscription_key() const {
        return begin(key_, subscription_end_);
    }
    [[nodiscard]] std::string_view group_id() const { return begin(id_, group_end_); }
    [[nodiscard]] std::string_view group_key() const { return begin(key_, group_end_); }
    [[nodiscard]] std::string_view scope_id() const { return begin(id_, scope_end_); }
    [[nodiscard]] std::string_view scope_key() const { return begin(key_, scope_end_); }
    /// Of the resource that this is a child of, or whose collection or action it is: the scope
    /// for a top-level type.
    [[nodiscard]] std::string_view parent_id() const { return begin(id_, parent_end_); }
    [[nodiscard]] std::string_view parent_key() const { return begin(key_, parent_end_); }
    /// True where the scope is itself a resource: an extension of it.
    [[nodiscard]] bool extension() const noexcept;
    /// True for a child type: its parent is a resource of the same provider.
    [[nodiscard]] bool child() const noexcept { return pairs_ > 1; }
    [[nodiscard]] bool is_group() const noexcept { return item_ && group_end_ == id_.size(); }

    /// The namespace; empty for containers.
    [[nodiscard]] std::string_view ns() const noexcept;

  private:
    static std::string_view begin(std::string_view text, std::size_t end) {
        return text.substr(0, end);
    }

    std::string id_;
    std::string key_;
    std::string type_;
    std::size_t subscription_end_ = 0;
    std::size_t group_end_ = 0;
    std::size_t scope_end_ = 0;
    std::size_t parent_end_ = 0;
    std::size_t pairs_ = 0;  ///< types that it names, an unfinished one included
    bool item_ = false;
    bool clear_ = false;
    bool provider_ = false;
    bool in_provider_ = false;
};

/// `id` as a request target: what may not stand in a path raw is escaped.
[[nodiscard]] std::string target_of(std::string_view id);

}  // namespace armgate::dryrun
