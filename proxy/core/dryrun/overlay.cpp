#include "core/dryrun/overlay.hpp"

#include "core/base/text.hpp"

#include <utility>

namespace armgate::dryrun {
namespace {

template <class Ordered>
bool has_prefix(const Ordered& keys, std::string_view prefix) {
    const auto at = keys.lower_bound(prefix);
    return at != keys.end() && std::string_view(*at).starts_with(prefix);
}

bool hides(const Entry& entry) noexcept {
    return entry.gone || entry.covers;
}

}  // namespace

Overlay::Overlay(const Overlay& other) : entries_(other.entries_), tags_(other.tags_) {
    rebuild_index();
}

Overlay& Overlay::operator=(const Overlay& other) {
    if (this == &other) return *this;
    Overlay copy(other);
    *this = std::move(copy);
    return *this;
}

void Overlay::rebuild_index() {
    index_.clear();
    types_.clear();
    altering_.clear();
    covering_ = 0;
    for (auto at = entries_.begin(); at != entries_.end(); ++at) add_to_index(at);
}

void Overlay::add_to_index(Entries::iterator at) {
    const std::string_view key = at->first;
    index_.emplace(key, at);
    types_[base::to_lower(at->second.type)].insert(key);
    if (at->second.real) altering_.insert(key);
    if (hides(at->second)) ++covering_;
}

void Overlay::take_from_index(Entries::iterator at) {
    const std::string_view key = at->first;
    index_.erase(key);
    const auto type = types_.find(base::to_lower(at->second.type));
    if (type != types_.end()) {
        type->second.erase(key);
        if (type->second.empty()) types_.erase(type);
    }
    altering_.erase(key);
    if (hides(at->second)) --covering_;
}

const Entry* Overlay::exact(std::string_view key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
}

Entry* Overlay::exact(std::string_view key) {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
}

Overlay::Found Overlay::find(std::string_view key) const {
    if (index_.empty()) return {};
    if (const Entry* entry = exact(key)) {
        if (entry->gone) return {Presence::absent, nullptr};
        return {Presence::here, entry};
    }
    if (covering_ == 0) return {};
    for (std::size_t end = key.rfind('/'); end != std::string_view::npos && end > 0;
         end = key.rfind('/', end - 1)) {
        const Entry* above = exact(key.substr(0, end));
        if (above != nullptr && hides(*above)) return {Presence::absent, nullptr};
    }
    return {};
}

Entry& Overlay::put(Entry entry) {
    const std::string key = base::to_lower(entry.id);
    const auto old = entries_.find(key);
    if (old != entries_.end()) {
        entry.real = entry.real || old->second.real;
        // What was deleted and comes back is empty.
        entry.covers = entry.covers || hides(old->second);
        take_from_index(old);
        entries_.erase(old);
    }
    if (!entry.real) entry.covers = true;
    tags_.erase(key);
    const auto at = entries_.emplace(key, std::move(entry)).first;
    add_to_index(at);
    return at->second;
}

void Overlay::cover(std::string_view key) {
    Entry* entry = exact(key);
    if (entry == nullptr || hides(*entry)) return;
    entry->covers = true;
    ++covering_;
}

void Overlay::erase_below(const std::string& key) {
    const std::string prefix = key + "/";
    for (auto at = entries_.lower_bound(prefix);
         at != entries_.end() && at->first.starts_with(prefix);) {
        take_from_index(at);
        at = entries_.erase(at);
    }
    for (auto at = tags_.lower_bound(prefix); at != tags_.end() && at->first.starts_with(prefix);) {
        at = tags_.erase(at);
    }
}

void Overlay::remove(std::string_view id, std::string_view type, bool real) {
    const std::string key = base::to_lower(id);
    erase_below(key);
    tags_.erase(key);
    const auto old = entries_.find(key);
    if (old != entries_.end()) {
        real = real || old->second.real;
        take_from_index(old);
        entries_.erase(old);
    }
    if (!real) return;
    Entry tombstone;
    tombstone.id = id;
    tombstone.type = type;
    tombstone.gone = true;
    tombstone.real = true;
    add_to_index(entries_.emplace(key, std::move(tombstone)).first);
}

void Overlay::each_below(std::string_view prefix,
                         const std::function<void(const Entry&)>& visit) const {
    for (auto at = entries_.lower_bound(std::string(prefix));
         at != entries_.end() && at->first.starts_with(prefix); ++at) {
        if (!at->second.gone) visit(at->second);
    }
}

void Overlay::each_of_type(std::string_view type,
                           std::string_view prefix,
                           const std::function<void(const Entry&)>& visit) const {
    const auto keys = types_.find(type);
    if (keys == types_.end()) return;
    for (auto at = keys->second.lower_bound(prefix);
         at != keys->second.end() && at->starts_with(prefix); ++at) {
        const Entry* entry = exact(*at);
        if (entry != nullptr && !entry->gone) visit(*entry);
    }
}

bool Overlay::is_freed(std::string_view type, std::string_view name) const {
    const auto keys = types_.find(type);
    if (keys == types_.end()) return false;
    for (const std::string_view key : keys->second) {
        if (key.substr(key.rfind('/') + 1) == name && exact(key)->gone) return true;
    }
    return false;
}

bool Overlay::touches_type(std::string_view type, std::string_view prefix) const {
    const auto keys = types_.find(type);
    return keys != types_.end() && has_prefix(keys->second, prefix);
}

bool Overlay::alters_below(std::string_view prefix) const {
    if (has_prefix(altering_, prefix)) return true;
    const auto tags = tags_.lower_bound(prefix);
    return tags != tags_.end() && tags->first.starts_with(prefix);
}

bool Overlay::touches_below(std::string_view prefix) const {
    const auto at = entries_.lower_bound(std::string(prefix));
    return (at != entries_.end() && at->first.starts_with(prefix)) || alters_below(prefix);
}

const std::string* Overlay::tags(std::string_view key) const {
    const auto found = tags_.find(key);
    return found == tags_.end() ? nullptr : &found->second;
}

void Overlay::set_tags(std::string_view key, std::string tags) {
    tags_.insert_or_assign(std::string(key), std::move(tags));
}

}  // namespace armgate::dryrun
