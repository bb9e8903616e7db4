#include "core/http/head.hpp"

#include "core/base/text.hpp"

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
    const std::string_view text = text_;
    return {text.substr(entry.name_at, entry.name_size),
            text.substr(entry.value_at, entry.value_size)};
}

std::size_t FieldList::count(std::string_view name) const {
    std::size_t found = 0;
    for (std::size_t i = 0; i < size(); ++i) {
        if (base::ascii_iequals((*this)[i].name, name)) ++found;
    }
    return found;
}

std::optional<std::string_view> FieldList::find(std::string_view name) const {
    for (std::size_t i = 0; i < size(); ++i) {
        const Field field = (*this)[i];
        if (base::ascii_iequals(field.name, name)) return field.value;
    }
    return std::nullopt;
}

std::vector<std::string_view> FieldList::find_all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (std::size_t i = 0; i < size(); ++i) {
        const Field field = (*this)[i];
        if (base::ascii_iequals(field.name, name)) values.push_back(field.value);
    }
    return values;
}

// explicit_bzero is not left out by an optimiser that sees that nobody reads the bytes again.
FieldList::~FieldList() {
    ::explicit_bzero(text_.data(), text_.size());
}

}  // namespace armgate::http
