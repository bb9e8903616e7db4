// A list of the real subscription with the overlay's resources put in: replaced in place, those
// that are gone left out, new ones on the last page, so that over all pages nothing shows twice and
// nothing is lost. What ARM wrote is kept byte for byte where it need not change. Pure.
#pragma once

#include "core/dryrun/overlay.hpp"
#include "core/dryrun/query.hpp"
#include "core/dryrun/resource_path.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun {

/// What a list shows.
struct ListView {
    /// `/resources` of a group or a subscription: short forms of whatever has a location.
    bool all_resources = false;
    bool expanded = false;  ///< `$expand` asks for times and state
    std::string type;       ///< in lower case; of `all_resources` unused
    std::string prefix;     ///< keys begin with it, its slash included
    bool direct = false;    ///< nothing but one name behind the prefix: children of a parent
    std::optional<ListFilter> filter;
};

/// `path` names a list. Nothing where no list can be meant.
[[nodiscard]] std::optional<ListView> list_view(const ResourcePath& path);

/// The overlay's resources that belong in the list, in the order of their keys.
[[nodiscard]] std::vector<const Entry*> members(const Overlay& overlay, const ListView& view);

/// True where the real list cannot be shown as it is.
[[nodiscard]] bool is_affected(const Overlay& overlay, const ListView& view);

/// Appends an entry as it is shown: JSON.
using Show = std::function<void(std::string&, const Entry&)>;

/// The elements of a JSON array one behind the other, appended to a text.
class ElementWriter {
  public:
    explicit ElementWriter(std::string& out) : out_(out), begin_(out.size()) {}

    /// Appends what separates the next element from the one before, and gives the text.
    std::string& next() {
        if (out_.size() > begin_) out_.push_back(',');
        return out_;
    }

  private:
    std::string& out_;
    std::size_t begin_;
};

/// `body`, ARM's answer, with the overlay's say; `new_ones` are added where it is the last page.
/// Nothing where the body is no list (no array, and no object with an array `value`).
[[nodiscard]] std::optional<std::string> merge_page(std::string_view body,
                                                    const Overlay& overlay,
                                                    const std::vector<const Entry*>& shown,
                                                    const std::vector<const Entry*>& new_ones,
                                                    const Show& show);

/// An entry as `/resources` lists it; empty for what it does not list: child types without a
/// location, extensions, deployments.
[[nodiscard]] std::string summary_of(const ResourcePath& path, const Json& body);

/// Appends `{summary}` with the members that `$expand` asks for.
void append_expanded_summary(std::string& out, const Entry& entry);

}  // namespace armgate::dryrun
