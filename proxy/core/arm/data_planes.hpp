// Where Azure can be changed other than through Resource Manager: the data planes of its services,
// and Graph. A dry run lets none of them through (contract section 8). Pure; the suffixes are data
// (config/rules/data_planes.json).
#pragma once

#include "core/arm/hosts.hpp"
#include "core/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace armgate::arm {

class DataPlanes {
  public:
    /// The embedded file. Errors: as `parse`.
    [[nodiscard]] static Result<DataPlanes> load();
    /// Errors: `config_invalid`, naming file and key.
    [[nodiscard]] static Result<DataPlanes> parse(std::string_view text);

    /// The name of the service that `host` (normal form) belongs to, for people; empty for none.
    [[nodiscard]] std::string_view service_of(std::string_view host) const noexcept;

  private:
    struct Plane {
        std::string service;
        std::vector<HostPattern> hosts;
        std::string label;  ///< one of the labels before the suffix; empty: any
    };
    std::vector<Plane> planes_;
};

}  // namespace armgate::arm
