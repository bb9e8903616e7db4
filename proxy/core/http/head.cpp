#include "core/http/head.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <cstring>

namespace armgate::http {

void FieldList::add(std::string_view name, std::string_view value) {
    if (text_.empty()) {
        text_.reserve(4096);
        entries_.reserve(16);
    }
    const auto at = static_cast<std::uint32_t>(text_.size());
    text_.append(name);
    text_.append(value);
    const auto name_size = static_cast<std::uint32_t>(name.size());
    entries_.push_back({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size())});
}

Field FieldList::operator[](std::size_t index) const {
    const Entry& entry = entries_.at(index);
    return {{text_.data() + entry.name_at, entry.name_size},
            {text_.data() + entry.value_at, entry.value_size}};
}

bool FieldList::is_named(const Entry& entry, std::string_view name) const noexcept {
    return entry.name_size == name.size() &&
           base::ascii_iequals({text_.data() + entry.name_at, entry.name_size}, name);
}

std::size_t FieldList::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [&](const Entry& entry) { return is_named(entry, name); }));
}

std::optional<std::string_view> FieldList::find(std::string_view name) const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (is_named(entries_[i], name)) return (*this)[i].value;
    }
    return std::nullopt;
}

std::vector<std::string_view> FieldList::find_all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (is_named(entries_[i], name)) values.push_back((*this)[i].value);
    }
    return values;
}

// explicit_bzero is not left out by an optimiser that sees that nobody reads the bytes again.
FieldList::~FieldList() {
    ::explicit_bzero(text_.data(), text_.size());
}

}  // namespace armgate::http
