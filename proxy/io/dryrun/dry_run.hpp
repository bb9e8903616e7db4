// The rehearsal of a session as the workers share it: one lock, held for a step and never across
// `co_await`, and the overlay's file, which is whole before the answer to a write leaves.
#pragma once

#include "core/arm/data_planes.hpp"
#include "core/base/error.hpp"
#include "core/dryrun/change.hpp"
#include "core/dryrun/recipe.hpp"
#include "core/dryrun/rehearsal.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::io {

struct DryRunSetup {
    dryrun::Options options;
    std::string overlay;                    ///< `--overlay`; empty: in memory only
    std::vector<arm::HostPattern> tunnels;  ///< `--tunnel`
};

class DryRun {
  public:
    /// Reads the recipes, and the overlay's file where there is one. `rules` outlive it. Errors:
    /// `config_invalid`, `file_unreadable`, `file_unwritable`.
    [[nodiscard]] static Result<std::unique_ptr<DryRun>> start(DryRunSetup setup,
                                                               const arm::ArmRules& rules);

    /// As Rehearsal::step. Error: `file_unwritable` where the overlay's file cannot be kept: then
    /// nothing is changed.
    [[nodiscard]] Result<dryrun::Step> step(const dryrun::Request& request,
                                            std::span<const dryrun::Answered> answered,
                                            const dryrun::Moment& moment);

    [[nodiscard]] std::vector<dryrun::Change> changes() const;

    /// While armgate itself reads a remote state, before the command starts, the data planes are
    /// open.
    enum class DataPlanesAre { shut, open };
    void set_data_planes(DataPlanesAre how) noexcept { data_planes_are_ = how; }

    /// Why no tunnel to `host` (normal form) is opened: one sentence; empty where it may be.
    [[nodiscard]] std::string forbids(std::string_view host) const;

    /// The same for a TLS handshake that names no host, in a tunnel to `host`: an address may be
    /// anybody's, a data plane's too.
    [[nodiscard]] std::string forbids_unnamed(std::string_view host) const;

  private:
    explicit DryRun(DryRunSetup setup, const arm::ArmRules& rules, dryrun::Recipes recipes);
    [[nodiscard]] Result<void> resume();
    /// Writes the file; what it holds then is what a later failure goes back to.
    [[nodiscard]] Result<void> keep();
    void go_back();
    [[nodiscard]] std::string rehearsed_owner(std::string_view host) const;

    const DryRunSetup setup_;
    const arm::ArmRules& rules_;
    const dryrun::Recipes recipes_;
    arm::DataPlanes planes_;
    std::atomic<DataPlanesAre> data_planes_are_{DataPlanesAre::shut};
    mutable std::mutex mutex_;
    std::unique_ptr<dryrun::Rehearsal> rehearsal_;  ///< under mutex_
    std::string kept_;                              ///< under mutex_: the file's text
};

}  // namespace armgate::io
