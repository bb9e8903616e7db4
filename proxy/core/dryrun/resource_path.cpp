#include "core/dryrun/resource_path.hpp"

#include "core/arm/judged_path.hpp"
#include "core/arm/target.hpp"
#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

using base::ascii_iequals;

/// Where the segment that begins before `end` begins, its slash included.
std::size_t cut_last(std::string_view id, std::size_t end) {
    const std::size_t slash = end == 0 ? std::string_view::npos : id.rfind('/', end - 1);
    return slash == std::string_view::npos ? 0 : slash;
}

/// ARM's names for what stands outside providers.
std::string container_type(const std::vector<arm::Segment>& segments) {
    std::string type = "Microsoft.Resources";
    if (segments.size() <= 2) return type + "/subscriptions";
    for (std::size_t i = 2; i < segments.size(); i += 2) {
        const bool group = i == 2 && ascii_iequals(segments[i].text, "resourceGroups");
        type.append("/").append(group ? "resourceGroups" : segments[i].text);
    }
    return type;
}

}  // namespace

ResourcePath::ResourcePath(std::string_view path, const arm::OperationRules& rules) {
    const arm::JudgedPath judged(path);
    const arm::Target target = arm::find_target(judged, rules);
    const auto& segments = judged.segments();
    clear_ = target.clear;
    std::vector<std::size_t> ends;
    ends.reserve(segments.size());
    for (const arm::Segment& segment : segments) {
        id_.append("/").append(segment.text);
        ends.push_back(id_.size());
    }
    key_ = base::to_lower(id_);
    const auto is = [&segments](std::size_t at, std::string_view word) {
        return at < segments.size() && ascii_iequals(segments[at].text, word);
    };
    if (segments.size() >= 2 && is(0, "subscriptions")) {
        subscription_end_ = ends[1];
        if (segments.size() >= 4 && is(2, "resourceGroups")) group_end_ = ends[3];
    }
    if (target.form == arm::Target::Form::container) {
        type_ = container_type(segments);
        item_ = segments.size() % 2 == 0;
        pairs_ = 1;
        parent_end_ = cut_last(id_, id_.size());
        if (item_) parent_end_ = cut_last(id_, parent_end_);
        scope_end_ = parent_end_;
        return;
    }
    if (target.ns.empty()) return;
    in_provider_ = true;
    const std::size_t providers = segments.size() - target.rest.size() - 2;
    scope_end_ = providers == 0 ? 0 : ends[providers - 1];
    provider_ = target.rest.empty();
    item_ = provider_ || target.ends_in_name();
    type_ = provider_ ? "Microsoft.Resources/providers" : std::string(target.ns);
    for (std::size_t i = 0; i < target.rest.size(); i += 2) {
        type_.append("/").append(target.rest[i].text);
    }
    pairs_ = (target.rest.size() + 1) / 2;
    if (target.rest.size() <= 2) {
        parent_end_ = scope_end_;
    } else {
        parent_end_ = ends[segments.size() - (item_ ? 3 : 2)];
    }
}

bool ResourcePath::is_text() const noexcept {
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20U || c == '\x7F';
    };
    return base::is_utf8(id_) && std::none_of(id_.begin(), id_.end(), is_control);
}

std::string_view ResourcePath::last() const noexcept {
    return std::string_view(id_).substr(id_.empty() ? 0 : id_.rfind('/') + 1);
}

bool ResourcePath::extension() const noexcept {
    return in_provider_ && scope_end_ > 0 && scope_end_ != subscription_end_ &&
           scope_end_ != group_end_;
}

std::string_view ResourcePath::ns() const noexcept {
    if (!in_provider_) return {};
    if (!provider_) return std::string_view(type_).substr(0, type_.find('/'));
    return last();
}

std::string target_of(std::string_view id) {
    constexpr std::string_view kRaw = "/-._~!$&'()*+,;=:@";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    out.reserve(id.size());
    for (const char c : id) {
        const char lower = base::ascii_lower(c);
        if (base::is_digit(c) || (lower >= 'a' && lower <= 'z') ||
            kRaw.find(c) != std::string_view::npos) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
    return out;
}

}  // namespace armgate::dryrun
