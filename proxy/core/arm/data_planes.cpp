#include "core/arm/data_planes.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::arm {
namespace {

/// True where `label` is one of the labels of `host`, whole.
bool has_label(std::string_view host, std::string_view label) noexcept {
    while (!host.empty()) {
        const std::size_t dot = std::min(host.find('.'), host.size());
        if (host.substr(0, dot) == label) return true;
        host.remove_prefix(std::min(dot + 1, host.size()));
    }
    return false;
}

}  // namespace

Result<DataPlanes> DataPlanes::load() {
    return parse(base::embedded_rules("data_planes"));
}

Result<DataPlanes> DataPlanes::parse(std::string_view text) {
    base::RuleFile file("data_planes.json");
    const nlohmann::json root = file.parse(text);
    file.expect_keys(root, "data_planes.json", {"source", "data_planes"});
    DataPlanes out;
    for (const auto& entry : file.array(root, "data_planes")) {
        file.expect_keys(entry, "data_planes", {"service", "hosts", "label"});
        Plane plane;
        plane.service = file.text(entry, "service");
        if (entry.contains("label")) plane.label = base::to_lower(file.text(entry, "label"));
        for (const std::string& host : file.texts(entry, "hosts")) {
            auto pattern = HostPattern::parse(host);
            if (!pattern) {
                file.fault("hosts", "holds what is neither a host nor '*.suffix'");
                break;
            }
            plane.hosts.push_back(*std::move(pattern));
        }
        out.planes_.push_back(std::move(plane));
    }
    if (file.error()) return *file.error();
    return out;
}

std::string_view DataPlanes::service_of(std::string_view host) const noexcept {
    for (const Plane& plane : planes_) {
        const auto matches = [host](const HostPattern& pattern) { return pattern.matches(host); };
        if (std::none_of(plane.hosts.begin(), plane.hosts.end(), matches)) continue;
        if (plane.label.empty() || has_label(host, plane.label)) return plane.service;
    }
    return {};
}

}  // namespace armgate::arm
