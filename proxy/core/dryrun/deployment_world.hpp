// The world that a deployment is carried out in, as three functions: what writes, reads and lists
// is the caller's. Lives for one call of `carry_out`.
#pragma once

#include "core/dryrun/body.hpp"
#include "core/dryrun/deployment.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace armgate::dryrun {

class CarriedWorld final : public DeploymentWorld {
  public:
    using Write = std::function<Json(const DeployedResource&, const Json&)>;
    using Read = std::function<std::optional<Json>(std::string_view)>;
    using List = std::function<std::optional<Json>(std::string_view, std::string_view)>;

    CarriedWorld(Write write, Read read, List list)
        : write_(std::move(write)), read_(std::move(read)), list_(std::move(list)) {}

    Json write(const DeployedResource& resource, const Json& body) override {
        return write_(resource, body);
    }
    std::optional<Json> read(std::string_view id) override { return read_(id); }
    std::optional<Json> list(std::string_view function, std::string_view id) override {
        return list_(function, id);
    }

  private:
    Write write_;
    Read read_;
    List list_;
};

}  // namespace armgate::dryrun
