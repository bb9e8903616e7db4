#include "core/dryrun/preconditions.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

std::string_view opaque(std::string_view etag) noexcept {
    etag = base::trim(etag);
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
        etag = etag.substr(1, etag.size() - 2);
    }
    return etag;
}

}  // namespace

bool matches_etag(std::string_view field, std::string_view etag) noexcept {
    if (base::trim(field) == "*") return true;
    while (!field.empty()) {
        const std::size_t comma = std::min(field.find(','), field.size());
        if (opaque(field.substr(0, comma)) == opaque(etag)) return true;
        field.remove_prefix(std::min(comma + 1, field.size()));
    }
    return false;
}

Met judge_conditions(std::string_view method,
                     const Conditions& conditions,
                     const Subject& subject) noexcept {
    if (!subject.exists) {
        const bool fails = method == "PUT" && conditions.if_match.has_value();
        return fails ? Met::if_match_failed : Met::yes;
    }
    const auto judged = [&subject](std::string_view field) {
        return base::trim(field) == "*" || !subject.etag.empty();
    };
    if (conditions.if_match && judged(*conditions.if_match) &&
        !matches_etag(*conditions.if_match, subject.etag)) {
        return Met::if_match_failed;
    }
    if (method == "PUT" && conditions.if_none_match && judged(*conditions.if_none_match) &&
        matches_etag(*conditions.if_none_match, subject.etag)) {
        return Met::if_none_match_failed;
    }
    return Met::yes;
}

}  // namespace armgate::dryrun
