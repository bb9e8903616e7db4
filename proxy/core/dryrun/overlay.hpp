// Resources and tombstones above the real subscription (contract section 8). An entry stands for a
// resource as it would be now; a tombstone for one that would be gone. What lies below a tombstone,
// or below a resource that exists here alone, does not exist unless it has an entry of its own.
// Not thread-safe: Rehearsal's caller holds the lock.
#pragma once

#include "core/base/time.hpp"
#include "core/dryrun/shared_text.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace armgate::dryrun {

struct Entry {
    std::string id;    ///< in the caller's casing
    std::string type;  ///< in the caller's casing
    std::string api_version;
    SharedText body;      ///< JSON, as it is once no operation runs
    std::string whole;    ///< JSON, with what ARM never shows; empty: the body
    std::string summary;  ///< JSON, as `/resources` lists it; empty where it does not
    std::string etag;
    std::string operation;  ///< guid of the one that runs on it; empty: none
    std::string interim;    ///< JSON, shown while that operation runs
    base::Timestamp created;
    base::Timestamp changed;
    bool gone = false;    ///< a tombstone: the other members but id and type are empty
    bool real = false;    ///< a real resource of this id exists below
    bool covers = false;  ///< nothing real below this id is seen
};

/// What is known of an id without asking.
enum class Presence { unknown, here, absent };

class Overlay {
  public:
    struct Found {
        Presence presence = Presence::unknown;
        const Entry* entry = nullptr;  ///< set where `here`; valid until the next change
    };

    Overlay() = default;
    Overlay(const Overlay& other);
    Overlay& operator=(const Overlay& other);
    Overlay(Overlay&&) noexcept = default;
    Overlay& operator=(Overlay&&) noexcept = default;
    ~Overlay() = default;

    /// Keys are ids in lower case (ResourcePath::key). O(1) for an id, plus one look-up a segment.
    [[nodiscard]] Found find(std::string_view key) const;
    /// The entry or tombstone of exactly this id; null where there is none.
    [[nodiscard]] const Entry* exact(std::string_view key) const;
    [[nodiscard]] Entry* exact(std::string_view key);

    /// Adds or replaces. `real` says whether a real one exists; what an entry or tombstone of this
    /// id knew of that stays true. Tags that stood above the real one are forgotten: the body has
    /// them.
    Entry& put(Entry entry);

    /// From now on nothing real shows below this entry.
    void cover(std::string_view key);

    /// The resource and all below it are gone. A tombstone stays where something real would show
    /// otherwise (`real`, or an entry that knew of one).
    void remove(std::string_view id, std::string_view type, bool real);

    /// Entries, tombstones left out, whose key begins with `prefix`, in the order of their keys.
    void each_below(std::string_view prefix, const std::function<void(const Entry&)>& visit) const;
    /// The same of one type (in lower case).
    void each_of_type(std::string_view type,
                      std::string_view prefix,
                      const std::function<void(const Entry&)>& visit) const;
    /// True where a resource of that type and name (both lower case) was deleted here.
    [[nodiscard]] bool is_freed(std::string_view type, std::string_view name) const;
    /// True where an entry or tombstone of the type lies below.
    [[nodiscard]] bool touches_type(std::string_view type, std::string_view prefix) const;
    /// True where anything real below `prefix` is hidden or replaced, or has other tags.
    [[nodiscard]] bool alters_below(std::string_view prefix) const;
    /// True where anything below `prefix` is other than in the real subscription.
    [[nodiscard]] bool touches_below(std::string_view prefix) const;

    /// Tags of a real resource that has no entry, as `Microsoft.Resources/tags` set them: JSON.
    [[nodiscard]] const std::string* tags(std::string_view key) const;
    void set_tags(std::string_view key, std::string tags);

    [[nodiscard]] bool empty() const noexcept { return entries_.empty() && tags_.empty(); }
    [[nodiscard]] const std::map<std::string, Entry>& entries() const noexcept { return entries_; }
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all_tags() const noexcept {
        return tags_;
    }

  private:
    using Entries = std::map<std::string, Entry>;
    void add_to_index(Entries::iterator at);
    void take_from_index(Entries::iterator at);
    void erase_below(const std::string& key);
    void rebuild_index();

    Entries entries_;  ///< by key; ordered, so that what lies below an id lies together
    std::map<std::string, std::string, std::less<>> tags_;
    std::unordered_map<std::string_view, Entries::iterator> index_;  ///< views of entries_' keys
    std::map<std::string, std::set<std::string_view>, std::less<>> types_;
    std::set<std::string_view> altering_;  ///< keys that stand above something real
    std::size_t covering_ = 0;             ///< entries and tombstones that hide what is below
};

}  // namespace armgate::dryrun
