#include "core/arm/lenient_names.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::arm {
namespace {

constexpr std::size_t kFew = 8;  ///< up to here comparing pairs is the cheapest

bool less_without_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return base::ascii_lower(x) < base::ascii_lower(y);
    });
}

}  // namespace

bool has_same_name(std::vector<std::string_view>& names) {
    if (names.size() <= kFew) {
        for (std::size_t a = 0; a < names.size(); ++a) {
            for (std::size_t b = a + 1; b < names.size(); ++b) {
                if (base::ascii_iequals(names[a], names[b])) return true;
            }
        }
        return false;
    }
    std::sort(names.begin(), names.end(), less_without_case);
    return std::adjacent_find(names.begin(), names.end(), base::ascii_iequals) != names.end();
}

}  // namespace armgate::arm
