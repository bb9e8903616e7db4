#include "certs/names.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::certs {
namespace {

bool is_label(std::string_view label) noexcept {
    if (label.empty() || label.size() > 63) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return std::all_of(label.begin(), label.end(), [](char c) {
        const char lower = base::ascii_lower(c);
        return (lower >= 'a' && lower <= 'z') || base::is_digit(c) || c == '-' || c == '_';
    });
}

}  // namespace

std::optional<std::string> normal_dns_name(std::string_view name) {
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    if (name.empty() || name.size() > 253) return std::nullopt;
    const auto labels = base::split(name, '.');
    if (!std::all_of(labels.begin(), labels.end(), is_label)) return std::nullopt;
    const std::string_view last = labels.back();
    if (std::all_of(last.begin(), last.end(), base::is_digit)) return std::nullopt;
    return base::to_lower(name);
}

bool is_within(std::string_view host, std::string_view constraint) noexcept {
    if (host == constraint) return true;
    return host.size() > constraint.size() + 1 && host.ends_with(constraint) &&
           host[host.size() - constraint.size() - 1] == '.';
}

}  // namespace armgate::certs
